"""Imports of trades: written, held against what the table has, and committed at the very head that was looked at."""
