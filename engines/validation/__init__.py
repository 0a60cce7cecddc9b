"""One run of `validate`: what must be true of every candle, looked at in every candle."""
