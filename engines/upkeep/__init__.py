"""`prune` and `compact`: candles that are old go, files that are small are merged."""
