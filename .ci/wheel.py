"""The installed wheel holds our two packages, typed, and nothing of the checkout beside them."""

from importlib.metadata import distribution, packages_distributions
from pathlib import Path

files = distribution("k2-ohlcv").files or []
tops = {file.parts[0] for file in files if ".." not in file.parts and not file.parts[0].endswith(".dist-info")}
assert tops == {"k2cli", "engines"}, tops
assert packages_distributions()["engines"] == ["k2-ohlcv"], "another distribution owns the name engines"
for package in ("k2cli", "engines"):
    assert any(file == Path(package, "py.typed") for file in map(Path, map(str, files))), f"{package} is not typed"
page = Path("k2cli/rendering/page")
shipped = ("page.html", "lightweight-charts/LICENSE", "lightweight-charts/NOTICE")
assert {page / name for name in shipped} <= set(map(Path, map(str, files))), "the wheel has no page"
print("wheel:", len(files), "files")
assert Path("k2cli/trades/layouts/k2.toml") in set(map(Path, map(str, files))), "the wheel has no layouts"
