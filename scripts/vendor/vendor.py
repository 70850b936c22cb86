"""Refresh the third-party files of the web interface, or check that they are as recorded.

    python scripts/vendor/vendor.py          fetch the pins of package.json and rewrite the files
    python scripts/vendor/vendor.py --check  no network: every file still has its recorded hash

The result is committed, so neither installing nor testing needs node or a network. Refreshing needs
npm and `pip install -r scripts/vendor/requirements.txt`.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from font import SOURCE as FONT_SOURCE
from font import build_subset
from sprite import build_sprite

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENDOR = "webui/static/vendor"
LOCK = ROOT / VENDOR / "vendor.lock.json"
LICENSES = ROOT / VENDOR / "LICENSES.txt"

HTMX = f"{VENDOR}/htmx.min.js"
ICONS = f"{VENDOR}/icons.svg"
FONT = f"{VENDOR}/inter.woff2"
AXE = "tests/browser/vendor/axe.min.js"  # a test tool: never shipped, but pinned the same way
ORIGIN = {HTMX: "htmx.org", ICONS: "@tabler/icons", FONT: "inter-ui", AXE: "axe-core"}


def check() -> list[str]:
    """Return what differs from the lock: changed or missing files, and files nobody recorded."""
    recorded = json.loads(LOCK.read_text(encoding="utf-8"))
    drift = [
        f"changed or missing: {name}"
        for name, entry in recorded.items()
        if not (ROOT / name).is_file() or _sha256(ROOT / name) != entry["sha256"]
    ]
    present = {f"{VENDOR}/{path.name}" for path in (ROOT / VENDOR).iterdir()}
    bookkeeping = {f"{VENDOR}/{path.name}" for path in (LOCK, LICENSES)}
    unknown = present - set(recorded) - bookkeeping
    return drift + [f"not in the lock: {name}" for name in sorted(unknown)]


def refresh() -> None:
    """Fetch the pinned packages and rewrite every vendored file, the lock and the licences."""
    with tempfile.TemporaryDirectory() as workshop:
        packages = _fetch(Path(workshop))
        for name in ORIGIN:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        _copy_script(packages / "htmx.org/dist/htmx.min.js", ROOT / HTMX)
        _copy_script(packages / "axe-core/axe.min.js", ROOT / AXE)
        sprite = build_sprite(packages / "@tabler/icons/icons")
        (ROOT / ICONS).write_text(sprite, encoding="utf-8")
        build_subset(packages / "inter-ui" / FONT_SOURCE, ROOT / FONT)
        _write_lock(packages)
        _write_licenses(packages)


def _fetch(workshop: Path) -> Path:
    shutil.copy(HERE / "package.json", workshop)
    command = ["npm", "install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"]
    subprocess.run([*command, "--silent"], cwd=workshop, check=True)
    return workshop / "node_modules"


def _copy_script(source: Path, target: Path) -> None:
    text = source.read_text(encoding="utf-8")
    # The source map is not shipped, and a browser would ask for it.
    text = re.sub(r"\n?//# sourceMappingURL=.*\s*$", "\n", text)
    target.write_text(text, encoding="utf-8")


def _write_lock(packages: Path) -> None:
    lock = {}
    for name, package in ORIGIN.items():
        about = json.loads((packages / package / "package.json").read_text(encoding="utf-8"))
        lock[name] = {
            "package": package,
            "version": about["version"],
            "license": about["license"],
            "sha256": _sha256(ROOT / name),
            "bytes": (ROOT / name).stat().st_size,
        }
    LOCK.write_text(json.dumps(lock, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _write_licenses(packages: Path) -> None:
    parts = []
    for package in sorted(set(ORIGIN.values())):
        texts = sorted((packages / package).glob("LICEN*"))
        body = texts[0].read_text(encoding="utf-8").strip() if texts else "See the package."
        parts.append(f"== {package}\n\n{body}\n")
    LICENSES.write_text("\n\n".join(parts), encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Check when asked to, refresh otherwise."""
    if "--check" not in sys.argv[1:]:
        refresh()
    if drift := check():
        sys.exit("\n".join(drift))
    print("vendored files are as recorded")


if __name__ == "__main__":
    main()
