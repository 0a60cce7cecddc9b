"""`k2 doctor`: one check a file. Each looks at one thing, says what it found, and where that is red, how to mend it."""
