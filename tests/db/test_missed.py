"""Callbacks that nobody made: treated as the campaign says, told once, exactly once (rule 9)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import CampaignState, MissedCallback
from core.access import Actor
from core.db import Database
from core.journal import JournalEntry
from directory.staff.models import Appointment, Role
from directory.units.models import UnitPath
from tests.conftest import NOON
from tests.db.test_sweeps import count, given, reload
from tests.queue_given import LEASE, Place
from worklists import sweeping
from worklists.lifecycle import TaskState
from worklists.missed import miss_callbacks
from worklists.models.attempt import Notification
from worklists.models.task import Finish, Task, TaskFiring, TaskKind
from worklists.models.work_list import WorkList

TWO_HOURS_AGO = NOON - timedelta(hours=2)
FRIDAY = NOON + timedelta(days=2)


def at(moment: datetime) -> Callable[[Session], datetime]:
    return lambda _session: moment


def sweep(database: Database, moment: datetime = NOON) -> int:
    return miss_callbacks(database, at(moment), default_zone="Europe/Moscow")


def supervisor(place: Place, name: str = "Vera") -> Actor:
    actor = place.person(name)
    place.add(Appointment(employee_id=actor.person, unit_id=place.unit.id, role=Role.SUPERVISOR))
    if place.session.get(UnitPath, (place.unit.id, place.unit.id)) is None:
        place.add(UnitPath(ancestor_id=place.unit.id, descendant_id=place.unit.id, depth=0))
    return actor


def callback(place: Place, due_at: datetime = TWO_HOURS_AGO, **values: object) -> Task:
    return place.task(kind=TaskKind.CALLBACK, due_at=due_at, **values)


def told(database: Database, actor: Actor) -> list[tuple[str, int, int]]:
    with database.reading() as session:
        rows = session.scalars(
            select(Notification)
            .where(Notification.employee_id == actor.person)
            .order_by(Notification.id)
        )
        return [(one.kind, one.task_id, one.tasks) for one in rows]


def test_it_stays_where_it_is_and_people_are_told_once_together(database: Database) -> None:
    with given(database) as place:
        vera, me = supervisor(place), place.person()
        first = callback(place, TWO_HOURS_AGO - timedelta(minutes=1), performer_id=me.person)
        for _ in range(2):
            callback(place, performer_id=me.person)
        callback(place)
        callback(place, NOON - timedelta(minutes=59))  # still tolerated
        place.task(due_at=TWO_HOURS_AGO)  # no promise
        place.held(me, NOON + LEASE, kind=TaskKind.CALLBACK, due_at=TWO_HOURS_AGO)
    assert (sweep(database), sweep(database), sweep(database, FRIDAY)) == (4, 0, 1)
    assert told(database, vera)[0] == ("callbacks_missed", first.id, 4)
    assert told(database, me) == [("callback_missed", first.id, 3)]
    missed = reload(database, first)
    assert (missed.state, missed.performer_id, missed.missed_times, missed.missed_at) == (
        TaskState.PLANNED, me.person, 1, NOON
    )  # fmt: skip
    assert count(database, TaskFiring, TaskFiring.kind == "missed") == 5
    assert count(database, JournalEntry, JournalEntry.event == "CallbackMissed") == 5


def test_the_next_working_day_keeps_the_promised_hour_and_the_person(database: Database) -> None:
    with given(database) as place:
        me = place.person()
        place.campaign.missed_callback = MissedCallback.NEXT_DAY
        task = callback(place, FRIDAY - timedelta(hours=2), performer_id=me.person)
    assert sweep(database, FRIDAY) == 1
    moved = reload(database, task)
    monday = FRIDAY + timedelta(days=3, hours=-2)
    assert (moved.state, moved.due_at, moved.performer_id) == (
        TaskState.DEFERRED, monday, me.person
    )  # fmt: skip
    with database.unit_of_work() as session:
        session.get_one(Task, task.id).state = TaskState.PLANNED
    assert sweep(database, monday + timedelta(minutes=30)) == 0
    assert sweep(database, monday + timedelta(minutes=60)) == 1
    assert reload(database, task).missed_times == 2


def test_after_a_pause_it_moves_into_the_future_and_only_once(database: Database) -> None:
    with given(database) as place:
        place.campaign.missed_callback = MissedCallback.NEXT_DAY
        task = callback(place, NOON - timedelta(days=20, hours=-8))  # promised for eight at night
    assert (sweep(database), sweep(database)) == (1, 0)
    due = reload(database, task).due_at
    assert due > NOON
    assert 9 <= (due + timedelta(hours=3)).hour < 20


@pytest.mark.parametrize("night", [False, True])
def test_the_pool_gets_it_when_somebody_is_there(database: Database, night: bool) -> None:
    now = NOON + timedelta(hours=11) if night else NOON
    with given(database) as place:
        me = place.person()
        place.campaign.missed_callback = MissedCallback.POOL
        task = callback(place, now - timedelta(hours=1), performer_id=me.person)
    assert sweep(database, now) == 1
    given_away = reload(database, task)
    morning = (NOON + timedelta(days=1)).replace(hour=6)
    assert given_away.performer_id is None
    assert (given_away.state, given_away.due_at) == (
        (TaskState.DEFERRED, morning) if night else (TaskState.PLANNED, now - timedelta(hours=1))
    )
    assert told(database, me) == [("callback_missed", task.id, 1)]


def test_closing_has_an_ending_of_its_own_and_closes_the_list(database: Database) -> None:
    with given(database) as place:
        vera = supervisor(place)
        place.campaign.missed_callback = MissedCallback.CLOSE
        task = callback(place)
        client = place.client()
        beside = callback(place, client=client)
        place.task(client)
    assert (sweep(database), sweep(database)) == (2, 0)
    closed = reload(database, task)
    assert (closed.state, closed.finish, closed.closed_at) == (
        TaskState.CANCELLED, Finish.MISSED, NOON
    )  # fmt: skip
    with database.reading() as session:
        assert session.get_one(WorkList, task.work_list_id).closed_at == NOON
        assert session.get_one(WorkList, beside.work_list_id).closed_at is None
    assert [kind for kind, _, _ in told(database, vera)] == ["callbacks_missed"]


def test_nobody_misses_what_nobody_could_make(database: Database) -> None:
    with given(database) as place:
        me = place.person()
        paused = place.new_campaign(state=CampaignState.PAUSED)
        callback(place, campaign_id=paused.id)
        client = place.client()
        place.held(me, NOON + LEASE, client)
        callback(place, client=client)
    assert sweep(database) == 0


def test_several_schedulers_and_batches_do_each_of_them_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Thread

    monkeypatch.setattr(sweeping, "BATCH", 7)
    with given(database) as place:
        place.campaign.missed_callback = MissedCallback.NEXT_DAY
        for _ in range(30):
            callback(place)
    threads = [Thread(target=sweep, args=(database,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep(database)
    assert count(database, TaskFiring, TaskFiring.kind == "missed") == 30
    assert count(database, Task, Task.missed_times == 1) == 30
    assert count(database, JournalEntry, JournalEntry.event == "CallbackMissed") == 30
