"""The run of one command: its environment, settings, lake, messages and result."""

from k2cli.session.session import Session, Shared, program_version

__all__ = ["Session", "Shared", "program_version"]
