"""The queue beside the card: one rule says what is overdue, on it as on every other page."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core.access import Actor
from tests.conftest import NOON
from tests.queue_given import LEASE, Place
from worklists.lateness import is_overdue
from worklists.lifecycle import TaskState
from worklists.models.task import TaskKind
from worklists.my_queue import When, queue_for
from worklists.queue import take_task


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def _groups(place: Place, me: Actor) -> dict[int, When]:
    return {row.id: row.when for row in queue_for(place.session, actor=me, now=NOON)}


def test_taking_makes_nothing_less_overdue(place: Place) -> None:
    me = place.person()
    late = place.task(due_at=NOON - timedelta(hours=25))
    due = place.task(due_at=NOON - timedelta(hours=23))
    before = _groups(place, me)
    assert before == {late.id: When.OVERDUE, due.id: When.NOW}
    take_task(place.session, late.id, actor=me, now=NOON, lease=LEASE)
    assert _groups(place, me) == before


def test_groups_and_red_follow_one_rule(place: Place) -> None:
    """A callback and a check at once, all else after a day; the first 15 minutes ahead are now."""
    me = place.person()
    minute = timedelta(minutes=1)
    callback = place.task(kind=TaskKind.CALLBACK, due_at=NOON - minute)
    check = place.task(state=TaskState.ON_CONTROL, control_by_id=me.person,
                       control_at=NOON - minute, due_at=NOON - timedelta(days=9))  # fmt: skip
    call = place.task(due_at=NOON - minute)
    soon = place.task(due_at=NOON + 14 * minute)
    later = place.task(due_at=NOON + 16 * minute)
    assert _groups(place, me) == {
        callback.id: When.OVERDUE,
        check.id: When.OVERDUE,
        call.id: When.NOW,
        soon.id: When.NOW,
        later.id: When.TODAY,
    }
    for task in (callback, check, call, soon, later):
        at = task.control_at or task.due_at
        is_red = is_overdue(task.kind, task.state, at, NOON)
        assert is_red is (_groups(place, me)[task.id] is When.OVERDUE)
