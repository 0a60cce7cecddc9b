"""The ground floor: how people write times, lengths and numbers, and what they must not read."""
