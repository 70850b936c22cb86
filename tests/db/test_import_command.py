"""``prozvon import`` and ``prozvon export`` on both engines."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from core.db import Database
from directory.units.models import UnitKind
from entrypoints.cli import main
from tests.given import Given

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def unit_code(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    monkeypatch.setenv("PROZVON_DATABASE_URL", database_url)
    monkeypatch.setenv("PROZVON_VAR", str(tmp_path))
    with database.unit_of_work() as session:
        given = Given(session)
        given.catalogue()
        unit = given.unit(kind=UnitKind.DEPARTMENT)
        given.employee(unit=unit)
        return unit.code


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_import_forms_once_and_reports_what_to_mend(unit_code: str, tmp_path: Path) -> None:
    report = tmp_path / "report.xlsx"
    words = ("import", "lost-clients", str(SAMPLES / "lost-2026-11.xlsx"), "--all", "--json")
    first = json.loads(_run(*words, "--report", str(report)).output)
    assert first["unit"] == unit_code and first["is_new"]
    assert sum(first["rows"].values()) == 80
    assert first["formed"]["tasks_new"] == 78
    rows = list(load_workbook(report).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert len(rows) == first["errors"] + 1
    again = json.loads(_run(*words).output)
    assert not again["is_new"]
    assert (again["formed"]["tasks_new"], again["formed"]["already_in_work"]) == (0, 78)


def test_a_refused_file_and_a_wrong_unit_are_told(unit_code: str) -> None:
    bad = str(SAMPLES / "bad" / "missing-columns.xlsx")
    told = _run("import", "lost-clients", bad)
    assert told.exit_code == 1 and "Some columns are missing" in told.output
    wrong = _run("import", "lost-clients", str(SAMPLES / "lost-2026-11.xlsx"), "--unit", "nope")
    assert wrong.exit_code == 1 and unit_code in wrong.output


def test_attempts_are_exported(unit_code: str, tmp_path: Path) -> None:
    path = tmp_path / "attempts.xlsx"
    told = _run("export", "attempts", str(path), "--from", "2026-01-01", "--to", "2026-12-31")
    assert told.exit_code == 0, told.output
    assert load_workbook(path).active["A1"].value == "at"  # type: ignore[index]
