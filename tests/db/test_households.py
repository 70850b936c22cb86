"""One call per household: who shares a number with somebody called or in hand waits (rule 14)."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from campaigns.contact_caps import (
    CapOutOfRange,
    contact_caps,
    household_days,
    set_cap,
    set_household,
)
from campaigns.models import ContactCap, Outcome
from campaigns.permissions import CampaignPermission
from core.access import Actor
from core.db import Database
from core.journal import JournalEntry
from directory.clients.models import Client, ClientKind, ContactPoint
from tests.conftest import NOON
from tests.given import LEASE, Given
from tests.queue_given import Place
from worklists import pressure
from worklists.attempts import AttemptReport, record_attempt
from worklists.households import measure_households, measure_relatives
from worklists.models.task import Task, TaskKind
from worklists.queue import take_next_task, take_task
from worklists.undoing import undo_attempt
from worklists.verdicts import Block, Blocked, BlockRule, verdict_on

HOME = "+79161112233"
HEAD = Actor(
    key="employee:0", permissions=frozenset({CampaignPermission.MANAGE_CONTACT_CAPS}), name="Head"
)
UNTIL = NOON + timedelta(days=3)


@pytest.fixture
def place(session: Session) -> Place:
    place = Place(session)
    place.add(ContactCap(most=1, days=3, is_household=True))
    return place


def blocks(place: Place, task: Task) -> tuple[Block, ...]:
    place.session.expire_all()
    return verdict_on(place.session, task, now=NOON).blocks


def test_while_one_is_in_hand_the_others_wait(place: Place) -> None:
    other = place.person("Boris")
    place.held(other, NOON + LEASE, place.client(phone=HOME))
    waits = place.task(place.client(phone=HOME))
    shop = place.task(place.client(phone=HOME, kind=ClientKind.LEGAL_ENTITY))
    promised = place.task(place.client(phone=HOME), kind=TaskKind.CALLBACK)
    stranger = place.task(place.client(phone="+79165556677"))
    assert blocks(place, waits) == (Block(BlockRule.HOUSEHOLD, NOON + LEASE),)
    assert not blocks(place, shop) and not blocks(place, promised) and not blocks(place, stranger)
    me = place.person()
    with pytest.raises(Blocked):
        take_task(place.session, waits.id, actor=me, now=NOON, lease=LEASE)
    handed = []
    while (taken := take_next_task(place.session, actor=me, now=NOON, lease=LEASE)) is not None:
        handed.append(taken.task_id)
    assert sorted(handed) == sorted([shop.id, promised.id, stranger.id])
    take_task(place.session, waits.id, actor=me, now=NOON, lease=LEASE, client_called=True)


def test_an_attempt_makes_the_others_wait_and_undoing_it_frees_them(session: Session) -> None:
    given = Given(session)
    session.add(ContactCap(most=1, days=3, is_household=True))
    unit = given.unit()
    mother, father = (given.client(name, phone=None) for name in ("Анна", "Пётр"))
    for client in (mother, father):
        given.phone(client, HOME)
    called, waits = given.task(unit=unit, client=mother), given.task(unit=unit, client=father)
    me = given.manager(unit)
    report = AttemptReport(outcome=Outcome.NO_ANSWER, version=called.version, form_key="a")
    done = record_attempt(session, called.id, report, actor=me, now=NOON, lease=LEASE)
    session.expire_all()
    assert session.get_one(Client, mother.id).household_until is None  # retries go on
    assert session.get_one(Client, father.id).household_until == UNTIL
    assert BlockRule.HOUSEHOLD in verdict_on(session, waits, now=NOON).rules
    undo_attempt(session, done.attempt.id, actor=me, now=NOON, lease=LEASE)
    session.expire_all()
    assert session.get_one(Client, father.id).household_until is None


def test_numbers_that_come_later_are_seen_by_the_sweep_and_turning_off_forgets(
    session: Session,
) -> None:
    given = Given(session)
    unit = given.unit()
    mother, father = (given.client(name, phone=None) for name in ("Анна", "Пётр"))
    attempt = given.attempt(given.task(unit=unit, client=mother), given.employee(unit=unit))
    attempt.at = NOON
    for one in (mother, father):
        given.phone(one, HOME)
    assert measure_households(session, now=NOON) == 0
    set_household(session, 3, actor=HEAD, now=NOON)
    assert measure_households(session, now=NOON) == 1
    session.expire_all()
    assert session.get_one(Client, father.id).household_until == UNTIL
    set_household(session, 1, actor=HEAD, now=NOON)
    assert measure_households(session, now=NOON + timedelta(days=1)) == 0
    set_household(session, None, actor=HEAD, now=NOON)
    measure_households(session, now=NOON)
    assert session.scalar(select(func.count(Client.household_until))) == 0
    told = session.scalars(
        select(JournalEntry.details).where(JournalEntry.event == "HouseholdCapSet")
    ).all()
    assert [details.get("days") for details in told] == [3, 1, None]


def test_the_option_is_no_cap_on_a_client(session: Session) -> None:
    before = len(contact_caps(session))
    set_household(session, 9, actor=HEAD, now=NOON)
    assert (len(contact_caps(session)), household_days(session)) == (before, 9)
    set_cap(session, most=2, days=9, actor=HEAD, now=NOON)
    with pytest.raises(CapOutOfRange):
        set_household(session, 0, actor=HEAD, now=NOON)


def test_where_it_is_off_a_claim_asks_the_same_as_before(session: Session) -> None:
    place = Place(session)
    place.task()
    me, seen = place.person(), []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert take_next_task(session, actor=me, now=NOON, lease=LEASE) is not None
    assert not [statement for statement in seen if statement.startswith("SELECT DISTINCT")]
    assert sum("SAVEPOINT sa_" in statement for statement in seen) == 0


def test_people_who_reach_for_one_household_at_once_get_one_of_it(database: Database) -> None:
    with database.unit_of_work() as session:
        place = Place(session)
        place.add(ContactCap(most=1, days=3, is_household=True))
        people = [place.person(f"p{number}") for number in range(6)]
        for number in range(12):
            place.task(place.client(phone=f"+7916000000{number // 3}"))
    taken: list[int] = []

    def reach(actor: Actor) -> None:
        with database.unit_of_work() as session:
            got = take_next_task(session, actor=actor, now=NOON, lease=LEASE)
            if got is not None:
                taken.append(got.client_id)

    threads = [Thread(target=reach, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for actor in people:
        reach(actor)
    with database.reading() as session:
        numbers = session.scalars(
            select(ContactPoint.value).where(ContactPoint.client_id.in_(taken))
        ).all()
    assert len(numbers) == 4 and max(Counter(numbers).values()) == 1


def test_calls_in_one_household_that_end_at_once_wait_for_each_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        session.execute(update(ContactCap).values(most=1))  # one attempt writes the client too
        session.add(ContactCap(most=1, days=3, is_household=True))
        unit = given.unit()
        relatives = [given.client(name, phone=HOME) for name in ("Анна", "Пётр")]
        tasks = [given.task(unit=unit, client=client).id for client in relatives]
        me, both = given.manager(unit), Barrier(2)

    def wait_for_each_other(*args: Any) -> None:
        with suppress(BrokenBarrierError):
            both.wait(1)  # each has written its own client, unless it waits for the household
        measure_relatives(*args)

    monkeypatch.setattr(pressure, "measure_relatives", wait_for_each_other)
    failures: list[BaseException] = []

    def save(task_id: int) -> None:
        report = AttemptReport(outcome=Outcome.NO_ANSWER, version=1, form_key=str(task_id))
        try:
            with database.unit_of_work() as session:
                record_attempt(session, task_id, report, actor=me, now=NOON, lease=LEASE)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=save, args=(task_id,)) for task_id in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        waits = session.scalars(select(Client.household_until).order_by(Client.id)).all()
    assert waits == [UNTIL, UNTIL]


@pytest.mark.parametrize("first_by", ["card", "lane"])
def test_whoever_opens_a_relative_meanwhile_waits_and_reads_why(
    database: Database, first_by: str
) -> None:
    with database.unit_of_work() as session:
        place = Place(session)
        place.add(ContactCap(most=1, days=3, is_household=True))
        mother, father = (place.task(place.client(phone=HOME)).id for _ in range(2))
        anna, boris = place.person("Anna"), place.person("Boris")
    told: list[object] = []

    def reach() -> None:
        try:
            with database.unit_of_work() as session:
                take_task(session, father, actor=boris, now=NOON, lease=LEASE)
        except Blocked as error:
            told.append(error.verdict.rules)

    late = Thread(target=reach)
    with database.unit_of_work() as session:
        if first_by == "card":
            take_task(session, mother, actor=anna, now=NOON, lease=LEASE)
        else:
            taken = take_next_task(session, actor=anna, now=NOON, lease=LEASE)
            assert taken is not None and taken.task_id == mother
        late.start()
        late.join(0.5)  # it looks before the first one is done, and waits
    late.join()
    assert told == [{BlockRule.HOUSEHOLD}]
