"""What is next, and who takes it: the claim of a task and of its client (rules 8 and 13).

A claim is one guarded statement; the unique index ``uq_tasks_phoned_client`` decides between two
people who reach for two tasks of one client in the same instant. Claims grow ``claim_token`` and
leave ``version`` alone: who edits a task is not disturbed by who takes it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from campaigns.contact_caps import household_days
from campaigns.models import Campaign
from core.access import Actor
from core.errors import NotFound
from directory.staff.models import Employee
from worklists.claim_statements import claim_in_lane, claim_one
from worklists.claiming import try_alone, try_claim
from worklists.contact_conditions import phones_now
from worklists.events.queue import LeaseRanOut, TaskReleased, TaskTaken
from worklists.lane_memory import open_lanes, remembered_lanes
from worklists.lanes import Lane, by_oldest_claimable, in_order, lane_values
from worklists.leases import (
    HeldByAnother,
    LeaseLost,
    checked_lease,
    has_run_out,
    in_state,
    let_go,
    renew_lease,
)
from worklists.lifecycle import StepRefused, TaskAction, TaskState, after
from worklists.models.task import PHONING, Task, TaskKind
from worklists.permissions import WorkPermission
from worklists.pressure import exemption_of
from worklists.verdicts import Blocked, BlockRule, verdict_on
from worklists.visibility import tasks_visible_to

YIELDS_TO_CLIENT = frozenset(
    {
        BlockRule.NO_VALID_PHONE,
        BlockRule.OUTSIDE_HOURS,
        BlockRule.PRESSURE,
        BlockRule.HOUSEHOLD,
        BlockRule.NOT_OPEN,
        BlockRule.NOT_DUE,
    }
)
"""Rules that do not count when the client called in."""
YIELDS_TO_PROMISE = frozenset({BlockRule.NOT_DUE})
"""Rules that do not count when whoever promised a callback makes it before its time."""
_TRIES = 3


def take_next_task(
    session: Session, *, actor: Actor, now: datetime, lease: timedelta
) -> TaskTaken | None:
    """Hand out the task that this person should do next; None when there is none.

    Promised callbacks that are due come first, then tasks given to this person, then anybody's;
    within each by priority, due time and id. Never one given to somebody else, of a client who is
    being phoned, or one that the verdict is against (P1).
    """
    actor.require(WorkPermission.WORK)
    until = now + checked_lease(lease)
    remembered = remembered_lanes(session, unit_ids=actor.unit_ids, now=now)
    claim = partial(_claim_from, session, actor=actor, now=now, until=until)
    taken = _first(session, remembered, partial(claim, from_memory=True), actor=actor, now=now)
    if taken is not None:
        return taken
    lanes = open_lanes(session, performer_id=actor.person, unit_ids=actor.unit_ids, now=now)
    return _first(session, lanes, partial(claim, from_memory=False), actor=actor, now=now)


def take_task(
    session: Session,
    task_id: int,
    *,
    actor: Actor,
    now: datetime,
    lease: timedelta,
    client_called: bool = False,
    early: bool = False,
) -> Task:
    """Take this task into work; what this person holds already is renewed and returned.

    Another task of the same client that this person holds is given back first. With
    ``client_called`` (the client phoned in) hours and due time do not count; the journal says so.
    With ``early`` whoever the callback belongs to makes it before its time: that was promised, this
    moment was not, so that the client's hours count. Once it is due, ``early`` says nothing.
    Raises NotFound, StepRefused, HeldByAnother, Blocked.
    """
    actor.require(WorkPermission.WORK)
    until = now + checked_lease(lease)
    for _ in range(_TRIES):
        task = _visible(session, task_id, actor)
        if task.state is TaskState.IN_WORK and task.performer_id == actor.person:
            return _renewed(session, task, actor=actor, now=now, lease=lease)
        mine = _make_way(session, task, actor=actor, now=now)
        session.refresh(task)
        seen = task.state
        after(seen, TaskAction.TAKE)
        is_early = early and is_own_promise(task, actor) and task.due_at > now
        despite = _overridden(
            session, task, actor, now, client_called=client_called, is_early=is_early
        )
        if mine is not None:
            let_go(session, Task.id == mine, event=TaskReleased, actor=actor, now=now)
        draft = _draft(seen, actor, until, despite)
        if _claim_by_id(session, task, draft, client_called, actor=actor, now=now):
            return task
    raise StepRefused(task.state, TaskAction.TAKE)


def is_own_promise(task: Task, actor: Actor) -> bool:
    """Whether the task is a callback that is to be made by this person."""
    return task.kind is TaskKind.CALLBACK and task.performer_id == actor.employee_id


def release_task(
    session: Session, task_id: int, *, token: int, actor: Actor, now: datetime
) -> Task:
    """Give the task back without an outcome. Raises NotFound, LeaseLost."""
    actor.require(WorkPermission.WORK)
    held = (Task.id == task_id) & (Task.performer_id == actor.person) & (Task.claim_token == token)
    task = _visible(session, task_id, actor)
    if not let_go(session, held, event=TaskReleased, actor=actor, now=now):
        holder = _holder(session, task)
        raise LeaseLost(holder.full_name if holder is not None else None)
    session.refresh(task)
    return task


def give_back_others(session: Session, kept_id: int, *, actor: Actor, now: datetime) -> int:
    """Return this person's other calls to the queue: one call in hand. The number of tasks."""
    actor.require(WorkPermission.WORK)
    others = (Task.performer_id == actor.person) & Task.kind.in_(PHONING) & (Task.id != kept_id)
    return let_go(session, others, event=TaskReleased, actor=actor, now=now)


def _visible(session: Session, task_id: int, actor: Actor) -> Task:
    query = tasks_visible_to(actor).where(Task.id == task_id)
    task = session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
    if task is None:
        raise NotFound("task", task_id)
    return task


def _renewed(
    session: Session, task: Task, *, actor: Actor, now: datetime, lease: timedelta
) -> Task:
    renew_lease(session, task.id, token=task.claim_token, actor=actor, now=now, lease=lease)
    session.refresh(task)
    return task


def _make_way(session: Session, task: Task, *, actor: Actor, now: datetime) -> int | None:
    """Let go what ran out, and name the other task of the client that this person holds.

    Raises HeldByAnother when somebody else holds the task or phones the client.
    """
    holder = _holder(session, task)
    if holder is not None and holder.performer_id != actor.person:
        stale = has_run_out(now) & (Task.id == holder.id)
        if not let_go(session, stale, event=LeaseRanOut, actor=actor, now=now):
            raise HeldByAnother(holder.performer_id, holder.full_name, holder.lease_until)
        return None
    return int(holder.id) if holder is not None else None


def _holder(session: Session, task: Task) -> Any | None:
    """Who works on the task or, if it is a call, phones its client now."""
    held: ColumnElement[bool] = (Task.id == task.id) & in_state(TaskState.IN_WORK)
    if task.kind in PHONING:
        held = or_(held, (Task.client_id == task.client_id) & phones_now(Task))
    return session.execute(
        select(Task.id, Task.performer_id, Task.lease_until, Employee.full_name)
        .join(Employee, Employee.id == Task.performer_id)
        .where(held)
        .order_by(Task.id != task.id)
    ).first()


def _overridden(
    session: Session, task: Task, actor: Actor, now: datetime, *, client_called: bool,
    is_early: bool,
) -> tuple[str, ...]:  # fmt: skip
    """The rules that yield to the client's own call, or to who promised one. Raises Blocked."""
    early = is_early and not client_called
    verdict = verdict_on(session, task, now=now, viewer_id=actor.person, is_early=early)
    yielding = YIELDS_TO_CLIENT if client_called else YIELDS_TO_PROMISE if early else frozenset()
    if not verdict.rules <= yielding:
        raise Blocked(verdict)
    return tuple(block.rule.value for block in verdict.blocks)


def _first(
    session: Session,
    lanes: list[Lane],
    claim: Callable[[Lane], TaskTaken | None],
    *,
    actor: Actor,
    now: datetime,
) -> TaskTaken | None:
    """What the claim takes from the lanes, the most urgent first."""
    for _, group in groupby(in_order(lanes), key=lambda lane: (lane.rank, lane.is_phoned)):
        for lane in by_oldest_claimable(session, list(group), now, actor.person):
            taken = claim(lane)
            if taken is not None:
                return taken
    return None


def _claim_from(
    session: Session,
    lane: Lane,
    *,
    actor: Actor,
    now: datetime,
    until: datetime,
    from_memory: bool,
) -> TaskTaken | None:
    """The oldest claimable task of the lane, or None when others took all of them.

    From a lane that is remembered nothing is taken by who was given tasks: those come first.
    """
    claim = claim_in_lane(lane.is_mine, lane.is_phoned, from_memory)
    draft = _draft(TaskState.PLANNED, actor, until)
    values = lane_values(lane) | {"called": False}
    attempt = try_alone if lane.asks_household else try_claim
    for _ in range(_TRIES):
        taken, lost_race = attempt(session, claim, values, draft, actor=actor, now=now)
        if not lost_race:
            return taken
    return None


def _claim_by_id(
    session: Session, task: Task, draft: TaskTaken, client_called: bool, *, actor: Actor,
    now: datetime,
) -> bool:  # fmt: skip
    """Whether the task was taken; not when somebody was quicker at it, its client or household."""
    values = {"task": task.id, "seen": task.state, "called": client_called}
    claim = claim_one(task.kind in PHONING)
    attempt = try_alone if _asks_household(session, task, client_called) else try_claim
    taken, _ = attempt(session, claim, values, draft, actor=actor, now=now)
    return taken is not None


def _asks_household(session: Session, task: Task, client_called: bool) -> bool:
    """Whether this call keeps «one per household»; as ``contact_conditions.asks_household``."""
    if task.kind not in PHONING or client_called:
        return False
    campaign = session.get_one(Campaign, task.campaign_id)
    return exemption_of(task, campaign) is None and household_days(session) is not None


def _draft(
    seen: TaskState, actor: Actor, until: datetime, despite: tuple[str, ...] = ()
) -> TaskTaken:
    """The event of a claim but for what the claim will tell."""
    return TaskTaken(
        task_id=0,
        performer_id=actor.person,
        token=0,
        client_id=0,
        lease_until=until,
        from_state=seen,
        despite=despite,
    )
