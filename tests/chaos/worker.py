"""A child process of the chaos tests: ``python -m tests.chaos.worker ROLE URL SEED OPTIONS``.

It is killed and stopped at any moment; what it did is in the journal of the database.
"""

import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any, ClassVar

from sqlalchemy import select, update

from core.access import Actor
from core.clock import database_clock
from core.db import Database, database_now
from core.journal import Event, record
from core.schedule import Job
from entrypoints.scheduler import run_scheduler
from importers.loads.working import work_on_loads
from tests.chaos.given import actor_for
from tests.conftest import settings_for
from worklists.events.queue import TaskTaken
from worklists.forming import form_work_lists
from worklists.forming_orders import form_what_was_asked
from worklists.leases import LeaseLost, renew_lease
from worklists.lifecycle import CLOSED, TaskState
from worklists.models.task import Finish, Task
from worklists.permissions import WorkPermission
from worklists.queue import release_task, take_next_task
from worklists.sweeps import release_run_out_leases, return_deferred


@dataclass(frozen=True, kw_only=True)
class Completed(Event):
    """The task is done: the smallest save that the token fences."""

    subject: ClassVar[str] = "task"
    task_id: int
    token: int


def complete(database: Database, task_id: int, token: int, actor: Actor) -> bool:
    """Close the task if it is still held under the token."""
    with database.unit_of_work() as session:
        now = database_now(session)
        done = session.scalar(
            update(Task)
            .where(Task.id == task_id, Task.claim_token == token,
                   Task.performer_id == actor.person, Task.state == TaskState.IN_WORK)
            .values(state=TaskState.DONE, closed_at=now, finish=Finish.GOAL_REACHED,
                    lease_until=None)
            .returning(Task.id)
        )  # fmt: skip
        if done is not None:
            record(session, Completed(task_id=task_id, token=token), actor=actor, at=now)
        return done is not None


def claim_until_nothing_is_left(
    database: Database, actor: Actor, chance: random.Random, lease: timedelta
) -> None:
    """Take, dawdle, renew, give back or complete, as a person would."""
    while True:
        with database.unit_of_work() as session:
            taken = take_next_task(session, actor=actor, now=database_now(session), lease=lease)
        if taken is None:
            if nothing_is_open(database):
                return
            time.sleep(0.1)
            continue
        work_on(database, taken, actor, chance, lease)


def work_on(
    database: Database, taken: TaskTaken, actor: Actor, chance: random.Random, lease: timedelta
) -> None:
    what = chance.random()
    if what < 0.01:
        time.sleep(lease.total_seconds() * 1.5)
    elif what < 0.1:
        with database.unit_of_work() as session:
            renew_lease(session, taken.task_id, token=taken.token, actor=actor,
                        now=database_now(session), lease=lease)  # fmt: skip
    elif what < 0.15:
        with database.unit_of_work() as session:
            release_task(session, taken.task_id, token=taken.token, actor=actor,
                         now=database_now(session))  # fmt: skip
        return
    complete(database, taken.task_id, taken.token, actor)


def nothing_is_open(database: Database) -> bool:
    with database.reading() as session:
        return session.scalar(select(Task.id).where(Task.state.not_in(CLOSED)).limit(1)) is None


def run_claimers(database: Database, chance: random.Random, options: dict[str, Any]) -> None:
    """One thread a person."""
    lease = timedelta(seconds=options["lease"])

    def work(person: int) -> None:
        actor = actor_for(person, options["unit"])
        seed = chance.random()
        try:
            claim_until_nothing_is_left(database, actor, random.Random(seed), lease)
        except LeaseLost:
            work(person)
        except BaseException:
            traceback.print_exc()
            os._exit(3)

    threads = [threading.Thread(target=work, args=(p,)) for p in options["people"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run_rush(database: Database, chance: random.Random, options: dict[str, Any]) -> None:
    """Take and complete until nothing is left, then tell the seconds of each claim, its wait in
    the line included; starts when told to.

    People stand in one line for the threads, as requests do at a server: a thread and a connection
    each, and whoever was served goes to the end.
    """
    lease, claims = timedelta(minutes=20), list[float]()
    line = SimpleQueue[tuple[Actor, float] | None]()

    def serve() -> None:
        while (first := line.get()) is not None:
            actor, since = first
            with database.unit_of_work() as session:
                taken = take_next_task(session, actor=actor, now=database_now(session), lease=lease)
            claims.append(time.perf_counter() - since)
            if taken is None:
                done.release()
                continue
            complete(database, taken.task_id, taken.token, actor)
            line.put((actor, time.perf_counter()))

    people = [actor_for(person, options["unit"]) for person in options["people"]]
    done, threads = threading.Semaphore(0), options["threads"]
    nothing_is_open(database)
    print("ready", flush=True)
    sys.stdin.readline()
    for actor in people:
        line.put((actor, time.perf_counter()))
    with ThreadPoolExecutor(threads) as pool:
        served = [pool.submit(serve) for _ in range(threads)]
        try:
            for _ in people:
                while not done.acquire(timeout=1):  # who broke down is not waited for
                    for one in served:
                        if one.done():
                            one.result()
        finally:
            for _ in served:
                line.put(None)
    print(json.dumps(claims), flush=True)


def run_holder(database: Database, chance: random.Random, options: dict[str, Any]) -> None:
    """Take one task and give signs of life three times a lease; LeaseLost ends with an error."""
    lease, actor = (
        timedelta(seconds=options["lease"]),
        actor_for(options["person"], options["unit"]),
    )
    with database.unit_of_work() as session:
        taken = take_next_task(session, actor=actor, now=database_now(session), lease=lease)
    assert taken is not None
    print(taken.task_id, flush=True)
    while True:
        time.sleep(options["lease"] / 3)
        with database.unit_of_work() as session:
            renew_lease(session, taken.task_id, token=taken.token, actor=actor,
                        now=database_now(session), lease=lease)  # fmt: skip


def run_ticker(database: Database, chance: random.Random, options: dict[str, Any]) -> None:
    """The real ticker with the sweeps at a short interval."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    every = timedelta(seconds=options["every"])
    jobs = [
        Job("return", every, return_deferred),
        Job("release", every, release_run_out_leases),
    ]
    run_scheduler(database, database_clock, jobs, stop)


def run_former(database: Database, chance: random.Random, options: dict[str, Any]) -> None:
    """Form the work-lists of a run, as a click does."""
    actor = Actor(key="employee:1", employee_id=1, unit_ids=frozenset({options["unit"]}),
                  permissions=frozenset({WorkPermission.FORM}))  # fmt: skip
    with database.unit_of_work() as session:
        print("begins", flush=True)
        form_work_lists(session, options["run"], campaign_id=options["campaign"],
                        unit_id=options["unit"], actor=actor, now=database_now(session),
                        default_zone="Europe/Moscow")  # fmt: skip


def run_orders(database: Database, chance: random.Random, options: dict[str, Any]) -> None:
    """Do the orders that wait, as the ticker does."""
    nothing_is_open(database)
    print("begins", flush=True)
    form_what_was_asked(database, database_clock, default_zone="Europe/Moscow")


def run_loads(database: Database, chance: random.Random, options: dict[str, Any]) -> None:
    """Make the steps of all loads that wait, as one lane of the ticker does."""
    print("begins", flush=True)
    work_on_loads(database, database_clock, folder=Path(options["folder"]))


ROLES: dict[str, Callable[[Database, random.Random, dict[str, Any]], None]] = {
    "claimers": run_claimers,
    "rush": run_rush,
    "holder": run_holder,
    "ticker": run_ticker,
    "former": run_former,
    "orders": run_orders,
    "loads": run_loads,
}


def main() -> None:
    role, url, seed, options = sys.argv[1:]
    database = Database.connect(settings_for(url, Path("/nonexistent")))
    ROLES[role](database, random.Random(int(seed)), json.loads(options))


if __name__ == "__main__":
    main()
