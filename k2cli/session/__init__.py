"""One command being carried out: its world, its settings and lake, its way to speak."""

from k2cli.session.session import Session, Shared, program_version

__all__ = ["Session", "Shared", "program_version"]
