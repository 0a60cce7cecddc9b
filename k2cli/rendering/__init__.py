"""Rendering of reports: tables and charts for people; JSON, NDJSON and CSV for programs."""
