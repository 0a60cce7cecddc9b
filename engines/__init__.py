"""Engines: exact OHLCV candles in Iceberg tables. The door is base, registry, errors and domain."""
