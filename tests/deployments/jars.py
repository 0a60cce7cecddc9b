"""The Java parts, as pom.xml pins them; fetched once and kept in the user's cache."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from tests.machine import Missing, module, program

_POM = Path(__file__).with_name("pom.xml")


def java_parts() -> Path:
    """The folder with ``rest`` and ``spark``.

    Raises:
        Missing: There is no Java or no Maven, or nothing to fetch them from.
    """
    program("java", "openjdk-17-jre-headless")
    cache = user_cache_path("k2-ohlcv") / "deployments"
    folder = cache / hashlib.sha256(_POM.read_bytes()).hexdigest()[:16]
    cache.mkdir(parents=True, exist_ok=True)
    with module("filelock", "services").FileLock(cache / "lock"):
        if not folder.exists():
            _fetch(folder)
    return folder


def jars(part: str) -> list[Path]:
    """The jars of ``rest`` or ``spark``; raises as `java_parts`."""
    return sorted((java_parts() / part).glob("*.jar"))


def _fetch(folder: Path) -> None:
    maven = program("mvn", "maven")
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        command = [maven, "-q", "-B", "-f", str(_POM), f"-Dfolder={temporary}", "process-resources"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
        if ran.returncode != 0:
            raise Missing(f"the Java parts cannot be fetched: {ran.stdout[-1000:]}")
        folder.mkdir()
        # Whole or not at all: the folder's name is what tells that everything is there.
        for part in ("rest", "spark"):
            shutil.move(Path(temporary) / part, folder / part)
