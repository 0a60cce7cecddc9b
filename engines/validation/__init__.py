"""A run of `validate`: checks every candle against the invariants."""
