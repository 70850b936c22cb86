"""Taking a whole load back: what hinders it, what stays, what the journal tells (A8, rule 20)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import migrations.tables  # noqa: F401
from core.access import Actor
from core.db import Base
from core.errors import NotFound, NotPermitted
from core.journal import JournalEntry
from directory.assets.models import Asset
from directory.clients.editing import mark_contact_point
from directory.clients.models import Client, ContactPoint, ContactRefusal, ContactState
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.loads.running import APPLIERS
from importers.loads.taking_back import CallsStay, StillLoading, take_back
from importers.loads.told import Verdict
from importers.taken_rows import FOLLOWING, REASONS, LoadTouched, Touch
from tests.back_given import load_rows_of, picture
from tests.conftest import NOON
from tests.given import Given

LATER = NOON + timedelta(hours=1)
VEHICLES = ("ФИО", "Телефон", "VIN", "Марка", "Пробег")
ROW = ("Иванов Иван", "8 916 123-45-67", "XTA21901234567890", "Lada", "1000")
CLIENTS = ("ФИО", "Телефон", "Дата рождения", "Комментарий")
BANS = ("ФИО", "Телефон", "Причина")
MADE = {"clients", "contact_points", "contact_refusals", "client_units", "assets", "ownerships",
        "mileage_readings", "visits", "visit_lines", "recommendations"}  # fmt: skip
"""Tables in which loads make rows: they know which of them are theirs."""


class Desk:
    """A unit, its manager and one load of a client with a vehicle."""

    def __init__(self, session: Session) -> None:
        self.session, self.given = session, Given(session)
        self.given.catalogue()
        self.unit = self.given.unit()
        self.actor = self.given.manager(self.unit)

    def load(self, code: str, headings: Any, *rows: Any, minutes: int = 0) -> RecordLoad:
        return load_rows_of(
            self.session, code, headings, *rows, unit_id=self.unit.id, actor=self.actor,
            now=NOON + timedelta(minutes=minutes),
        )  # fmt: skip

    def back(self, load: RecordLoad, actor: Actor | None = None) -> Any:
        return take_back(self.session, load.id, actor=actor or self.actor, now=LATER)

    def client(self) -> Client:
        return self.session.scalars(select(Client).order_by(Client.id.desc()).limit(1)).one()


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_a_load_that_nobody_has_used_goes_and_goes_once(desk: Desk) -> None:
    before = picture(desk.session)
    load = desk.load("vehicles", VEHICLES, ROW)
    told = desk.back(load)
    assert {kind: told.gone[kind] for kind in ("clients", "assets", "ownerships")} == {
        "clients": 1, "assets": 1, "ownerships": 1
    }  # fmt: skip
    assert (load.state, picture(desk.session)) == (LoadState.TAKEN_BACK, before)
    assert desk.back(load).gone == {}
    assert picture(desk.session) == before
    fresh = desk.load("vehicles", VEHICLES, ROW, minutes=5)
    assert fresh.counts == {"new": 1}
    journal = select(JournalEntry.details).where(JournalEntry.event == "RecordsTakenBack")
    assert desk.session.scalars(journal).one()["load_id"] == load.id


def _work(desk: Desk, client: Client, car: Asset) -> None:
    desk.given.task(desk.given.work_list(desk.unit, client), asset=car)


def _call(desk: Desk, client: Client, car: Asset) -> None:
    task = desk.given.task(desk.given.work_list(desk.unit, client))
    desk.given.attempt(task, desk.given.employee("Звонарёв"))


def _lead(desk: Desk, client: Client, car: Asset) -> None:
    desk.given.run(desk.unit, client)


def _merge(desk: Desk, client: Client, car: Asset) -> None:
    desk.given.merge(client)


def _edit(desk: Desk, client: Client, car: Asset) -> None:
    point = desk.session.scalars(select(ContactPoint).filter_by(client_id=client.id)).one()
    mark_contact_point(
        desk.session, point.id, state=ContactState.CONFIRMED, version=client.version,
        actor=desk.actor, now=LATER,
    )  # fmt: skip


def _reading(desk: Desk, client: Client, car: Asset) -> None:
    desk.given.mileage(car, 2000)


def _next_load(desk: Desk, client: Client, car: Asset) -> None:
    desk.load("vehicles", VEHICLES, (*ROW[:4], "3000"), minutes=3000)


def _completing_load(desk: Desk, client: Client, car: Asset) -> None:
    rows = ((*ROW[:2], "01.02.1980", "ВИП"),)
    desk.load("clients", CLIENTS, *rows, minutes=10)


def _naming_load(desk: Desk, client: Client, car: Asset) -> None:
    other = desk.load("clients", CLIENTS, (*ROW[:2], "", ""), minutes=10)
    desk.session.add(
        LoadedRow(load_id=other.id, row_no=2, verdict=Verdict.MATCHED, client_id=client.id)
    )


USES: dict[Any, Touch] = {
    _work: Touch.WORK, _call: Touch.WORK, _lead: Touch.SELECTION, _merge: Touch.MERGE,
    _edit: Touch.EDIT,
    _reading: Touch.RECORD, _next_load: Touch.RECORD, _completing_load: Touch.LATER_LOAD,
    _naming_load: Touch.LATER_LOAD,
}  # fmt: skip


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_what_is_needed_by_now_stays_with_all_of_the_load(
    desk: Desk, use: Callable[[Desk, Client, Asset], None]
) -> None:
    load = desk.load("vehicles", VEHICLES, ROW)
    use(desk, desk.client(), desk.session.scalars(select(Asset)).one())
    before = picture(desk.session)
    with pytest.raises(LoadTouched) as refused:
        desk.back(load)
    assert refused.value.reasons[USES[use]] >= 1
    assert (picture(desk.session), load.state) == (before, LoadState.DONE)


def test_known_clients_keep_what_people_have_gone_on_from(desk: Desk) -> None:
    known = [desk.given.client(f"Иванов Иван{n}", phone=f"+7916000000{n}") for n in (1, 2)]
    rows = [(one.name, f"+7916000000{n}, +7916000001{n}", "01.02.1980", "ВИП")
            for n, one in enumerate(known, start=1)]  # fmt: skip
    load = desk.load("clients", CLIENTS, *rows)
    assert load.counts == {"refreshed": 2}
    points = {one.value: one for one in desk.session.scalars(select(ContactPoint))}
    points["+79160000011"].state = ContactState.CONFIRMED
    known[0].note = "Просил не звонить утром"
    desk.session.flush()
    told = desk.back(load)
    assert (told.kept, told.restored) == (1, 2)
    assert [(one.birth_on, one.note) for one in known] == [
        (None, "Просил не звонить утром"), (None, "")
    ]  # fmt: skip
    left = set(desk.session.scalars(select(ContactPoint.value)))
    assert left == {"+79160000001", "+79160000002", "+79160000011"}


def test_a_list_of_bans_is_lifted_and_the_journal_says_so(desk: Desk) -> None:
    known = desk.given.client("Иванов Иван", phone="+79160000001")
    desk.given.client("Петров Пётр", phone="+79160000002")
    before = picture(desk.session)
    rows = (("Иванов Иван", "+79160000001", "жалоба"), ("Сидоров", "+79160000002", "жалоба"),
            ("", "+79160000003", ""))  # fmt: skip
    first = desk.load("do-not-call", BANS, *rows)
    second = desk.load("do-not-call", BANS, rows[0], minutes=5)
    assert second.counts == {"matched": 1}
    with pytest.raises(LoadTouched):  # the second list names the same people
        desk.back(first)
    desk.back(second)
    desk.back(first)
    assert picture(desk.session) == before
    told = select(JournalEntry.event).where(JournalEntry.subject == "client",
                                            JournalEntry.at == LATER)  # fmt: skip
    assert sorted(desk.session.scalars(told)) == ["ContactPointAllowed", "RefusalLifted"]
    assert not desk.session.scalars(select(ContactRefusal).filter_by(client_id=known.id)).all()


def test_a_list_of_bans_that_was_taken_back_hinders_nobody(desk: Desk) -> None:
    before = picture(desk.session)
    load = desk.load("vehicles", VEHICLES, ROW)
    rows = ((ROW[0], ROW[1], "жалоба"), ("Другой Пётр", ROW[1], ""))
    bans = desk.load("do-not-call", BANS, *rows, minutes=5)
    with pytest.raises(LoadTouched) as refused:
        desk.back(load)
    assert set(refused.value.reasons) == {Touch.RECORD, Touch.BAN, Touch.LATER_LOAD}
    assert refused.value.loads == (bans.id,)
    client = (("clients", desk.session.scalars(select(Client.id).limit(1)).one()),)
    assert refused.value.needed[Touch.BAN].first == client
    assert refused.value.needed[Touch.LATER_LOAD].first == client
    desk.back(bans)
    desk.back(load)
    assert picture(desk.session) == before


@pytest.mark.parametrize("state", [LoadState.CANCELLED, LoadState.REFUSED])
def test_a_preview_that_came_to_nothing_hinders_nobody(desk: Desk, state: LoadState) -> None:
    load = desk.load("vehicles", VEHICLES, ROW)
    other = desk.load("clients", CLIENTS, (*ROW[:2], "", ""), minutes=10)
    other.state, other.batches = state, 0
    row = LoadedRow(load_id=other.id, row_no=2, verdict=Verdict.MATCHED, client_id=desk.client().id)
    desk.session.add(row)
    desk.session.flush()
    desk.back(load)
    assert load.state is LoadState.TAKEN_BACK


def test_a_value_that_two_batches_filled_in_goes_back_to_the_first(desk: Desk) -> None:
    client = desk.given.client("Иванов Иван", phone="+79160000001")
    car = desk.given.asset(client, vin=ROW[2])
    headings = ("VIN", "Гарантия до")
    rows = [(ROW[2], day) for day in ("01.02.2027", "01.02.2028", "01.02.2029")]
    load = desk.load("vehicles", headings, *rows)
    assert car.warranty_until is not None
    desk.back(load)
    assert car.warranty_until is None


def test_only_a_load_of_ones_own_unit_that_is_over(desk: Desk) -> None:
    load = desk.load("vehicles", VEHICLES, ROW)
    stranger = desk.given.manager(desk.given.unit("Другой"), name="Чужой")
    with pytest.raises(NotFound):
        desk.back(load, stranger)
    with pytest.raises(NotPermitted):
        desk.back(load, Actor(key="employee:1", unit_ids=desk.actor.unit_ids))
    load.state = LoadState.LOADING
    with pytest.raises(StillLoading):
        desk.back(load)


def test_every_table_that_refers_to_what_loads_make_is_known(session: Session) -> None:
    """A new table hinders by itself; whoever adds one says here what it means."""
    assert set(APPLIERS) >= {"clients", "vehicles", "visits", "recommendations", "do-not-call"}
    known = MADE | FOLLOWING | set(REASONS)
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                if key.column.table.name in MADE | {"tasks", "work_lists", "leads"}:
                    assert table.name in known, f"{table.name}.{column.name}"
                    first = {next(iter(index.columns)).name for index in table.indexes
                             if len(index.columns)}  # fmt: skip
                    first.add(next(iter(table.primary_key)).name)
                    unique = any(
                        next(iter(rule.columns)) is column
                        for rule in table.constraints
                        if hasattr(rule, "columns") and len(rule.columns)
                    )
                    assert column.name in first or unique, f"no index: {table.name}.{column.name}"


def test_calls_that_were_made_stay(desk: Desk) -> None:
    desk.given.client("Иванов Иван", phone="+79161234567")
    load = desk.load(
        "results", ("ФИО", "Телефон", "Время", "Итог"),
        ("Иванов Иван", "8 916 123-45-67", "12.03.2025 14:05", "Дозвонились"),
    )  # fmt: skip
    before = picture(desk.session)
    with pytest.raises(CallsStay):
        desk.back(load)
    assert (load.state, picture(desk.session)) == (LoadState.DONE, before)
