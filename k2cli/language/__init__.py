"""Reading and writing of times, durations and numbers for people, suggestions, and redaction of secrets."""
