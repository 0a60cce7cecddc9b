"""What stays of a run: its record, its metrics, its lineage. Nothing here makes a run fail."""
