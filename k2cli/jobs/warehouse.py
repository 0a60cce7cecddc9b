"""A new folder for the quickstart, with its settings file."""

import tempfile
from pathlib import Path

from engines.errors import Refused
from k2cli.settings.places import FILE_NAME


def new_warehouse(folder: Path | None, settings: str) -> Path:
    """Create a folder and write a settings file into it.

    Args:
        folder: The folder, which must be new or empty; None: a new one in the system's temporary folder.
        settings: Text of the settings file.

    Returns:
        Path of the settings file.

    Raises:
        Refused: The folder is not empty, or is a file.
    """
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="k2-quickstart-"))
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} exists and is not empty", hint="name a new folder: k2 quickstart --dir FOLDER")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder.resolve() / FILE_NAME
    file.write_text(settings, encoding="utf-8")
    return file
