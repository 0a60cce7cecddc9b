"""Messages on stderr, as text or as JSON lines; the result of a command goes to stdout."""

import json
import logging
import sys
from datetime import UTC, datetime

from engines.domain.timeframe import isoformat, to_instant
from k2cli.language.redaction import redact
from k2cli.session.environment import Environment

LOGGER = logging.getLogger("k2")
"""Logger of k2's own messages; those of libraries are shown from `-vv` on."""


class _Stderr(logging.Handler):
    """Writes to the current `sys.stderr`, which a progress bar may have replaced since the handler was made."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; if it cannot be written, the message is lost without an error."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            return


class _Text(logging.Formatter):
    """Formats a record as its message, preceded by its level if that is warning or higher."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self._environment = environment

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        return redact(level + record.getMessage(), self._environment.secrets)


class _Json(_Text):
    """Formats each record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "ts": isoformat(to_instant(datetime.fromtimestamp(record.created, UTC))),
            "level": record.levelname.lower(),
            "message": redact(record.getMessage(), self._environment.secrets),
            "run_id": self._environment.run_id,
        }
        return json.dumps(line | getattr(record, "fields", {}), ensure_ascii=False)


def configure(environment: Environment, *, quiet: bool, verbose: int) -> None:
    """Set up logging to stderr: errors only, ordinary messages, details (``-v``), or also libraries' (``-vv``)."""
    handler = _Stderr()
    handler.set_name("k2")
    handler.setFormatter(_Json(environment) if environment.log_format in {"json", "log"} else _Text(environment))
    root = logging.getLogger()
    for old in [h for h in root.handlers if h.get_name() == "k2"]:
        root.removeHandler(old)
    root.addHandler(handler)
    ordinary = logging.WARNING if environment.log_format == "log" else logging.INFO
    LOGGER.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else ordinary)
    for library in ("engines", "pyiceberg", "sqlalchemy", "urllib3", "openlineage", "py.warnings"):
        logging.getLogger(library).setLevel(logging.INFO if verbose > 1 else logging.ERROR)
    logging.getLogger("engines.waiting").setLevel(LOGGER.level)
    logging.captureWarnings(capture=True)
