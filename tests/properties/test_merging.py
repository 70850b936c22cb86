"""A merge loses nothing, and its undoing leaves no trace, whatever the two clients had (A8)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.models import ContactCap
from core.db import Database
from directory.clients.models import Client, ContactKind, ContactPoint, ContactState
from directory.visits.models import Visit
from selections.models import Lead
from tests.conftest import NOON
from tests.db.test_merging import assert_every_row_has_one_client
from tests.given import Given
from tests.merging_given import Doubles, whole_database
from worklists.lifecycle import CLOSED, TaskState
from worklists.merging.holding import measure_both
from worklists.merging.merge import merge_clients
from worklists.merging.undo import undo_merge
from worklists.models.attempt import Attempt
from worklists.models.task import Task, TaskKind

PHONES = ("+79160000001", "+79160000002", "+79160000003")
STATES = st.sampled_from([one for one in TaskState if one is not TaskState.IN_WORK])
TASK = st.fixed_dictionaries(
    {
        "unit": st.integers(0, 1),
        "campaign": st.integers(0, 1),
        "vehicle": st.integers(0, 2),
        "state": STATES,
        "kind": st.sampled_from([TaskKind.CALL, TaskKind.CALL, TaskKind.CALLBACK]),
        "attempts": st.integers(0, 2),
        "lead": st.sampled_from([None, 0, 1]),
        "booked": st.booleans(),
    }
)
CARD = st.fixed_dictionaries(
    {
        "phones": st.lists(st.sampled_from(PHONES), unique=True),
        "phone_state": st.sampled_from(list(ContactState)),
        "banned": st.booleans(),
        "units": st.sets(st.integers(0, 1)),
        "tasks": st.lists(TASK, max_size=4),
        "runs": st.sets(st.integers(0, 1)),
        "key": st.booleans(),
        "birth_on": st.sampled_from([None, date(1980, 1, 2), date(1990, 3, 4)]),
        "time_zone": st.sampled_from([None, "Asia/Omsk", "Europe/Samara"]),
        "note": st.sampled_from(["", "Заметка", "Другая"]),
        "rests": st.sampled_from([None, 1, 5]),
        "visits": st.integers(0, 2),
    }
)


class TwoCards(Doubles):
    """Two clients with whatever was drawn, and a relative with one of their numbers."""

    def __init__(self, builders: Given, kept: dict[str, Any], double: dict[str, Any]) -> None:
        super().__init__(builders)
        given, session = builders, self.session
        session.query(ContactPoint).delete()
        self.units = (self.service, self.sales)
        self.campaigns = (given.campaign(), given.campaign("lost-clients"))
        self.runs = [given.run(unit) for unit in self.units]
        self.car = given.asset(self.kept)
        for client, card in ((self.kept, kept), (self.double, double)):
            self.fill(client, card)
        given.client("Жена", unit=self.service, phone=PHONES[0])
        session.flush()
        measure_both(session, self.kept.id, self.double.id)
        session.expire_all()

    def fill(self, client: Client, card: dict[str, Any]) -> None:
        """Write the card and the work of the client."""
        given, session = self.given, self.session
        for at, phone in enumerate(card["phones"]):
            given.phone(client, phone, state=card["phone_state"], rank=at + 1,
                        do_not_contact=card["banned"])  # fmt: skip
        session.add(
            ContactPoint(client_id=client.id, kind=ContactKind.EMAIL, typed="a@b.ru",
                         value="a@b.ru")
        )  # fmt: skip
        client.external_key = f"K{client.id}" if card["key"] else None
        client.birth_on, client.time_zone = card["birth_on"], card["time_zone"]
        client.note = card["note"]
        if card["rests"]:
            client.cooling_off_until = NOON + timedelta(days=card["rests"])
        own = given.asset(client)
        for run in card["runs"]:
            given.lead(self.runs[run], client)
            given.lead(self.runs[run], client, self.car)
        lists: dict[int, Any] = {}
        for drawn in card["tasks"]:
            self.task(client, drawn, own, lists)
        for number in range(card["visits"]):
            session.add(
                Visit(number=f"V{client.id}-{number}", asset_id=own.id, client_id=client.id,
                      workshop_id=self.workshop.id, opened_on=date(2026, 1, 1 + number))
            )  # fmt: skip
        session.flush()

    def task(self, client: Client, drawn: dict[str, Any], own: Any, lists: dict[int, Any]) -> None:
        """One task; open ones in the open work-list of the unit, unless it would be a twin."""
        given, session = self.given, self.session
        unit, campaign = self.units[drawn["unit"]], self.campaigns[drawn["campaign"]]
        vehicle = (None, self.car, own)[drawn["vehicle"]]
        if drawn["state"] in CLOSED:
            work_list = given.work_list(unit, client, campaign=campaign, closed=True)
        else:
            work_list = lists.get(unit.id) or given.work_list(unit, client, campaign=campaign)
            lists[unit.id] = work_list
            twin = select(Task.id).where(
                Task.work_list_id == work_list.id, Task.campaign_id == campaign.id,
                Task.asset_key == (vehicle.id if vehicle else 0),
            )  # fmt: skip
            if session.scalars(twin).first() is not None:
                return
        task = given.task(work_list, campaign=campaign, asset=vehicle, state=drawn["state"],
                          kind=drawn["kind"], performer=self.manager)  # fmt: skip
        for number in range(drawn["attempts"]):
            given.attempt(task, self.person, at=NOON - timedelta(hours=5 + number),
                          contact_point_id=self.point_of(client))  # fmt: skip
        if drawn["lead"] is not None:
            of_run = select(Lead.id).where(
                Lead.client_id == client.id, Lead.run_id == self.runs[drawn["lead"]].id
            )
            task.lead_id = session.scalars(of_run.order_by(Lead.id)).first()
        if drawn["booked"]:
            given.booking(task, self.workshop, self.person)
        session.flush()


@pytest.fixture
def engine_of_one(database: Database) -> Database:
    """One database for all examples: each rolls back."""
    return database


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(kept=CARD, double=CARD, has_household=st.booleans(), later_number=st.booleans())
def test_merging_and_undoing_leaves_the_same_picture(
    database: Database,
    kept: dict[str, Any],
    double: dict[str, Any],
    has_household: bool,
    later_number: bool,
) -> None:
    with database.writing_session() as session:
        if has_household:
            session.add(ContactCap(most=1, days=3, is_household=True))
        two = TwoCards(Given(session), kept, double)
        before, sums = whole_database(session), _sums(session)
        versions = {"kept_version": two.version_of(two.kept),
                    "double_version": two.version_of(two.double)}  # fmt: skip
        kept_id, double_id = two.kept.id, two.double.id

        merge = merge_clients(session, kept_id, double_id, **versions, actor=two.head, now=NOON)
        merged = whole_database(session)
        assert _sums(session) == sums
        if merge.moved.get("tasks"):
            assert_every_row_has_one_client(session)
        again = merge_clients(session, kept_id, double_id, **versions, actor=two.head, now=NOON)
        assert again is merge and whole_database(session) == merged

        if later_number:  # may take the place of a row that was taken away
            two.given.phone(session.get_one(Client, kept_id), "+79160000009")
        undo_merge(session, merge.id, actor=two.head, now=NOON + timedelta(minutes=5))
        after = whole_database(session)
        assert _sums(session) == sums
        assert merge.stayed == 0
        if later_number:
            _same_numbers(before, after)
        else:
            assert after == before
        session.rollback()


def _sums(session: Session) -> list[int]:
    session.flush()
    return [session.scalar(select(func.count()).select_from(one)) or 0
            for one in (Task, Attempt, Visit)]  # fmt: skip


def _same_numbers(before: dict[str, Any], after: dict[str, Any]) -> None:
    """All as before but for the number added since, and the id of one whose place it took."""

    def numbers(picture: dict[str, Any]) -> set[tuple[Any, ...]]:
        rows = picture["contact_points"].values()
        return {(row["client_id"], row["value"], row["state"], row["rank"]) for row in rows}

    assert len(numbers(after) - numbers(before)) == 1 and numbers(before) <= numbers(after)
    assert after["tasks"] == before["tasks"] and after["leads"] == before["leads"]
