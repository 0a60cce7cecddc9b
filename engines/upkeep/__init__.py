"""`prune` drops old candles, old snapshots and unreferenced files; `compact` merges the files of a partition."""
