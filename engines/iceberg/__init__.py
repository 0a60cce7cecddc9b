"""Metadata through PyIceberg, shared by every engine: catalog, schema, state, changes, commits."""
