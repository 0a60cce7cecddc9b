"""The commands: options in, one job, one report out. Typer lives here and nowhere else."""
