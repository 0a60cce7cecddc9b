"""A run of `aggregate`: for each table, finest first, it reads state and changes, plans, and rebuilds."""
