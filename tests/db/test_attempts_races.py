"""Two people, two tabs, two servers at once: one outcome wins, none is doubled or lost (P3, P4)."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

from sqlalchemy import func, select

from campaigns.models import Outcome
from core.access import Actor
from core.db import Database
from tests.conftest import NOON
from tests.given import LEASE, Given
from worklists.attempts import AttemptReport, record_attempt
from worklists.forming import form_work_lists
from worklists.leases import HeldByAnother
from worklists.lifecycle import OPEN
from worklists.models.attempt import Attempt
from worklists.models.task import Task
from worklists.models.work_list import WorkList
from worklists.saving import ChangedMeanwhile


def at_once(database: Database, *acts: Callable[[Any], Any]) -> list[Any]:
    """What each act returned or raised, when they all begin in one moment."""
    ready, results = Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[Any], Any]) -> None:
        ready.wait()
        try:
            with database.unit_of_work() as session:
                results[number] = act(session)
        except Exception as error:
            results[number] = error  # type: ignore[call-overload]

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _report(form_key: str) -> AttemptReport:
    return AttemptReport(outcome=Outcome.NO_ANSWER, version=1, form_key=form_key)


def _save(task_id: int, report: AttemptReport, actor: Actor) -> Callable[[Any], Any]:
    return lambda session: (
        record_attempt(session, task_id, report, actor=actor, now=NOON, lease=LEASE).attempt.id
    )


def _some_tasks(database: Database, number: int) -> tuple[Sequence[int], list[Actor]]:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        people = [given.manager(unit, name=name) for name in ("Анна", "Борис")]
        return [given.task(unit=unit).id for _ in range(number)], people


def test_of_two_people_who_save_one_task_one_wins_and_the_other_is_told(
    database: Database,
) -> None:
    task_ids, people = _some_tasks(database, 12)
    for task_id in task_ids:
        acts = [_save(task_id, _report(f"{task_id}:{a.key}"), a) for a in people]
        results = at_once(database, *acts)
        lost = [result for result in results if not isinstance(result, int)]
        assert len(lost) == 1 and isinstance(lost[0], ChangedMeanwhile | HeldByAnother), results
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == len(task_ids)


def test_one_form_sent_three_times_at_once_is_one_attempt(database: Database) -> None:
    task_ids, (anna, _) = _some_tasks(database, 8)
    for task_id in task_ids:
        act = _save(task_id, _report(f"form-{task_id}"), anna)
        results = at_once(database, act, act, act)
        assert len(set(results)) == 1 and isinstance(results[0], int), results
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == len(task_ids)


def test_a_work_list_never_closes_under_a_task_that_is_being_added(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        anna = given.manager(unit)
        lost = given.campaign("lost-clients")
        cases = []
        for number in range(12):
            client = given.client(str(number), unit=unit)
            task = given.task(unit=unit, client=client)
            cases.append((task.id, given.run(unit, client).id))
        booked = given.code_id("booked_in_call")
    for task_id, run_id in cases:
        report = AttemptReport(
            outcome=Outcome.INTERVIEW, result_code_id=booked, goal_reached=True, version=1,
            form_key=f"done-{task_id}",
        )  # fmt: skip
        results = at_once(
            database,
            _save(task_id, report, anna),
            lambda session, run_id=run_id: form_work_lists(  # type: ignore[misc]
                session, run_id, campaign_id=lost.id, unit_id=unit.id, actor=anna,
                now=NOON + timedelta(seconds=1), default_zone="UTC",
            ).tasks_new,
        )  # fmt: skip
        assert isinstance(results[0], int) and results[1] == 1, results
    with database.reading() as session:
        with_open = set(session.scalars(select(Task.work_list_id).where(Task.state.in_(OPEN))))
        assert with_open == set(
            session.scalars(select(WorkList.id).where(WorkList.closed_at.is_(None)))
        )
        assert len(with_open) == len(cases)
