"""A memory of lanes may be a second behind; what is handed out is judged anew (rules 8 and 13)."""

from datetime import datetime, timedelta

from sqlalchemy import update

from campaigns.models import Campaign, CampaignState
from core.access import Actor
from core.db import Database
from tests.conftest import NOON
from tests.queue_given import LEASE, Place, ids
from worklists.models.task import Task, TaskKind
from worklists.queue import take_next_task

SOON = NOON + timedelta(milliseconds=500)
LATER = NOON + timedelta(seconds=1)


def taken_by(database: Database, actor: Actor, now: datetime) -> int | None:
    with database.unit_of_work() as session:
        taken = take_next_task(session, actor=actor, now=now, lease=LEASE)
        return taken.task_id if taken else None


def test_a_paused_or_closed_campaign_is_noticed_at_once(database: Database) -> None:
    with database.unit_of_work() as session:
        place = Place(session)
        me, tasks = place.person(), ids(place.tasks(3))
    assert taken_by(database, me, NOON) == tasks[0]
    for change in ({"state": CampaignState.PAUSED}, {"call_from_minute": 1_000}):
        with database.unit_of_work() as session:
            session.execute(update(Campaign).values(**change))
        assert taken_by(database, me, SOON) is None
        with database.unit_of_work() as session:
            before = {"state": CampaignState.ACTIVE, "call_from_minute": 0}
            session.execute(update(Campaign).values(**before))
    assert taken_by(database, me, SOON) == tasks[1]


def test_what_is_mine_and_what_is_left_are_never_missed(database: Database) -> None:
    with database.unit_of_work() as session:
        place = Place(session)
        me, tasks = place.person(), ids(place.tasks(2))
    assert taken_by(database, me, NOON) == tasks[0]
    with database.unit_of_work() as session:
        place = Place(session, made=100)
        unit = {"unit_id": session.get_one(Task, tasks[0]).unit_id}
        mine = place.task(performer_id=me.person, **unit).id
        elsewhere = place.task(time_zone="Europe/Samara", **unit).id
    assert taken_by(database, me, SOON) == mine
    assert {taken_by(database, me, SOON) for _ in range(2)} == {tasks[1], elsewhere}
    assert taken_by(database, me, SOON) is None


def test_a_callback_comes_first_after_a_second_at_the_latest(database: Database) -> None:
    with database.unit_of_work() as session:
        place = Place(session)
        me, tasks = place.person(), ids(place.tasks(3))
    assert taken_by(database, me, NOON) == tasks[0]
    with database.unit_of_work() as session:
        place = Place(session, made=100)
        unit_id = session.get_one(Task, tasks[0]).unit_id
        callback = place.task(kind=TaskKind.CALLBACK, unit_id=unit_id).id
    assert taken_by(database, me, LATER) == callback
