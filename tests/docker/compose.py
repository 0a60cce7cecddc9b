"""docker/compose.yaml and docker/Dockerfile as the tests read them: what is run there, and with which environment."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DOCKER = Path(__file__).parents[2] / "docker"
VARIABLE = re.compile(r"\$\{(\w+):\?[^}]+\}")
"""A variable that compose does not start without."""


@dataclass(frozen=True)
class Service:
    """A service of the stack.

    Attributes:
        name: Its name, which is its host too.
        said: What compose.yaml says of it, anchors and merges resolved.
    """

    name: str
    said: Mapping[str, Any]

    @property
    def command(self) -> list[str]:
        """The arguments that its process is started with."""
        return [str(word) for word in (*self.said.get("entrypoint", ()), *self.said["command"])]

    @property
    def binds(self) -> dict[str, Path]:
        """Path in the container to the file or folder of the checkout that is seen there."""
        parts = (volume.split(":") for volume in self.said.get("volumes", ()))
        return {target: (DOCKER / source).resolve() for source, target, *_ in parts if source.startswith(".")}

    @property
    def healthcheck(self) -> list[str]:
        """What tells whether it is well: its own check, else that of the image."""
        said = self.said.get("healthcheck", {})
        return [str(word) for word in said["test"][1:]] if "test" in said else image_healthcheck()

    def environment(self, secrets: Mapping[str, str]) -> dict[str, str]:
        """Its variables, with the secrets put in."""
        return {
            name: VARIABLE.sub(lambda found: secrets[found[1]], str(value))
            for name, value in self.said.get("environment", {}).items()
        }


def text() -> str:
    """compose.yaml as it is written."""
    return (DOCKER / "compose.yaml").read_text(encoding="utf-8")


def services() -> dict[str, Service]:
    """The services by name."""
    return {name: Service(name, said) for name, said in yaml.safe_load(text())["services"].items()}


def dockerfile() -> str:
    """The Dockerfile, comments left out and continued lines joined."""
    lines = (DOCKER / "Dockerfile").read_text(encoding="utf-8").splitlines()
    return re.sub(r"\s*\\\n\s*", " ", "\n".join(line for line in lines if not line.startswith("#")))


def image_environment() -> dict[str, str]:
    """The variables that the image sets."""
    (said,) = re.findall(r"^ENV (.+)$", dockerfile(), re.MULTILINE)
    return dict(word.split("=", 1) for word in said.split())


def image_healthcheck() -> list[str]:
    """The command of the image's health check."""
    (said,) = re.findall(r"^HEALTHCHECK .*?CMD (\[.+\])$", dockerfile(), re.MULTILINE)
    return [str(word) for word in json.loads(said)]
