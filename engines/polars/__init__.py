"""The engine for one machine: Polars streaming over the planned files, PyIceberg for the commit."""
