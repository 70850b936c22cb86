"""An outcome is taken back while others act on the same task or client (P3)."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from campaigns.models import Outcome
from core.access import Actor
from core.db import Database
from core.journal import JournalEntry
from tests.conftest import NOON
from tests.db.test_attempts_races import at_once
from tests.given import LEASE, Given
from worklists.attempts import AttemptReport, record_attempt
from worklists.forming import form_work_lists
from worklists.lifecycle import OPEN, TaskState
from worklists.models.task import PHONING, Task
from worklists.models.work_list import WorkList
from worklists.queue import take_task
from worklists.undoing import SomethingFollowed, undo_attempt

SOON = NOON + timedelta(minutes=1)
CASES = 8


def _saved(database: Database, task_id: int, actor: Actor, outcome: Outcome) -> int:
    """The id of an attempt at a task that the actor had in work."""
    with database.unit_of_work() as session:
        task = take_task(session, task_id, actor=actor, now=NOON, lease=LEASE)
        report = AttemptReport(
            outcome=outcome, version=task.version, token=task.claim_token, form_key=str(task_id)
        )
        saved = record_attempt(session, task_id, report, actor=actor, now=NOON, lease=LEASE)
        return saved.attempt.id


def _undo(attempt_id: int, actor: Actor) -> Callable[[Any], Any]:
    return lambda session: undo_attempt(session, attempt_id, actor=actor, now=SOON, lease=LEASE).id


def test_two_clicks_at_once_undo_once(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        anna = given.manager(unit)
        task_ids = [given.task(unit=unit).id for _ in range(CASES)]
    for task_id in task_ids:
        attempt_id = _saved(database, task_id, anna, Outcome.NO_ANSWER)
        act = _undo(attempt_id, anna)
        assert at_once(database, act, act) == [task_id] * 2
    with database.reading() as session:
        undone = select(func.count()).where(JournalEntry.event == "AttemptUndone")
        assert session.scalar(undone) == CASES


def test_a_client_is_never_phoned_by_two_because_of_an_undo(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        anna, boris = given.manager(unit), given.manager(unit, name="Борис")
        lost = given.campaign("lost-clients")
        pairs = []
        for _ in range(CASES):
            first = given.task(unit=unit)
            work_list = session.get_one(WorkList, first.work_list_id)
            pairs.append((first.id, given.task(work_list, campaign=lost).id))
    for first_id, other_id in pairs:
        attempt_id = _saved(database, first_id, anna, Outcome.NO_ANSWER)
        undone, _taken = at_once(
            database,
            _undo(attempt_id, anna),
            lambda session, key=other_id: (
                take_task(  # type: ignore[misc]
                    session, key, actor=boris, now=SOON, lease=LEASE
                ).id
            ),
        )
        assert undone == first_id, undone
    with database.reading() as session:
        held = session.scalars(
            select(Task.client_id).where(Task.state == TaskState.IN_WORK, Task.kind.in_(PHONING))
        )
        counts = Counter(held)
        assert len(counts) == CASES and set(counts.values()) == {1}


def test_a_lead_formed_while_it_is_undone_stands_once(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        anna = given.manager(unit)
        campaign = given.campaign(cooling_off_days=0)
        cases = []
        for number in range(CASES):
            client = given.client(str(number), unit=unit)
            task = given.task(unit=unit, client=client, campaign=campaign)
            cases.append((task.id, given.run(unit, client).id))
    for task_id, run_id in cases:
        attempt_id = _saved(database, task_id, anna, Outcome.REFUSED)
        undone, formed = at_once(
            database,
            _undo(attempt_id, anna),
            lambda session, key=run_id: form_work_lists(  # type: ignore[misc]
                session, key, campaign_id=campaign.id, unit_id=unit.id, actor=anna, now=SOON,
                default_zone="UTC",
            ).tasks_new,
        )  # fmt: skip
        assert (undone == task_id) == (formed == 0), (undone, formed)
        assert undone == task_id or isinstance(undone, SomethingFollowed), undone
    with database.reading() as session:
        tasks = session.scalars(select(Task.client_id).where(Task.state.in_(OPEN))).all()
        assert len(tasks) == len(set(tasks)) == CASES
        lists = session.scalars(select(WorkList.client_id).where(WorkList.closed_at.is_(None)))
        assert sorted(lists) == sorted(tasks)
