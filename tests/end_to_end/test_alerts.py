"""The alert rules of examples/prometheus say what happened, and when, by the judgement of Prometheus itself."""

import subprocess
from pathlib import Path

import pytest

from tests.machine import Missing, missing, program

RULES = Path(__file__).parents[2] / "examples" / "prometheus"


@pytest.mark.services(process="own")
@pytest.mark.parametrize("words", ["check rules alerts.yml", "test rules alerts_test.yml"])
def test_prometheus_takes_the_rules_and_they_fire_when_they_should(words: str) -> None:
    """Among the cases: a daily job dead for days or failing each day, no metrics at all, and a quiet market."""
    try:
        promtool = program("promtool", "prometheus")
    except Missing as part:
        missing(part)
    ran = subprocess.run([promtool, *words.split()], cwd=RULES, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
