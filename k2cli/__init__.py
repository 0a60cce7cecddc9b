"""The command line of k2: people, files and clocks; candles themselves are made in `engines`."""
