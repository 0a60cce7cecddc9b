"""A library is silent, light, and leaves the process as it was."""

import logging
import subprocess
import sys
import warnings

import pytest

import k2cli
from engines.errors import K2Error
from tests.documents import ROOT

NOON = "2024-03-01 12:00"


def test_nothing_is_printed_and_no_logging_is_configured(traded: k2cli.Lake, capfd: pytest.CaptureFixture[str]) -> None:
    root, shown = logging.getLogger(), warnings.showwarning
    before = (list(root.handlers), root.level, logging.getLogger("k2").level, logging.getLogger("pyiceberg").level)
    traded.refresh(now=NOON, rebuild=True)
    traded.validate(against_trades=True)
    traded.candles("1m")
    traded.status()
    with pytest.raises(K2Error):
        traded.candles("m7")

    after = (list(root.handlers), root.level, logging.getLogger("k2").level, logging.getLogger("pyiceberg").level)
    assert after == before
    assert warnings.showwarning is shown
    assert capfd.readouterr() == ("", "")


def test_the_import_alone_loads_nothing_but_the_standard_library() -> None:
    probe = "import sys; import k2cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT)
    bare = subprocess.run(
        [sys.executable, "-c", probe.replace("import k2cli;", "")], capture_output=True, text=True, check=True
    )
    loaded = set(ran.stdout.split()) - set(bare.stdout.split())

    assert "k2cli" in loaded
    assert loaded - {"k2cli"} <= sys.stdlib_module_names
