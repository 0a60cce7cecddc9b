"""`k2 doctor`."""

from typing import Annotated

import typer

from k2cli.commands.options import command
from k2cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "doctor", panel="Set up")(doctor)


def doctor(
    session: Session,
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Settings, catalog, clock and disk only: a container's health check.")
    ] = False,
) -> None:
    """Look at all that a run depends on, and say how to mend what is wrong.

    Exit 0 when nothing failed (warnings are told, too); 2 when something must be mended; 3 when a table is later than
    its limit in the settings; 6 when something does not answer. Of several the smallest.

    [bold]Examples[/bold]

      k2 doctor

      k2 doctor --quick --output json
    """
    from k2cli.doctor.machine import Machine
    from k2cli.doctor.patient import Patient
    from k2cli.jobs import doctor as job

    patient = Patient(machine=Machine(), clock=session.clock(), settings=lambda: session.settings, lake=session.lake)
    session.finish(job.doctor(patient, quick=quick))
