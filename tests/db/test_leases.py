"""A claim lives while its page gives signs of life, and no longer (rule 8, P2)."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.journal import history_of
from tests.conftest import NOON
from tests.queue_given import LEASE, Place
from worklists.leases import LONGEST_LEASE, LeaseLost, renew_lease
from worklists.models.task import Task
from worklists.queue import take_task


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


@pytest.mark.parametrize("held_until", [NOON + LEASE, NOON - LEASE], ids=["live", "unnoticed"])
def test_the_holder_prolongs_and_version_and_journal_stay(place: Place, held_until) -> None:
    me = place.person()
    task = place.held(me, held_until)
    until = renew_lease(place.session, task.id, token=1, actor=me, now=NOON, lease=LEASE)
    assert until == NOON + LEASE
    place.session.refresh(task)
    assert (task.lease_until, task.version) == (until, 1)
    assert history_of(place.session, "task", task.id) == []


def test_who_lost_the_lease_is_told_who_holds_the_task(place: Place) -> None:
    me, other = place.person(), place.person("Boris")
    task = place.held(me, NOON - timedelta(seconds=1))
    take_task(place.session, task.id, actor=other, now=NOON, lease=LEASE)
    with pytest.raises(LeaseLost) as lost:
        renew_lease(place.session, task.id, token=1, actor=me, now=NOON, lease=LEASE)
    assert lost.value.holder_name == "Boris"


def renewal_fails(place: Place, task: Task, **values) -> None:
    arguments = {"token": 1, "actor": place.person(), "now": NOON, "lease": LEASE}
    renew_lease(place.session, task.id, **(arguments | values))


def test_a_wrong_token_a_free_task_and_a_stranger_renew_nothing(place: Place) -> None:
    me = place.person()
    held, free = place.held(me, NOON + LEASE), place.task()
    with pytest.raises(LeaseLost):
        renewal_fails(place, held, actor=me, token=2)
    with pytest.raises(LeaseLost) as lost:
        renewal_fails(place, free)
    assert lost.value.holder_name is None
    with pytest.raises(NotFound):
        renewal_fails(place, held, actor=place.person("Zoe", place.new_unit()))


@pytest.mark.parametrize("lease", [timedelta(), LONGEST_LEASE + timedelta(seconds=1)])
def test_no_lease_is_longer_than_the_longest(place: Place, lease: timedelta) -> None:
    me = place.person()
    with pytest.raises(ValueError, match="lease"):
        renew_lease(place.session, 1, token=1, actor=me, now=NOON, lease=lease)
