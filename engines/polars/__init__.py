"""The engine for one machine: Polars streams the planned files, PyIceberg commits."""
