"""The jobs behind the commands: engine, settings and clock in, a frozen report out. No Typer, no Rich, no text."""
