"""A report as people or programs read it."""
