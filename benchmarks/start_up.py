"""How long ``prozvon --help`` takes, and what a web worker costs before any request."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import Goal, Line, compare, plain_line, ratio_line
from benchmarks.registry import Options

_ROOT = Path(__file__).resolve().parent.parent
_HELP = "import sys; sys.argv = ['prozvon', '--help']; from entrypoints.cli import main; main()"
_FRAMEWORKS = "import flask, flask_wtf, flask_babel, sqlalchemy.orm, wtforms"
_WORKER = """
import json, pathlib, resource, sys, time
began = time.perf_counter()
from core.settings import Settings
from entrypoints.web import application
application(Settings(database_url="sqlite://", var_dir=pathlib.Path("/nonexistent"),
                     secret_key="x"))
print(json.dumps({
    "seconds": time.perf_counter() - began,
    "rss": int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20,
    "heavy": sorted({"pandas", "openpyxl", "xlsxwriter", "python_calamine", "apscheduler"}
                    & set(sys.modules)),
}))
"""


def run(options: Options) -> Iterator[Line]:
    """Each in processes of their own; engines make no difference."""
    rounds = options.pick(3, 7)
    helped = compare(ours=_child(_HELP), bare=_child("import click"), rounds=rounds)
    yield plain_line("start_up", "–", 0, "prozvon --help", "s", [s.wall for s in helped.ours],
                     Goal(0.5))  # fmt: skip
    yield ratio_line(helped, bench="start_up", engine="–", size=0, goal=None,
                     measure="prozvon --help: time of import click")  # fmt: skip
    worker = compare(ours=_child(_WORKER), bare=_child(_FRAMEWORKS), rounds=rounds)
    told = [json.loads(_output(_WORKER)) for _ in range(rounds)]
    yield plain_line("start_up", "–", 0, "web worker ready", "s",
                     [one["seconds"] for one in told], Goal(1.0))  # fmt: skip
    yield plain_line("start_up", "–", 0, "web worker memory", "MiB",
                     [one["rss"] for one in told], Goal(120),
                     heavy_modules=" ".join(told[0]["heavy"]) or "none")  # fmt: skip
    yield ratio_line(worker, bench="start_up", engine="–", size=0, goal=None,
                     measure="web worker: time of importing its frameworks")  # fmt: skip


def _child(code: str):  # type: ignore[no-untyped-def]
    return lambda: _output(code)


def _output(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=_ROOT
    )
    return done.stdout
