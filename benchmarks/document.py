"""``python -m benchmarks.document RUN.json … > docs/performance.md``: numbers are never typed.

Lines of a later file take the place of the same lines of an earlier one.
"""

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.table import explained, value_of

_TITLES = {
    "start_up": "Start",
    "reading": "Reading an importer's file",
    "importing": "An importer's file, from the disk to work-lists",
    "loads": "A file of records, from the disk to the directory",
    "selections": "Selections: the statement of each kind, the live count, memory",
    "forming": "Work-lists and tasks out of leads",
    "claims": "Handing out tasks",
    "crowds": "Two hundred claimers at once",
    "outcomes": "Saving an outcome",
    "sweeps": "Tasks whose time has come",
    "pages": "The working pages",
    "searches": "Finding a client",
    "cycles": "A round through the real server",
    "exports": "XLSX export",
}
_HEAD = """# Performance

Measured by `make bench` (see `benchmarks/`); this page is made from the JSON of a run by
`python -m benchmarks.document`. Our code and its bare twin, which does the same work with nothing
of ours in the way, run in turn in one run: **read the ratios, not the seconds**, above all in lines
marked *noisy* (others used the machine). A missed goal is shown, never hidden. PostgreSQL has 4 GB
of shared memory (`benchmarks/places.py`).

`make bench` takes a few minutes and small data, `make bench BENCH="--size full"` the sizes below;
`BENCH="claims --engine sqlite --json run.json"` picks.
"""


def document(paths: list[Path]) -> str:
    """The page as Markdown."""
    runs = [json.loads(path.read_text()) for path in paths]
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    for run in runs:
        for line in run["lines"]:
            lines[tuple(line[key] for key in ("bench", "engine", "size", "measure"))] = line
    missed = sum(line["verdict"] == "missed" for line in lines.values())
    met = sum(line["verdict"] == "met" for line in lines.values())
    parts = [
        _HEAD,
        _machine(runs[-1], several=len(runs) > 1),
        f"\n{met} goals met, {missed} missed.\n",
    ]
    for bench, title in _TITLES.items():
        chosen = [line for line in lines.values() if line["bench"] == bench]
        if chosen:
            parts.append(f"\n## {title}\n\n{_note(bench)}{_table(chosen)}")
    parts.append((Path(__file__).parent / "missed.md").read_text())
    return "".join(parts)


def _machine(run: dict[str, Any], *, several: bool) -> str:
    facts = run["machine"]
    libraries = ", ".join(f"{name} {found}" for name, found in facts["libraries"].items())
    return (
        f"\nMachine: {facts['cpu']}, {facts['cores']} cores, {facts['memory_gib']} GiB; Linux "
        f"{facts['kernel']}; Python {facts['python']}, SQLite {facts['sqlite']}, {libraries}. "
        f"Load when it began: {facts['load'][0]}. Begun {run['started_at']}"
        f"{', put together from several runs' if several else ''}.\n"
    )


def _note(bench: str) -> str:
    module = Path(__file__).parent / f"{bench}.py"
    return module.read_text().split('"""')[1].strip() + "\n\n"


def _table(lines: list[dict[str, Any]]) -> str:
    rows = ["| engine | size | measure | median (min..max) | goal | verdict | notes |",
            "| --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for line in lines:
        verdict = f"**{line['verdict']}**" if line["verdict"] == "missed" else line["verdict"]
        cells = (line["engine"], f"{line['size']:,}", line["measure"], value_of(line),
                 line["goal"] or "–", verdict, explained(line))  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document([Path(name) for name in sys.argv[1:]]))
