"""The ground floor: how people write times, durations and numbers, and what they must not read."""
