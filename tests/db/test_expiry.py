"""The life of a task: it opens, it expires, and nothing expires under a person (D9)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from campaigns.life import Life, life_of
from campaigns.models import Campaign
from core.db import Database
from core.journal import JournalEntry
from tests.conftest import NOON
from tests.db.test_missed import at, told
from tests.db.test_sweeps import count, events, given, reload
from tests.queue_given import LEASE, Place
from worklists.expiry import expire_tasks
from worklists.lifecycle import TaskState
from worklists.models.task import Finish, Task, TaskFiring, TaskKind
from worklists.models.work_list import WorkList
from worklists.queue import take_next_task
from worklists.verdicts import Block, BlockRule, verdict_on

AGO = NOON - timedelta(minutes=1)


def sweep(database: Database) -> int:
    return expire_tasks(database, at(NOON))


def test_days_of_a_life_are_those_of_the_calendar() -> None:
    campaign = Campaign(opens_after_days=14, expires_after_days=45)
    assert life_of(campaign, NOON, "Europe/Moscow") == Life(
        datetime(2026, 3, 31, 21, 0, tzinfo=UTC), datetime(2026, 5, 16, 21, 0, tzinfo=UTC)
    )
    same_day = Campaign(opens_after_days=None, expires_after_days=0)
    assert life_of(same_day, NOON, "Europe/Moscow") == Life(
        None, datetime(2026, 3, 18, 21, 0, tzinfo=UTC)
    )
    assert life_of(Campaign(), NOON, "Europe/Moscow") == Life(None, None)
    # The clock is put forward in the night to Sunday, 29 March.
    kyiv = life_of(Campaign(opens_after_days=11, expires_after_days=0), NOON, "Europe/Kyiv")
    assert kyiv == Life(
        datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 21, 0, tzinfo=UTC)
    )


def test_a_task_whose_life_is_over_is_closed_once_with_its_list(database: Database) -> None:
    with given(database) as place:
        me = place.person()
        over = place.task(expires_at=AGO)
        waits = place.task(expires_at=AGO, state=TaskState.DEFERRED, due_at=NOON + LEASE)
        mine = [place.task(expires_at=AGO, performer_id=me.person) for _ in range(3)]
        lives = place.task(expires_at=NOON + LEASE)
        client = place.client()
        beside = place.task(client, expires_at=AGO)
        place.task(client)
    assert (sweep(database), sweep(database)) == (6, 0)
    closed = reload(database, over)
    assert (closed.state, closed.finish, closed.closed_at) == (
        TaskState.CANCELLED, Finish.EXPIRED, NOON
    )  # fmt: skip
    assert events(database, over) == [("TaskExpired", "planned", "cancelled")]
    assert events(database, waits) == [("TaskExpired", "deferred", "cancelled")]
    assert reload(database, lives).closed_at is None
    assert told(database, me) == [("tasks_expired", mine[0].id, 3)]
    assert count(database, TaskFiring, TaskFiring.kind == "expired") == 6
    assert count(database, JournalEntry, JournalEntry.event == "WorkListClosed") == 5
    with database.reading() as session:
        assert session.get_one(WorkList, beside.work_list_id).closed_at is None


def test_nothing_expires_under_a_person(database: Database) -> None:
    with given(database) as place:
        me = place.person()
        held = place.held(me, NOON + LEASE, expires_at=AGO)
        control = place.task(state=TaskState.ON_CONTROL, control_at=NOON + LEASE, expires_at=AGO,
                             control_by_id=me.person)  # fmt: skip
        phoned = place.client()
        place.held(me, NOON + LEASE, phoned)
        beside = place.task(phoned, expires_at=AGO)
        promised = place.client()
        place.task(promised, kind=TaskKind.CALLBACK, state=TaskState.DEFERRED,
                   due_at=NOON + LEASE)  # fmt: skip
        waits = place.task(promised, expires_at=AGO)
    assert sweep(database) == 0
    for task in (held, control, beside, waits):
        assert reload(database, task).closed_at is None
    with database.unit_of_work() as session:
        row = session.get_one(Task, held.id)
        row.state, row.lease_until = TaskState.PLANNED, None
    assert sweep(database) == 1  # given back: its life was over long ago


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def test_a_task_that_is_not_open_yet_is_not_handed_out_whatever_its_due_time(place: Place) -> None:
    opens = NOON + timedelta(days=3)
    task = place.task(opens_at=opens, due_at=AGO)
    me = place.person()
    assert verdict_on(place.session, task, now=NOON).blocks == (Block(BlockRule.NOT_OPEN, opens),)
    assert take_next_task(place.session, actor=me, now=NOON, lease=LEASE) is None
    taken = take_next_task(place.session, actor=me, now=opens, lease=LEASE)
    assert taken is not None and taken.task_id == task.id
