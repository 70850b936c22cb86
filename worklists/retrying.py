"""What trying again depends on beyond the ladder: working time, earlier attempts, the caps.

Read only where the campaign's ladder or its caps ask for it: most outcomes cost nothing here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.contact_caps import contact_caps
from campaigns.effects import EffectKind, RetryBy, default_effects, find
from campaigns.models import Campaign, Outcome, ResultCodeVersion
from campaigns.result_codes import CodeChoice
from campaigns.retries import Caps, attempts_allowed, counts_working_time
from core.access import Actor
from core.journal import record
from directory.calendars.visibility import calendar_of_unit
from directory.calendars.working_time import Calendar
from worklists.closing import close_task
from worklists.events.outcomes import TaskDroppedByCap
from worklists.involvement import tell_asker
from worklists.lifecycle import WAITING, TaskAction
from worklists.models.attempt import Attempt
from worklists.models.task import Finish, Task, TaskKind
from worklists.pressure import exemption_of, until_of
from worklists.undo_images import Trail

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class SoFar:
    """What was tried before the attempt that is being recorded."""

    calendar: Calendar | None = None
    """The working time of the task's unit, if the ladder counts in it."""
    tried: tuple[datetime, ...] = ()
    """When the task was tried in vain before."""
    of_client: int = 0
    """Unanswered attempts at the client that count together with the next one."""
    was_retried: bool = False
    """The task was already brought back by this same result."""
    free_at: datetime | None = None
    """Until then this attempt will have spent the client's budget of contacts (rule 14)."""


NOTHING = SoFar()


def caps_of(campaign: Campaign) -> Caps:
    """The caps of attempts that the campaign sets."""
    return Caps(per_task=campaign.attempts_per_task, per_client=campaign.attempts_per_client)


def attempts_at_most(campaign: Campaign) -> int:
    """After how many unanswered attempts a task of the campaign ends as unreachable."""
    return attempts_allowed(campaign.retry_ladder, campaign.attempts_per_task)


def so_far(
    session: Session,
    task: Task,
    campaign: Campaign,
    outcome: Outcome,
    code: CodeChoice | None,
    *,
    actor: Actor,
    now: datetime,
) -> SoFar:
    """Read what the next try depends on; nothing unless there is one."""
    retry = find(code.effects if code else default_effects(outcome), EffectKind.RETRY)
    if retry is None:
        return NOTHING
    is_once = retry.by is RetryBy.ONCE
    calendar = None
    if is_once or counts_working_time(campaign.retry_ladder):
        calendar = calendar_of_unit(session, task.unit_id, default_zone=actor.time_zone)
    tried: tuple[datetime, ...] = ()
    if any("part" in rung for rung in campaign.retry_ladder):
        tried = tuple(session.scalars(_in_vain(Attempt.at).where(Attempt.task_id == task.id)))
    of_client = 0
    if campaign.attempts_per_client is not None:
        of_client = session.scalar(_of_client(task)) or 0
    free_at = None
    if exemption_of(task, campaign) is None:
        free_at = until_of(session, task.client_id, contact_caps(session), one_more_at=now)
    was_retried = is_once and code is not None and _was_retried(session, task, code)
    return SoFar(calendar=calendar, tried=tried, of_client=of_client, was_retried=was_retried,
                 free_at=free_at)  # fmt: skip


def drop_if_capped(
    session: Session,
    task: Task,
    campaign: Campaign,
    attempt: Attempt,
    trail: Trail,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """End the client's waiting calls of the campaign too once its cap per client is reached.

    Promised callbacks stay: the client asked for them. Called after the attempt is written.
    """
    cap = campaign.attempts_per_client
    if cap is None or attempt.outcome is not Outcome.NO_ANSWER:
        return
    if (session.scalar(_of_client(task)) or 0) < cap:
        return
    waiting = (
        select(Task)
        .where(
            Task.work_list_id == task.work_list_id,
            Task.campaign_id == task.campaign_id,
            Task.id != task.id,
            Task.kind == TaskKind.CALL,
            Task.state.in_(WAITING),
        )
        .order_by(Task.id)
        .with_for_update()
    )
    for other in session.scalars(waiting).all():
        trail.saw(other)
        from_state = other.state
        close_task(other, action=TaskAction.CANCEL, finish=Finish.UNREACHABLE, actor=actor, now=now)
        event = TaskDroppedByCap(
            task_id=other.id,
            from_state=from_state,
            to_state=other.state,
            attempt_id=attempt.id,
            attempts=cap,
        )
        record(session, event, actor=actor, at=now)
        session.flush()
        tell_asker(session, other, actor=actor, now=now)


def _was_retried(session: Session, task: Task, code: CodeChoice) -> bool:
    earlier = (
        select(Attempt.id)
        .join(ResultCodeVersion, ResultCodeVersion.id == Attempt.result_version_id)
        .where(
            Attempt.task_id == task.id,
            Attempt.undone_at.is_(None),
            ResultCodeVersion.result_code_id == code.result_code_id,
        )
    )
    return session.scalar(earlier.limit(1)) is not None


def _in_vain(column: InstrumentedAttribute[T]) -> Select[T]:
    """Attempts that nobody answered and that nobody took back; copies are no attempts."""
    return select(column).where(
        Attempt.outcome == Outcome.NO_ANSWER,
        Attempt.undone_at.is_(None),
        Attempt.copied_from_id.is_(None),
    )


def _of_client(task: Task) -> Select[int]:
    """How many there are at all tasks of the campaign in the work-list, callbacks included."""
    of_list = select(Task.id).where(
        Task.work_list_id == task.work_list_id, Task.campaign_id == task.campaign_id
    )
    return _in_vain(Attempt.id).with_only_columns(func.count()).where(Attempt.task_id.in_(of_list))
