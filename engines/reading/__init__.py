"""Reading of stored trades to be looked at."""
