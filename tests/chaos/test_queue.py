"""The queue under killed and stopped processes (P1, P2, P3, P5, P6).

Seeds are printed; ``PROZVON_CHAOS_SEED`` repeats one, ``PROZVON_CHAOS=full`` runs the large size.
"""

import os
import random
import signal
import threading
import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from core.clock import database_clock
from core.db import Database, database_now
from core.journal import JournalEntry
from tests.chaos.children import Children, children
from tests.chaos.given import actor_for, check_exclusive, count, crowd
from worklists.leases import HeldByAnother
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.task import Task, TaskFiring, TaskKind
from worklists.queue import take_task
from worklists.sweeps import release_run_out_leases, return_deferred

pytestmark = pytest.mark.chaos
FULL = os.environ.get("PROZVON_CHAOS") == "full"
_PATIENCE = 90
"""Seconds in which one task at least is completed."""


@pytest.fixture
def seed() -> int:
    value = int(os.environ.get("PROZVON_CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"chaos seed {value}")
    return value


def sizes(engine_name: str) -> tuple[int, int, int]:
    """Processes, threads each, clients with three tasks each."""
    if engine_name == "sqlite":
        return (4, 2, 5_000) if FULL else (4, 2, 120)
    return (16, 4, 30_000) if FULL else (4, 16, 400)


def test_no_task_and_no_client_is_ever_held_by_two(
    database: Database, database_url: str, engine_name: str, seed: int
) -> None:
    """P1: claimers are killed at random; each task is completed exactly once all the same."""
    processes, threads, clients = sizes(engine_name)
    given = crowd(database, people=processes * threads, clients=clients, each=3)
    teams = [list(given.people[i::processes])[:threads] for i in range(processes)]
    team_of = {}
    with children(database_url, seed) as family:

        def start(team: list[int]) -> None:
            child = family.start("claimers", unit=given.unit_id, people=team, lease=1.5)
            team_of[child.pid] = team

        for team in teams:
            start(team)
        left, left_then, patient_until = len(given.task_ids) + 1, len(given.task_ids), 0.0
        next_kill = time.monotonic() + 2
        while now_left := count(database, Task, Task.state != TaskState.DONE):
            # However slow the machine is: as long as tasks are completed nobody hangs.
            if now_left < left:
                left, patient_until = now_left, time.monotonic() + _PATIENCE
            assert time.monotonic() < patient_until, f"{left} tasks left, seed {seed}"
            release_run_out_leases(database, database_clock, longest=timedelta(seconds=10))
            family.check()
            # Somebody has completed something since: else nobody would on a slow machine.
            if family.alive and time.monotonic() > next_kill and left < left_then:
                victim, left_then = family.chance.choice(family.alive), left
                family.kill(victim)
                start(team_of[victim.pid])
                next_kill = time.monotonic() + family.chance.uniform(0.5, 2)
            time.sleep(0.2)
    happened = check_exclusive(database)
    print(f"{family.killed} kills, {happened}")
    assert happened["Completed"] == len(given.task_ids)


def _leased_until(database: Database, task_ids: list[int]) -> datetime | None:
    """When the last of these leases runs out; None when nobody holds any of the tasks."""
    with database.reading() as session:
        return session.scalar(
            select(func.max(Task.lease_until)).where(
                Task.id.in_(task_ids), Task.state == TaskState.IN_WORK
            )
        )


def test_a_dead_workers_task_returns_and_a_living_one_never_loses_it(
    database: Database, database_url: str, seed: int
) -> None:
    """P2: within the lease and two ticks; lease 1.5 s here."""
    lease = 1.5
    given = crowd(database, people=4, clients=3)
    with children(database_url, seed) as family:
        tasks = {}
        for person in given.people[:3]:
            child = family.start("holder", unit=given.unit_id, person=person, lease=lease)
            assert child.stdout is not None
            tasks[child] = int(child.stdout.readline())
        dead, frozen, alive = tasks
        family.kill(dead)
        # Not in the middle of renewing its lease: SQLite's one writer would be frozen with it.
        with database.unit_of_work() as session:
            database_now(session)
            frozen.send_signal(signal.SIGSTOP)
            time.sleep(0.1)
        lost = [tasks[dead], tasks[frozen]]
        with database.unit_of_work() as session:
            gone_at = database_now(session)
        latest, ticks = gone_at + timedelta(seconds=lease), 0
        while (until := _leased_until(database, lost)) is not None:
            assert until <= latest, f"renewed by nobody, seed {seed}"
            # Ticks after the lease, by the database's clock: a busy machine is late, not wrong.
            assert ticks < 2, f"not returned, seed {seed}"
            with database.unit_of_work() as session:
                ticks += database_now(session) > until
            release_run_out_leases(database, database_clock)
            time.sleep(0.1)
        with database.reading() as session:
            states = session.scalars(select(Task.state).where(Task.id.in_(lost))).all()
        assert states == [TaskState.PLANNED] * 2, f"seed {seed}"
        other = actor_for(given.people[3], given.unit_id)
        with database.unit_of_work() as session:
            now = database_now(session)
            take_task(session, tasks[dead], actor=other, now=now, lease=timedelta(seconds=30))
        with pytest.raises(HeldByAnother), database.unit_of_work() as session:
            now = database_now(session)
            take_task(session, tasks[alive], actor=other, now=now, lease=timedelta(seconds=30))
        time.sleep(2 * lease)
        release_run_out_leases(database, database_clock)
        assert alive.poll() is None, f"the living one lost its lease, seed {seed}"
    assert check_exclusive(database)["LeaseRanOut"] >= 2


def test_of_two_savers_exactly_one_wins(database: Database) -> None:
    """P3: both opened the task at the same version and save in the same instant."""
    rounds = 1_500 if FULL else 60
    given = crowd(database, people=2, clients=1)
    barrier, results = threading.Barrier(2), []

    def save(name: str) -> None:
        for _ in range(rounds):
            with database.reading() as session:
                opened = session.get_one(Task, given.task_ids[0]).version
            barrier.wait(30)
            try:
                with database.unit_of_work() as session:
                    task = session.get_one(Task, given.task_ids[0])
                    if task.version != opened:
                        raise StaleDataError
                    task.comment = f"{task.comment}{name}"
                results.append("won")
            except StaleDataError:
                results.append("lost")
            barrier.wait(30)

    savers = [threading.Thread(target=save, args=(name,)) for name in "ab"]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    assert (results.count("won"), results.count("lost")) == (rounds, rounds)
    with database.reading() as session:
        task = session.get_one(Task, given.task_ids[0])
    assert (len(task.comment), task.version) == (rounds, rounds + 1)


def test_four_tickers_fire_each_due_task_exactly_once(
    database: Database, database_url: str, seed: int
) -> None:
    """P5: under SIGKILL and SIGSTOP."""
    seconds = 40 if FULL else 8
    given = crowd(database, people=1, clients=20_000 if FULL else 3_000, state=TaskState.DEFERRED,
                  due=timedelta(seconds=1), spread=timedelta(seconds=seconds),
                  kind=TaskKind.CALLBACK)  # fmt: skip
    with database.unit_of_work() as session:
        session.execute(Task.__table__.update().values(performer_id=given.people[0]))
    with children(database_url, seed) as family:
        for _ in range(4):
            family.start("ticker", every=0.2)
        disturb(family, until=time.monotonic() + seconds)
        deadline = time.monotonic() + 30
        while count(database, Task, Task.state == TaskState.DEFERRED):
            assert time.monotonic() < deadline, f"not all fired, seed {seed}"
            time.sleep(0.2)
    check_fired_once(database, given.task_ids)
    print(f"{family.killed} kills")


def disturb(family: Children, until: float) -> None:
    """Kill one or stop one for up to two seconds, again and again."""
    while time.monotonic() < until:
        time.sleep(family.chance.uniform(0.3, 1.0))
        family.check()
        victim = family.chance.choice(family.alive)
        if family.chance.random() < 0.5:
            family.kill(victim)
            family.start("ticker", every=0.2)
        else:
            victim.send_signal(signal.SIGSTOP)
            time.sleep(family.chance.uniform(0.2, 2.0))
            victim.send_signal(signal.SIGCONT)


def check_fired_once(database: Database, task_ids: tuple[int, ...]) -> None:
    assert count(database, TaskFiring, TaskFiring.kind == "return") == len(task_ids)
    assert count(database, Task, Task.occurrence == 1, Task.state == "planned") == len(task_ids)
    assert count(database, JournalEntry, JournalEntry.event == "TaskReturned") == len(task_ids)
    assert count(database, Notification) == len(task_ids)


def test_six_missed_hours_are_made_up_for_once(database: Database) -> None:
    """P6: two sweeps at once find what came due while nobody looked."""
    given = crowd(database, people=1, clients=100_000 if FULL else 10_000,
                  state=TaskState.DEFERRED, due=timedelta(hours=-6), spread=timedelta(hours=6),
                  kind=TaskKind.CALLBACK)  # fmt: skip
    with database.unit_of_work() as session:
        session.execute(Task.__table__.update().values(performer_id=given.people[0]))
    handled: list[int] = []
    began = time.monotonic()
    sweepers = [
        threading.Thread(target=lambda: handled.append(return_deferred(database, database_clock)))
        for _ in range(2)
    ]
    for sweeper in sweepers:
        sweeper.start()
    for sweeper in sweepers:
        sweeper.join()
    assert time.monotonic() - began < 60
    assert sum(handled) == len(given.task_ids)
    check_fired_once(database, given.task_ids)
