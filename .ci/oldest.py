"""Print the lower bounds of our dependencies as constraints, so that they are tested and not only claimed."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
for requirement in (*project["dependencies"], *project["optional-dependencies"]["testing"]):
    name, version = re.match(r"([A-Za-z0-9_-]+)(?:\[[^]]*\])?>=([0-9.]+)", requirement).groups()
    print(f"{name}=={version}")
