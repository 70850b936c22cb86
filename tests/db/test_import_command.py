"""``prozvon import`` and ``prozvon export`` on both engines."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import func, select

from core.clock import database_clock
from core.db import Database
from directory.units.models import Unit, UnitKind
from directory.visits.models import Visit
from entrypoints.cli import main
from entrypoints.files import loader_at, named_unit
from importers.loading import content_sum
from importers.loads import batches, staged
from importers.loads.asking import ask_end, ask_load
from importers.loads.batch import apply_batch
from importers.loads.models import LoadState, RecordLoad
from tests.given import Given
from tests.staged_given import people, write_lines
from tests.workbooks import write_file
from worklists.models.attempt import Attempt

PHONE = "8 916 123-45-67"
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


COUNTS = ("new", "matched", "appended", "refreshed", "blocked", "doubtful", "invalid", "skipped")


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_import_forms_once_and_reports_what_to_mend(unit_code: str, tmp_path: Path) -> None:
    report = tmp_path / "report.xlsx"
    words = ("import", "lost-clients", str(SAMPLES / "lost-2026-11.xlsx"), "--all", "--json")
    first = json.loads(_run(*words, "--report", str(report)).output)
    assert first["unit"] == unit_code and first["is_new"]
    assert first["rows"] == sum(first[key] for key in COUNTS) == 80
    assert first["formed"]["tasks_new"] == 78
    rows = list(load_workbook(report).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    told = {row[0] for row in rows[1:]}
    bad = {error["row"] for error in first["errors"]}
    assert len(told) == len(rows) - 1 and bad <= told
    assert len(told - bad) <= first["skipped"], "of the others only repeats are told"
    again = json.loads(_run(*words).output)
    assert not again["is_new"]
    assert (again["formed"]["tasks_new"], again["formed"]["already_in_work"]) == (0, 78)


def test_a_refused_file_and_a_wrong_unit_are_told(unit_code: str) -> None:
    bad = str(SAMPLES / "bad" / "missing-columns.xlsx")
    told = _run("import", "lost-clients", bad)
    assert told.exit_code == 2 and "Some columns are missing" in told.output
    wrong = _run("import", "lost-clients", str(SAMPLES / "lost-2026-11.xlsx"), "--unit", "nope")
    assert wrong.exit_code == 1 and unit_code in wrong.output


def test_attempts_are_exported(unit_code: str, tmp_path: Path) -> None:
    path = tmp_path / "attempts.xlsx"
    told = _run("export", "attempts", str(path), "--from", "2026-01-01", "--to", "2026-12-31")
    assert told.exit_code == 0, told.output
    assert load_workbook(path).active["A1"].value == "at"  # type: ignore[index]


def test_a_file_of_clients_is_tried_loaded_and_known_again(unit_code: str, tmp_path: Path) -> None:
    path = write_file(
        tmp_path / "clients.xlsx",
        ("Иванов Иван", "8 916 123-45-67", "K-1"), ("Петрова Анна", "12", ""),
        headings=("ФИО", "Телефон", "Код клиента"),
    )  # fmt: skip
    report = tmp_path / "report.xlsx"
    tried = json.loads(
        _run("import", "clients", str(path), "--dry-run", "--json", "--report", str(report)).output
    )
    assert tried["rows"] == sum(tried[key] for key in COUNTS) == 2
    assert (tried["new"], tried["invalid"]) == (1, 1)
    assert {(e["row"], e["column"], e["code"]) for e in tried["errors"]} >= {
        (3, "Телефон", "phone_too_short")
    }
    assert all(error["message"] for error in tried["errors"])
    told = list(load_workbook(report).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [row[:3] for row in told[1:]] == [(3, "Петрова Анна", "12")]
    assert json.loads(_run("import", "clients", str(path), "--json").output) == tried
    again = json.loads(_run("import", "clients", str(path), "--json").output)
    assert (again["new"], again["matched"], again["invalid"]) == (0, 1, 1)
    assert _run("import", "clients", str(path), "--all").exit_code == 1


@pytest.mark.parametrize("code", ["clients", "lost-clients"])
def test_a_column_that_means_nothing_is_told(unit_code: str, tmp_path: Path, code: str) -> None:
    path = write_file(tmp_path / "f.xlsx", ("Иванов Иван", "8 916 123-45-67", "синий", ""),
                      headings=("ФИО", "Телефон", "Любимый цвет", "Что не так"))  # fmt: skip
    for words in (("--dry-run", "--json"), ("--json",)):
        told = json.loads(_run("import", code, str(path), *words).output)
        assert told["columns_not_loaded"] == ["Любимый цвет"]
    plain = _run("import", code, str(path), "--dry-run").output
    assert "columns_not_loaded: Любимый цвет\n" in plain


def test_a_mapping_says_what_columns_are(unit_code: str, tmp_path: Path) -> None:
    path = write_file(tmp_path / "f.xlsx", ("Иванов Иван", "X-1"), ("Ли Анна", "X-2"),
                      headings=("Кто", "Шифр"))  # fmt: skip
    assert _run("import", "clients", str(path)).exit_code == 2
    refused = _run("import", "clients", str(path), "--json")
    assert refused.exit_code == 2 and "«Phone»" in json.loads(refused.output)["error"]
    mapping = tmp_path / "m.json"
    mapping.write_text(json.dumps({"Кто": "name", "Шифр": "nonsense"}), encoding="utf-8")
    wrong = _run("import", "clients", str(path), "--mapping", str(mapping))
    assert wrong.exit_code == 2 and "nonsense" in wrong.output
    mapping.write_text(json.dumps({"Кто": "name", "Шифр": "external_key"}), encoding="utf-8")
    told = _run("import", "clients", str(path), "--mapping", str(mapping), "--json")
    assert json.loads(told.output)["new"] == 2


def test_results_are_tried_and_loaded(unit_code: str, database: Database, tmp_path: Path) -> None:
    with database.unit_of_work() as session:
        given = Given(session, now=datetime(2026, 1, 1, tzinfo=UTC))
        unit = session.scalars(select(Unit).where(Unit.code == unit_code)).one()
        given.task(unit=unit, client=given.client(unit=unit))
    path = write_file(
        tmp_path / "results.xlsx",
        ("8 916 123-45-67", "12.01.2026 11:30", "занято"),
        ("8 916 123-45-67", "12.01.2026 15:30", "абракадабра"),
        headings=("Телефон", "Дата звонка", "Результат"),
    )
    words = ("import", "results", str(path), "--json")
    tried = json.loads(_run(*words, "--dry-run").output)
    assert tried["rows"] == sum(tried[key] for key in COUNTS) == 2
    assert (tried["new"], tried["invalid"]) == (1, 1)
    (error,) = tried["errors"]
    assert (error["row"], error["column"]) == (3, "Результат") and "абракадабра" in error["message"]
    assert json.loads(_run(*words).output) == tried
    again = json.loads(_run(*words).output)
    assert (again["new"], again["matched"]) == (0, 1)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_broken_off_and_called_again_it_goes_on(
    unit_code: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_lines(tmp_path / "f.csv", people(100))
    words = ("import", "clients", str(path), "--json")
    tried = json.loads(_run(*words, "--dry-run").output)
    with database.reading() as session:
        assert session.scalars(select(RecordLoad)).all() == []
    monkeypatch.setattr(batches, "BATCH", 20)
    left = [2]

    def breaks(*given: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return apply_batch(*given)

    with monkeypatch.context() as broken:
        broken.setattr(staged, "apply_batch", breaks)
        assert _run(*words).exit_code == 1
    with database.reading() as session:
        load = session.scalars(select(RecordLoad)).one()
        assert (load.state, load.batches, load.worker) == (LoadState.LOADING, 2, None)
    report = tmp_path / "report.xlsx"
    told = json.loads(_run(*words, "--report", str(report)).output)
    assert told == tried, "one load, with all that there is to tell"
    rows = list(load_workbook(report).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert {row[0] for row in rows[1:]} == {error["row"] for error in told["errors"]}
    assert all(row[1] for row in rows[1:])
    again = json.loads(_run(*words).output)
    assert (again["new"], again["invalid"]) == (0, tried["invalid"])


def test_a_load_that_waits_in_the_browser_is_left_alone(
    unit_code: str, database: Database, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "f.csv", people(3))
    with database.unit_of_work() as session:
        unit = named_unit(session, unit_code)
        ask_load(
            session, name="f.csv", size=1, sha256=content_sum(path), format="clients",
            unit_id=unit.id, actor=loader_at(session, unit), now=database_clock(session),
        )  # fmt: skip
    told = _run("import", "clients", str(path))
    assert told.exit_code == 2 and "in the browser" in told.output


def test_a_file_that_waits_in_the_browser_is_left_there_and_how_to_go_on_is_told(
    unit_code: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROZVON_PUBLIC_URL", "https://calls.example.org/")
    path = write_lines(tmp_path / "f.csv", people(5))
    with database.unit_of_work() as session:
        unit = named_unit(session, unit_code)
        actor, now = loader_at(session, unit), database_clock(session)
        load = ask_load(
            session, name=path.name, size=1, sha256=content_sum(path), format="clients",
            unit_id=unit.id, actor=actor, now=now,
        ).load  # fmt: skip
        load.state = LoadState.CHECKED
    refused = _run("import", "clients", str(path), "--json")
    assert refused.exit_code == 2
    assert json.loads(refused.output)["error"] == (
        f"This file was brought in the browser (load {load.id}, it was checked and waits to be "
        "loaded): go on there, or stop it there and call again: "
        f"https://calls.example.org/selections/loads/{load.id}"
    )
    with database.unit_of_work() as session:
        assert session.get_one(RecordLoad, load.id).state is LoadState.CHECKED
        ask_end(session, load.id, actor=actor, now=now)
    assert json.loads(_run("import", "clients", str(path), "--json").output)["rows"] == 5


def test_orders_of_1c_load_with_a_workshop_for_all_rows(
    unit_code: str, database: Database, tmp_path: Path
) -> None:
    with database.unit_of_work() as session:
        unit = session.scalars(select(Unit).where(Unit.code == unit_code)).one()
        given = Given(session)
        names = ["Слесарный цех", "Кузовной цех"]
        ids = [given.workshop(name, parent=unit).id for name in names]
        given.workshop("Цех Юг", parent=given.unit("Сервис Юг"))
    told = ("Заказ-наряд СЦ-9001 от 10.11.2024 9:15:00", "XTA21901234567890", "Иванов Иван", PHONE)
    path = write_file(
        tmp_path / "orders.xlsx", told, headings=("Документ", "VIN", "Заказчик", "Телефон")
    )
    words = ("import", "visits", str(path), "--unit", unit_code, "--json")
    assert json.loads(_run(*words, "--dry-run").output)["invalid"] == 1
    for unknown in ("Нет такого", "Цех Юг"):
        refused = _run(*words, "--workshop", unknown)
        assert refused.exit_code == 1 and names[0] in refused.output
    assert "leave out" in _run("import", "clients", str(path), "--workshop", names[0]).output
    for options in (("--dry-run",), ()):
        counts = json.loads(_run(*words, "--workshop", names[1], *options).output)
        assert (counts["new"], counts["errors"]) == (1, [])
    with database.reading() as session:
        visit = session.scalars(select(Visit)).one()
        assert (visit.number, visit.workshop_id) == ("СЦ-9001", ids[1])
