"""The checks of `k2 doctor`, one per module: each reports what it found and, if that is wrong, how to fix it."""
