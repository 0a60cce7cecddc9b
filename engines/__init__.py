"""Engines that keep exact OHLCV candles in Iceberg tables. Public API: lake, base, registry, errors and domain."""
