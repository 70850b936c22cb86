"""An installation without demo data can be started: company, first administrator, units, demo."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from core.db import Database
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import Unit, UnitKind, UnitPath
from entrypoints.cli import main
from entrypoints.demo.loading import is_empty, load_demo
from tests.conftest import NOON

PASSWORD = "three blind mice"


@pytest.fixture(autouse=True)
def environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROZVON_DATABASE_URL", database_url)
    monkeypatch.setenv("PROZVON_VAR", str(tmp_path))


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def _add(login: str, *words: str, password: str = PASSWORD) -> Result:
    return _run("user", "add", login, "--name", "Имя Фамилия", "--password", password, *words)


def test_the_first_administrator_is_one_of_the_company(database: Database) -> None:
    before = _add("boss", "--role", "administrator")
    assert before.exit_code == 1 and "prozvon db upgrade" in before.output
    for _again in range(2):
        assert _run("db", "upgrade").exit_code == 0
    with database.reading() as session:
        company = session.scalars(select(Unit)).one()
        assert (company.kind, company.parent_id, company.code) == (
            UnitKind.COMPANY, None, "company",
        )  # fmt: skip
        assert session.scalar(select(func.count()).select_from(UnitPath)) == 1
    told = _add("boss", "--role", "administrator", "--role", "head")
    assert told.exit_code == 0 and "at company" in told.output
    with database.reading() as session:
        posts = session.execute(select(Appointment.role, Appointment.unit_id)).all()
        assert {tuple(post) for post in posts} == {
            (Role.ADMINISTRATOR, company.id), (Role.HEAD, company.id),
        }  # fmt: skip


def test_units_are_added_and_asked_for_by_code(database: Database) -> None:
    _run("db", "upgrade")
    assert _add("first", "--role", "manager").exit_code == 0  # the only unit there is
    assert _run("unit", "add", "east", "--name", "Восток", "--kind", "centre").exit_code == 0
    below = _run("unit", "add", "east-call", "--name", "Обзвон", "--parent", "east")
    assert below.exit_code == 0 and "below east" in below.output
    for words in ((), ("--unit", "nope")):
        unknown = _add("petrova", "--role", "manager", *words)
        assert unknown.exit_code == 1
        assert "company, east, east-call" in unknown.output
    assert _add("petrova", "--role", "manager", "--unit", "east-call").exit_code == 0
    listed = _run("unit", "list").output
    assert "    east-call" in listed and "Обзвон" in listed
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Employee)) == 2


@pytest.mark.parametrize("password", ["boss2026!!!!!", "Password12345", "short"])
def test_a_bad_password_is_refused_in_words(password: str) -> None:
    _run("db", "upgrade")
    refused = _add("boss", "--role", "administrator", password=password)
    assert refused.exit_code == 1 and refused.output.startswith("Error: ")


def test_demo_goes_into_an_upgraded_database(database: Database) -> None:
    _run("db", "upgrade")
    assert is_empty(database)
    load_demo(database, lambda _: NOON, scale=0.002, password=PASSWORD)
    with database.reading() as session:
        assert len(session.scalars(select(Unit).where(Unit.parent_id.is_(None))).all()) == 1
    assert not is_empty(database)
    assert _run("unit", "add", "new", "--name", "Новый").exit_code == 0
