"""The first start in a log: a line for each step, not one line that is drawn over and over."""

import sys
from contextlib import nullcontext
from typing import Any, cast

import pytest

from core.db import Database
from entrypoints import running


class _NoDatabase:
    """Takes the one statement that follows the loading."""

    def unit_of_work(self) -> Any:
        return nullcontext(self)

    def execute(self, _statement: object) -> None:
        return None


def _load(monkeypatch: pytest.MonkeyPatch) -> None:
    def loaded(_database: object, _clock: object, *, progress: Any, password: str) -> None:
        progress("company and people", 0, 10)
        progress("clients and vehicles", 5, 10)

    monkeypatch.setattr(running, "load_demo", loaded)
    running.load_demo_data(cast(Database, _NoDatabase()))


def test_a_log_gets_a_line_for_each_step(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _load(monkeypatch)
    assert capsys.readouterr().err.splitlines() == [
        "demo data, 0%: company and people",
        "demo data, 50%: clients and vehicles",
    ]


def test_a_terminal_gets_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    _load(monkeypatch)
    drawn = capsys.readouterr().err
    assert "50%|" in drawn and "demo data, 50%" not in drawn
