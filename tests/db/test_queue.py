"""Who gets which task: order, rights, hours, and what stands against it (rules 8 and 13)."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from campaigns.models import CampaignState
from core.access import Actor
from core.db import Database
from core.errors import NotFound, NotPermitted
from core.journal import history_of
from directory.clients.models import RefusalScope
from tests.conftest import NOON
from tests.queue_given import LEASE, Place, ids
from worklists.leases import HeldByAnother, LeaseLost
from worklists.lifecycle import StepRefused, TaskState
from worklists.models.task import Task, TaskKind
from worklists.queue import release_task, take_next_task, take_task
from worklists.verdicts import Blocked, BlockRule

NIGHT = NOON.replace(hour=20)
"""23:00 in Moscow, 01:00 in Yekaterinburg."""
EARLY = NOON.replace(hour=5) + timedelta(days=1)
"""08:00 in Moscow, 10:00 in Yekaterinburg."""


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def next_ids(place: Place, actor: Actor, now: datetime = NOON) -> list[int]:
    """Everything that is handed out to this person until nothing is left."""
    found = []
    while (taken := take_next_task(place.session, actor=actor, now=now, lease=LEASE)) is not None:
        found.append(taken.task_id)
    return found


def test_a_taken_task_is_held_under_a_lease_and_journalled(place: Place) -> None:
    me, task = place.person(), place.task(overdue_at=NOON)
    taken = take_next_task(place.session, actor=me, now=NOON, lease=LEASE)
    assert taken is not None
    assert (taken.task_id, taken.token, taken.lease_until) == (task.id, 1, NOON + LEASE)
    assert (task.state, task.performer_id, task.claim_token) == (TaskState.IN_WORK, me.person, 1)
    assert (task.lease_until, task.taken_at, task.overdue_at) == (NOON + LEASE, NOON, None)
    assert task.version == 1
    (entry,) = history_of(place.session, "task", task.id)
    assert (entry.event, entry.from_state, entry.to_state) == ("TaskTaken", "planned", "in_work")
    assert entry.actor == me.key and entry.at == NOON
    assert entry.details == {
        "performer_id": me.person,
        "token": 1,
        "client_id": task.client_id,
        "lease_until": (NOON + LEASE).isoformat(),
        "despite": [],
    }


def test_callbacks_then_mine_then_priority_then_due_then_id(place: Place) -> None:
    me = place.person()
    late = place.task(priority=1, due_at=NOON - timedelta(minutes=1))
    early = place.task(priority=1, due_at=NOON - timedelta(days=1))
    twin = place.task(priority=1, due_at=NOON - timedelta(days=1))
    lowest = place.task(priority=9, due_at=NOON - timedelta(days=90))
    mine = place.task(priority=9, performer_id=me.person)
    callback = place.task(priority=9, kind=TaskKind.CALLBACK)
    my_callback = place.task(priority=9, kind=TaskKind.CALLBACK, performer_id=me.person)
    assert next_ids(place, me) == ids([my_callback, callback, mine, early, twin, late, lowest])


def test_lanes_of_one_rank_are_merged_by_due_time(place: Place) -> None:
    me, other = place.person(), place.new_campaign()
    due = [NOON - timedelta(hours=hours) for hours in (6, 5, 4, 3)]
    first, third = place.task(due_at=due[0]), place.task(due_at=due[2])
    second = place.task(due_at=due[1], campaign_id=other.id)
    fourth = place.task(due_at=due[3], time_zone="Asia/Yekaterinburg")
    assert next_ids(place, me) == ids([first, second, third, fourth])


def test_a_refusal_of_one_purpose_leaves_the_lanes_of_others_alone(place: Place) -> None:
    me, other = place.person(), place.new_campaign(purpose="lost")
    clients = [place.client() for _ in range(2)]
    for client in clients:
        place.refusal(client, RefusalScope.PURPOSE, purpose="lost")
    kept = [place.task(client) for client in clients]
    place.task(clients[0], campaign_id=other.id)
    free = place.task(campaign_id=other.id)
    assert sorted(next_ids(place, me)) == sorted(ids([*kept, free]))


def test_not_what_is_given_to_another_elsewhere_later_or_of_a_held_client(place: Place) -> None:
    me, other = place.person(), place.person("Boris")
    place.task(performer_id=other.person)
    place.task(kind=TaskKind.CALLBACK, performer_id=other.person)
    place.task(unit_id=place.new_unit().id)
    place.task(due_at=NOON + timedelta(minutes=1))
    place.task(state=TaskState.DEFERRED)
    client = place.client()
    place.held(other, NOON + LEASE, client)
    place.task(client)
    assert next_ids(place, me) == []


def test_not_what_the_verdict_is_against(place: Place) -> None:
    me, refused = place.person(), place.client()
    place.refusal(refused)
    place.task(refused)
    place.task(place.client(cooling_off_until=NOON + timedelta(days=1)))
    place.task(place.client(phone=None))
    place.task(campaign_id=place.new_campaign(state=CampaignState.PAUSED).id)
    clear = place.task(place.client(cooling_off_until=NOON - timedelta(days=1)))
    assert next_ids(place, me) == [clear.id]


def test_hours_are_those_of_the_client_and_not_for_jobs_and_callbacks(place: Place) -> None:
    me = place.person()
    moscow, urals = place.task(), place.task(time_zone="Asia/Yekaterinburg")
    assert next_ids(place, me, NIGHT) == []
    job, callback = place.task(kind=TaskKind.DEPARTMENT), place.task(kind=TaskKind.CALLBACK)
    place.task(kind=TaskKind.DATA_FIX, time_zone="Mars/Olympus")
    assert next_ids(place, me, NIGHT)[:2] == ids([callback, job])
    assert next_ids(place, me, EARLY) == [urals.id]
    assert next_ids(place, me) == [moscow.id]


def test_two_tasks_of_one_client_are_not_held_at_once(place: Place) -> None:
    me, other, client = place.person(), place.person("Boris"), place.client()
    first, second = place.task(client), place.task(client)
    job = place.task(client, kind=TaskKind.EXTRA)
    assert take_next_task(place.session, actor=me, now=NOON, lease=LEASE) is not None
    with pytest.raises(HeldByAnother) as held:
        take_task(place.session, second.id, actor=other, now=NOON, lease=LEASE)
    assert (held.value.holder_id, held.value.holder_name) == (me.person, "Anna")
    assert held.value.until == NOON + LEASE
    assert take_task(place.session, job.id, actor=other, now=NOON, lease=LEASE) is job
    taken = take_task(place.session, second.id, actor=me, now=NOON, lease=LEASE)
    assert taken.state is TaskState.IN_WORK
    assert first.state is TaskState.PLANNED and first.performer_id is None
    assert [e.event for e in history_of(place.session, "task", first.id)] == [
        "TaskTaken", "TaskReleased"
    ]  # fmt: skip


def test_taking_my_own_task_again_renews_it(place: Place) -> None:
    me, task = place.person(), place.task()
    take_task(place.session, task.id, actor=me, now=NOON, lease=LEASE)
    later = NOON + timedelta(minutes=2)
    again = take_task(place.session, task.id, actor=me, now=later, lease=LEASE)
    assert (again.claim_token, again.lease_until) == (1, later + LEASE)
    assert len(history_of(place.session, "task", task.id)) == 1


def test_a_claim_that_ran_out_makes_way_and_that_is_written(place: Place) -> None:
    me, other, client = place.person(), place.person("Boris"), place.client()
    gone = place.held(other, NOON - timedelta(seconds=1), client)
    second = place.task(client)
    take_task(place.session, second.id, actor=me, now=NOON, lease=LEASE)
    assert gone.state is TaskState.PLANNED and gone.performer_id is None
    assert [e.event for e in history_of(place.session, "task", gone.id)] == ["LeaseRanOut"]


@pytest.mark.parametrize("hours", [-6, 6])
def test_a_lease_in_a_clock_that_was_set_back_is_void(place: Place, hours: int) -> None:
    me, other = place.person(), place.person("Boris")
    task = place.held(other, NOON + timedelta(hours=hours))
    assert take_task(place.session, task.id, actor=me, now=NOON, lease=LEASE).claim_token == 2


def test_refusals_and_pauses_hold_even_when_the_client_calls(place: Place) -> None:
    me, refused = place.person(), place.client()
    place.refusal(refused, RefusalScope.PURPOSE, purpose="maintenance")
    cases = {
        BlockRule.DO_NOT_CONTACT: place.task(refused),
        BlockRule.COOLING_OFF: place.task(place.client(cooling_off_until=NOON + LEASE)),
        BlockRule.CAMPAIGN_PAUSED: place.task(
            campaign_id=place.new_campaign(state=CampaignState.PAUSED).id
        ),
        BlockRule.CAMPAIGN_FINISHED: place.task(
            campaign_id=place.new_campaign(state=CampaignState.FINISHED).id
        ),
    }
    for rule, task in cases.items():
        with pytest.raises(Blocked) as blocked:
            take_task(place.session, task.id, actor=me, now=NOON, lease=LEASE, client_called=True)
        assert blocked.value.verdict.rules == {rule}


def test_hours_and_due_time_yield_to_the_clients_own_call(place: Place) -> None:
    me = place.person()
    task = place.task(state=TaskState.DEFERRED, due_at=NIGHT + timedelta(hours=1))
    with pytest.raises(Blocked) as blocked:
        take_task(place.session, task.id, actor=me, now=NIGHT, lease=LEASE)
    assert blocked.value.verdict.rules == {BlockRule.OUTSIDE_HOURS, BlockRule.NOT_DUE}
    take_task(place.session, task.id, actor=me, now=NIGHT, lease=LEASE, client_called=True)
    (entry,) = history_of(place.session, "task", task.id)
    assert entry.from_state == "deferred"
    assert entry.details["despite"] == ["outside_hours", "not_due"]
    release_task(place.session, task.id, token=1, actor=me, now=NIGHT)
    assert task.state is TaskState.DEFERRED


def test_a_callback_that_came_due_on_an_old_page_keeps_no_hours(place: Place) -> None:
    me = place.person()
    values = {"kind": TaskKind.CALLBACK, "performer_id": me.person, "due_at": NIGHT}
    first, second = place.task(**values), place.task(**values)
    before = NIGHT - timedelta(minutes=1)
    with pytest.raises(Blocked):
        take_task(place.session, first.id, actor=me, now=before, lease=LEASE, early=True)
    take_task(place.session, second.id, actor=me, now=NIGHT, lease=LEASE, early=True)
    (entry,) = history_of(place.session, "task", second.id)
    assert not entry.details.get("despite")


def test_jobs_are_blocked_by_their_state_only(place: Place) -> None:
    me, refused = place.person(), place.client(phone=None)
    place.refusal(refused)
    paused = place.new_campaign(state=CampaignState.PAUSED)
    job = place.task(refused, kind=TaskKind.DEPARTMENT, campaign_id=paused.id)
    assert take_task(place.session, job.id, actor=me, now=NIGHT, lease=LEASE) is job
    closed = place.task(kind=TaskKind.EXTRA, state=TaskState.DONE, closed_at=NOON)
    with pytest.raises(StepRefused):
        take_task(place.session, closed.id, actor=me, now=NOON, lease=LEASE)


def test_what_was_given_to_me_stays_mine_when_let_go(place: Place) -> None:
    me = place.person()
    given, found = place.task(performer_id=me.person), place.task()
    for task in (given, found):
        take_task(place.session, task.id, actor=me, now=NOON, lease=LEASE)
        release_task(place.session, task.id, token=task.claim_token, actor=me, now=NOON)
    assert (given.performer_id, found.performer_id) == (me.person, None)
    assert given.lease_until is None and given.state is TaskState.PLANNED


def test_only_the_holder_gives_back(place: Place) -> None:
    me, other = place.person(), place.person("Boris")
    task = place.held(me, NOON + LEASE)
    for actor, token in ((other, 1), (me, 2)):
        with pytest.raises(LeaseLost) as lost:
            release_task(place.session, task.id, token=token, actor=actor, now=NOON)
        assert lost.value.holder_name == "Anna"


def test_foreign_tasks_do_not_exist_and_permission_is_asked(place: Place) -> None:
    stranger = place.person("Zoe", place.new_unit())
    task = place.task()
    with pytest.raises(NotFound):
        take_task(place.session, task.id, actor=stranger, now=NOON, lease=LEASE)
    nobody = Actor(key="employee:1", employee_id=1, unit_ids=frozenset({place.unit.id}))
    with pytest.raises(NotPermitted):
        take_next_task(place.session, actor=nobody, now=NOON, lease=LEASE)


def test_who_loses_the_race_for_a_client_gets_the_next_ones_task(database: Database) -> None:
    """Another claim of the client is under way, unseen: the unique index decides (P1)."""
    with database.unit_of_work() as session:
        place = Place(session)
        me, other, client = place.person(), place.person("Boris"), place.client()
        long_ago = NOON - timedelta(days=1)
        first, second = (place.task(client, due_at=long_ago) for _ in range(2))
        third = place.task()
    got: list[int | None] = []

    def reach() -> None:
        with database.unit_of_work() as session:
            taken = take_next_task(session, actor=other, now=NOON, lease=LEASE)
            got.append(taken.task_id if taken else None)

    with database.unit_of_work() as session:
        assert take_task(session, first.id, actor=me, now=NOON, lease=LEASE).id == first.id
        rival = threading.Thread(target=reach)
        rival.start()
        rival.join(0.5)
        assert got == []
    rival.join(20)
    assert got == [third.id]
    with database.reading() as session:
        assert session.get_one(Task, second.id).state is TaskState.PLANNED
