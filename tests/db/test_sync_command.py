"""``prozvon sync``: a folder of files from 1C, from end to end on both engines."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from core.db import Database
from core.settings import Settings
from directory.assets.models import Asset, Ownership
from directory.clients.models import Client
from directory.staff.models import Role
from directory.units.models import UnitKind
from directory.visits.models import Visit
from entrypoints.cli import main
from entrypoints.folders import folder_jobs, work
from tests.conftest import NOON
from tests.given import Given
from tests.workbooks import write_file

VIN = "XTA21901234567890"


@pytest.fixture
def folder(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.setenv("PROZVON_DATABASE_URL", database_url)
    monkeypatch.setenv("PROZVON_VAR", str(tmp_path / "var"))
    monkeypatch.setattr("importers.folders.watching.QUIET_SECONDS", 0.1)
    monkeypatch.setattr("importers.folders.nightly.QUIET_SECONDS", 0.1)
    with database.unit_of_work() as session:
        given = Given(session)
        given.catalogue()
        unit = given.unit(kind=UnitKind.DEPARTMENT)
        unit.code = "sto"
        given.unit("Цех", kind=UnitKind.WORKSHOP, parent=unit)
        given.employee(unit=unit, role=Role.HEAD)
    (made := tmp_path / "1c").mkdir()
    return made


def _sync(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["sync", str(folder), *options])


def _fill(folder: Path) -> None:
    write_file(
        folder / "a-orders.xlsx", ("1", "01.03.2026", VIN, "5000"),
        headings=("Номер", "Дата", "VIN", "Сумма"),
    )  # fmt: skip
    write_file(
        folder / "b-cars.xlsx", (VIN, "LADA", "Vesta", "K-1", "Иванов Иван"),
        headings=("VIN", "Марка", "Модель", "Код владельца", "Владелец"),
    )  # fmt: skip
    (folder / "c-people.csv").write_text(
        "ФИО;Телефон;Код клиента\nИванов Иван;8 916 123-45-67;K-1\n;12;\n", encoding="cp1251"
    )


def test_a_folder_is_loaded_in_order_and_only_its_news_again(
    folder: Path, database: Database
) -> None:
    _fill(folder)
    first = _sync(folder, "--json")
    assert first.exit_code == 0, first.output
    told = json.loads(first.output)
    assert (told["loaded"], told["known"], told["refused"], told["invalid"]) == (3, 0, 0, 1)
    with database.reading() as session:
        client, asset = session.scalars(select(Client)).one(), session.scalars(select(Asset)).one()
        owner = session.scalars(select(Ownership)).one()
        assert (owner.client_id, owner.asset_id) == (client.id, asset.id)
        assert session.scalars(select(Visit.asset_id)).all() == [asset.id]
    again = json.loads(_sync(folder, "--json").output)
    assert (again["loaded"], again["known"]) == (0, 3)
    write_file(folder / "d-stock.xlsx", ("1", "2"), headings=("Артикул", "Остаток"))
    refused = _sync(folder)
    assert refused.exit_code == 2 and "d-stock.xlsx: refused" in refused.output


def test_the_watched_folder_loads_by_itself_and_tells_what_became_of_each_row(
    folder: Path, database: Database, tmp_path: Path
) -> None:
    settings = Settings(
        database_url="", var_dir=tmp_path / "var", secret_key="x", watched_folder=folder,
        nightly_folder=folder,
    )  # fmt: skip
    jobs = {job.name: job for job in folder_jobs(settings)}
    assert len(jobs) == 3
    look = jobs["look at the watched folder"].run

    def clock(_session):  # type: ignore[no-untyped-def]
        return NOON

    assert look(database, clock) == 0
    for fmt in ("clients", "visits", "maintenance-due"):
        assert (folder / "sto" / fmt).is_dir()
    write_file(
        folder / "sto/clients/list.xlsx",
        ("Иванов Иван", "8 916 123-45-67", "K-1"), ("Петрова Анна", "12", ""),
        headings=("ФИО", "Телефон", "Код клиента"),
    )  # fmt: skip
    write_file(folder / "sto/clients/bad.xlsx", ("1", "2"), headings=("Артикул", "Остаток"))
    write_file(
        folder / "sto/do-not-call/calls.xlsx",
        ("17.03.2026 10:50", "8 916 123-45-67", "Записан"),
        headings=("Дата и время", "Телефон", "Итог звонка"),
    )  # fmt: skip
    # Taken, and the calls put aside at once.
    assert look(database, clock) == 4
    text = (folder / "sto/do-not-call/refused/calls.xlsx.result.txt").read_text("utf-8-sig")
    assert "По заголовкам это «Результаты обзвона», а папка – «Не звонить»" in text
    work(database, clock, settings=settings)
    assert look(database, clock) == 2
    done, refused = folder / "sto/clients/done", folder / "sto/clients/refused"
    assert sorted(path.name for path in done.iterdir()) == [
        "list.xlsx", "list.xlsx.result.txt", "list.xlsx.result.xlsx",
    ]  # fmt: skip
    text = (done / "list.xlsx.result.txt").read_text("utf-8-sig")
    assert "Новые: 1" in text and "Ошибки: 1" in text and "Строка 3: " in text
    assert "Не нашлись нужные колонки" in (refused / "bad.xlsx.result.txt").read_text("utf-8-sig")
    assert jobs["forget files"].run(database, clock) == 0
