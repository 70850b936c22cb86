"""The budget of contacts: spent by attempts, given back by undo, exempt where promised (14)."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaigns.contact_caps import contact_caps, pressed_until
from campaigns.models import ContactCap, Outcome
from directory.clients.models import Client
from tests.conftest import NOON
from tests.given import LEASE, Given
from worklists.attempts import AttemptReport, consequence_of, record_attempt
from worklists.models.attempt import Attempt, Exemption
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.pressure import measure, measure_all
from worklists.queue import take_task
from worklists.undoing import undo_attempt
from worklists.verdicts import Blocked, BlockRule


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


def _caps(session: Session, *caps: tuple[int, int]) -> None:
    session.execute(delete(ContactCap))
    session.add_all(ContactCap(most=most, days=days) for most, days in caps)
    session.flush()


def _report(key: str, **values: object) -> AttemptReport:
    return AttemptReport(
        **({"outcome": Outcome.NO_ANSWER, "version": 1, "form_key": key} | values)  # type: ignore[arg-type]
    )


def test_an_attempt_spends_and_undoing_it_gives_back(given: Given) -> None:
    session = given.session
    _caps(session, (1, 2))
    unit = given.unit()
    task = given.task(unit=unit)
    work_list = session.get_one(WorkList, task.work_list_id)
    other = given.task(work_list, asset=given.asset())
    me = given.manager(unit)
    done = record_attempt(session, task.id, _report("a"), actor=me, now=NOON, lease=LEASE)
    with pytest.raises(Blocked) as refused:
        take_task(session, other.id, actor=me, now=NOON, lease=LEASE)
    (block,) = refused.value.verdict.blocks
    assert (block.rule, block.until) == (BlockRule.PRESSURE, NOON + timedelta(days=2))
    undo_attempt(session, done.attempt.id, actor=me, now=NOON, lease=LEASE)
    session.expire_all()
    assert session.get_one(Client, task.client_id).pressed_until is None


def test_the_next_try_waits_for_the_budget_and_says_so_before(given: Given) -> None:
    session = given.session
    _caps(session, (1, 10))
    unit = given.unit()
    task = given.task(unit=unit)
    me = given.manager(unit)
    told = consequence_of(session, task.id, _report("a"), actor=me, now=NOON)
    record_attempt(session, task.id, _report("a"), actor=me, now=NOON, lease=LEASE)
    assert told.at is not None and told.at >= NOON + timedelta(days=10)
    assert session.get_one(Task, task.id).due_at == told.at


@pytest.mark.parametrize("why", list(Exemption))
def test_what_is_exempt_neither_keeps_nor_spends_and_is_logged(
    given: Given, why: Exemption
) -> None:
    session = given.session
    _caps(session, (1, 2))
    unit = given.unit()
    kind = TaskKind.CALLBACK if why is Exemption.PROMISED_CALLBACK else TaskKind.CALL
    task = given.task(unit=unit, kind=kind)
    given.campaign().is_pressure_exempt = why is Exemption.CAMPAIGN
    client = session.get_one(Client, task.client_id)
    me = given.manager(unit)
    client.pressed_until = NOON + timedelta(days=1)
    session.flush()
    called = why is Exemption.CLIENT_CALLED
    held = take_task(session, task.id, actor=me, now=NOON, lease=LEASE, client_called=called)
    saved = record_attempt(
        session, task.id, _report("a", version=held.version, token=held.claim_token),
        actor=me, now=NOON, lease=LEASE,
    )  # fmt: skip
    assert saved.attempt.exemption is why
    assert measure(session, client.id) is None


@pytest.mark.parametrize("seed", range(3))
def test_measuring_all_at_once_says_the_same_as_one_by_one(given: Given, seed: int) -> None:
    session, chance = given.session, random.Random(seed)
    _caps(session, (2, 1), (3, 5), (4, 30))
    unit = given.unit()
    me = given.employee(unit=unit)
    for number in range(12):
        task = given.task(unit=unit, client=given.client(f"К{number}", phone=None))
        for _ in range(chance.randint(0, 6)):
            attempt = given.attempt(task, me)
            attempt.at = NOON - timedelta(hours=chance.randint(0, 24 * 40))
            attempt.undone_at = chance.choice([None, None, None, NOON])
            attempt.exemption = chance.choice([None, None, None, Exemption.CAMPAIGN])
    session.flush()
    measure_all(session, now=NOON)
    session.expire_all()
    clients = session.scalars(select(Client)).all()
    at_once = {c.id: c.pressed_until for c in clients}
    for client_id, until in at_once.items():
        alone = measure(session, client_id)
        assert until == (alone if alone is not None and alone > NOON else until)
        assert (until or NOON) <= NOON or until == alone
        attempts = select(Attempt.at).where(
            Attempt.client_id == client_id, Attempt.undone_at.is_(None), Attempt.exemption.is_(None)
        )
        for cap in contact_caps(session):
            since = NOON - timedelta(days=cap.days)
            counted = len(session.scalars(attempts.where(Attempt.at > since)).all())
            if counted >= cap.most:
                assert until is not None and until > NOON


def test_a_cap_ends_when_its_oldest_attempt_is_old_enough() -> None:
    caps = [ContactCap(most=2, days=1), ContactCap(most=3, days=7)]
    moments = [NOON, NOON - timedelta(hours=5), NOON - timedelta(days=3)]
    assert pressed_until(caps, moments[:1]) is None
    assert pressed_until(caps, moments[:2]) == NOON + timedelta(hours=19)
    assert pressed_until(caps, moments) == NOON + timedelta(days=4)
