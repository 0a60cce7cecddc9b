"""A new folder for the quickstart, with its settings file."""

import tempfile
from pathlib import Path

from engines.errors import Refused
from k2cli.settings.places import FILE_NAME


def new_warehouse(folder: Path | None, settings: str) -> Path:
    """Make a folder and write its settings file.

    Args:
        folder: Where; None: in the system's temporary folder. It must be new or empty.
        settings: The text of the settings file.

    Returns:
        The settings file.

    Raises:
        Refused: The folder holds something.
    """
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="k2-quickstart-"))
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} exists and is not empty", hint="name a new folder: k2 quickstart --dir FOLDER")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder.resolve() / FILE_NAME
    file.write_text(settings, encoding="utf-8")
    return file
