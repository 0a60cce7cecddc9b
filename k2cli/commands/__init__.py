"""The commands: each parses its options, runs one job and writes one report."""
