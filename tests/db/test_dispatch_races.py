"""Dispatch beside claims and forming on PostgreSQL: nothing lost, nothing doubled (P1, rule 2)."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.access import Actor
from core.db import Database
from directory.staff.models import Role
from tests.conftest import NOON
from tests.given import Given
from worklists.dispatch.board import board_page
from worklists.dispatch.confirming import confirm_run
from worklists.dispatch.dry_run import plan_run
from worklists.dispatch.filters import DispatchFilter
from worklists.dispatch.seen_runs import run_page
from worklists.dispatch.tabs import Tab
from worklists.dispatch.wishes import Wish
from worklists.lifecycle import OPEN, TaskState
from worklists.models.dispatch import DispatchAction
from worklists.models.task import Task
from worklists.queue import take_next_task

TASKS = 60
CLAIMERS = 6


@pytest.fixture
def engine_name() -> str:
    """SQLite lets one writer in at a time: the race is PostgreSQL's."""
    return "postgresql"


def _run_all(jobs: list[Callable[[], None]]) -> None:
    troubles: list[BaseException] = []

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not troubles, troubles
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"


@pytest.mark.parametrize("action", [DispatchAction.TO_PERSON, DispatchAction.TO_UNIT])
def test_claims_and_a_run_at_once_lose_and_double_nothing(
    database: Database, action: DispatchAction
) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        company = given.unit("Компания")
        unit, there = given.unit(parent=company), given.unit("Кузов", parent=company)
        head = given.actor(given.employee(role=Role.SUPERVISOR, unit=company), role=Role.SUPERVISOR)
        target = given.employee("Борис", role=Role.OPERATOR, unit=unit)
        claimers = [given.manager(unit, name=f"М{n}") for n in range(CLAIMERS)]
        for n in range(TASKS):
            given.task(unit=unit, client=given.client(f"К{n}", unit=unit))
        wish = Wish(action=action, employee_ids=(target.id,), unit_id=there.id, over_limit=True)
        run_id = plan_run(session, wish, found=(DispatchFilter(), Tab.UNASSIGNED), actor=head,
                          now=NOON).id  # fmt: skip
    taken: list[int] = []

    def claim(actor: Actor) -> None:
        for _ in range(4):
            with database.unit_of_work() as session:
                task = take_next_task(session, actor=actor, now=NOON, lease=timedelta(minutes=5))
                if task is not None:
                    taken.append(task.task_id)

    def dispatch() -> None:
        with database.unit_of_work() as session:
            confirm_run(session, run_id, actor=head, now=NOON)

    jobs: list[Callable[[], None]] = [lambda actor=one: claim(actor) for one in claimers]  # type: ignore[misc]
    _run_all([*jobs[:3], dispatch, *jobs[3:], dispatch])

    with database.reading() as session:
        assert len(taken) == len(set(taken))
        page = run_page(session, run_id, actor=head)
        held = session.scalar(select(func.count()).where(Task.state == TaskState.IN_WORK))
        assert held == len(taken)
        per_client = session.execute(
            select(Task.client_id, func.count())
            .where(Task.state.in_(OPEN))
            .group_by(Task.client_id)
        ).all()
        assert sorted(row[1] for row in per_client) == [1] * TASKS
        moved = (Task.performer_id == target.id) if action is DispatchAction.TO_PERSON else (
            Task.redirected_from_id.is_not(None)
        )  # fmt: skip
        assert session.scalar(select(func.count()).where(moved)) == page.summary.changed
        counts = board_page(session, DispatchFilter(), Tab.UNASSIGNED, actor=head, now=NOON).counts
        assert (sum(counts.values()), counts[Tab.CLOSED]) == (TASKS, 0)


def test_two_supervisors_share_out_the_same_tasks(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        heads = [given.actor(given.employee(role=Role.SUPERVISOR, unit=unit), role=Role.SUPERVISOR)
                 for _ in range(2)]  # fmt: skip
        people = [given.employee(n, role=Role.OPERATOR, unit=unit) for n in ("А", "Б")]
        for n in range(TASKS):
            given.task(unit=unit, client=given.client(f"К{n}", unit=unit))
        runs = []
        for head, person in zip(heads, people, strict=True):
            wish = Wish(action=DispatchAction.TO_PERSON, employee_ids=(person.id,), over_limit=True)
            runs.append(plan_run(session, wish, found=(DispatchFilter(), Tab.UNASSIGNED),
                                 actor=head, now=NOON).id)  # fmt: skip

    def dispatch(number: int) -> Callable[[], None]:
        def act() -> None:
            with database.unit_of_work() as session:
                confirm_run(session, runs[number], actor=heads[number], now=NOON)

        return act

    _run_all([dispatch(0), dispatch(1)])
    with database.reading() as session:
        changed = [run_page(session, run, actor=heads[0]).summary.changed for run in runs]
        assert sorted(changed) == [0, TASKS], "the second one finds every task changed"
        assert session.scalar(select(func.count()).select_from(Task)) == TASKS
