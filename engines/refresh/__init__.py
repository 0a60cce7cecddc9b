"""One run of `aggregate`: state, changes, plan, rebuild, for each table, finest first."""
