"""Whom a preview keeps waiting: nobody for a client that the file only names, on both engines.

On PostgreSQL it is one transaction that is rolled back, as long as the file is.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.db import Database
from core.rehearsals import rehearsing
from directory.clients.editing import correct_client
from directory.clients.models import Client, ClientKind
from importers.loads.running import DIRECTORY_FORMATS, load_rows
from importers.loads.told import Ruling, Verdict
from importers.tables import read_table
from importers.typed_rows import TypedRow
from tests.conftest import NOON
from tests.given import Given
from tests.workbooks import write_file
from worklists.effects import rest_after_refusal
from worklists.models.attempt import Attempt
from worklists.undo_images import Trail

ORDERS = ("Номер ЗН", "Дата", "VIN", "Клиент", "Телефон", "Код клиента")
ORDER = ("ЗН-1", "01.11.2024", "XTA21901234567890", "Иванов Иван", "8 916 123-45-67")


class Meanwhile:
    """A preview of one order of a known client, and what a person does while it is under way."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.seen: list[Verdict] = []
        with database.unit_of_work() as session:
            given = Given(session)
            given.catalogue()
            unit = given.unit()
            given.workshop(parent=unit)
            self.unit_id, self.actor = unit.id, given.manager(unit)
            self.client_id = given.client(unit=unit).id

    def act(self, session: Session) -> None:
        """Edit the client, and let a refusal to talk rest."""
        client = session.get_one(Client, self.client_id)
        correct_client(
            session, client.id, name="Иванов Иван Иванович", kind=ClientKind.PERSON, note="",
            time_zone=None, version=client.version, actor=self.actor, now=NOON,
        )  # fmt: skip
        attempt = Attempt(id=1, client_id=client.id)
        until = NOON + timedelta(days=30)
        rest_after_refusal(session, attempt, Trail(), until=until, actor=self.actor, now=NOON)

    def preview(self, *rows: tuple[str, ...]) -> None:
        path = write_file(self.folder / "orders.xlsx", *rows, headings=ORDERS)

        def watch(_: Sequence[TypedRow], rulings: Sequence[Ruling]) -> None:
            self.seen += [ruling.verdict for ruling in rulings]
            with self.database.unit_of_work() as session:
                if session.get_bind().dialect.name == "postgresql":
                    session.execute(text("SET LOCAL lock_timeout = '500ms'"))
                self.act(session)

        with read_table(path) as stream, rehearsing(self.database) as session:
            load_rows(
                session, stream, DIRECTORY_FORMATS["visits"], unit_id=self.unit_id,
                sha256="0" * 64, actor=self.actor, now=NOON, watch=watch, is_kept=False,
            )  # fmt: skip


@pytest.fixture
def meanwhile(database: Database, tmp_path: Path) -> Meanwhile:
    return Meanwhile(database, tmp_path)


def test_nobody_waits_for_a_client_whom_the_file_only_names(meanwhile: Meanwhile) -> None:
    meanwhile.preview((*ORDER, ""))
    assert meanwhile.seen == [Verdict.NEW]
    with meanwhile.database.reading() as session:
        client = session.get_one(Client, meanwhile.client_id)
        assert client.name == "Иванов Иван Иванович" and client.cooling_off_until is not None


def test_on_postgresql_one_whom_the_file_completes_is_waited_for(
    meanwhile: Meanwhile, engine_name: str
) -> None:
    if engine_name == "sqlite":
        meanwhile.preview((*ORDER, "К-1"))
        return
    with pytest.raises(OperationalError, match="lock timeout"):
        meanwhile.preview((*ORDER, "К-1"))
