"""The jobs behind the commands: they work on a lake or settings and return frozen reports; no Typer, Rich or output."""
