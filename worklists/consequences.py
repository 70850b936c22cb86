"""What an outcome leads to: shown beside the button before it is saved, then done (rule 9)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from campaigns.effects import Effect, EffectKind, RetryBy, default_effects, find
from campaigns.models import Campaign, Outcome
from campaigns.result_codes import CodeChoice
from campaigns.retries import next_attempt_at
from campaigns.windows import clip, window_of
from core.errors import Invalid
from directory.calendars.working_time import NeverWorks, add_working_days
from worklists.far_dates import check_not_too_far
from worklists.forecasts import Forecast
from worklists.lifecycle import TaskAction, TaskState
from worklists.models.task import Finish, Task, TaskKind
from worklists.planning import due_of
from worklists.reports import AttemptReport
from worklists.retrying import NOTHING, SoFar, attempts_at_most, caps_of

_MORNING = time(10)


class ConsequenceKind(StrEnum):
    """What becomes of the task."""

    GOAL_REACHED = "goal_reached"
    ON_CONTROL = "on_control"
    """Watched until ``at``."""
    REPLACED = "replaced"
    """Done; the planned task goes on at ``at``."""
    TRY_AGAIN = "try_again"
    """Comes back at ``at``."""
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """Done; nobody calls this client before ``at``."""
    BAD_DATA = "bad_data"
    COPIED = "copied"
    """Done with the result of another task; the planned task, if any, goes on at ``at``."""


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What becomes of the task, when, and which attempt of how many this is."""

    kind: ConsequenceKind
    at: datetime | None = None
    attempts: int = 0
    """Attempts at this task, this one included."""
    of: int = 0
    """Attempts after which a task ends as unreachable; 0: they are not counted here."""
    planned_at: datetime | None = None
    """When the task planned by hand is due, whatever becomes of this one."""
    also: tuple[Forecast, ...] = ()
    """What else happens, in the order of the result's effects; only where it is asked for."""


class NextDateRequired(Invalid):
    """This result needs a next step: a planned task, or control."""

    field = "new_task"


class GoalNotReached(Invalid):
    """A result without control ends the task: tick the goal, or plan what comes next (rule 10)."""

    field = "goal_reached"


class ControlInPast(Invalid):
    """The control date lies ahead."""

    field = "control_at"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Where the task goes. ``at``: due again, watched until, or cooling off until (by action)."""

    action: TaskAction
    finish: Finish | None = None
    at: datetime | None = None
    consequence: Consequence


def decide(
    task: Task,
    campaign: Campaign,
    code: CodeChoice | None,
    report: AttemptReport,
    *,
    before: SoFar = NOTHING,
    copy_needs_date: bool = False,
    now: datetime,
) -> Decision:
    """What the report leads to. Pure. Raises NextDateRequired, GoalNotReached, ControlInPast.

    ``before``: what was tried already, from ``worklists.retrying.so_far``.
    ``copy_needs_date``: the result that a repeat copies promises a next step.
    """
    match report.outcome:
        case Outcome.INTERVIEW:
            assert code is not None
            return _after_interview(task, campaign, code, report, now)
        case Outcome.NO_ANSWER | Outcome.REFUSED | Outcome.BAD_DATA:
            retry = _retry(task, campaign, code, report.outcome, before, now)
            return retry or _ended(task, campaign, report.outcome, now)
        case Outcome.REPEAT:
            if copy_needs_date and report.new_task is None:
                raise NextDateRequired()  # else the promise would be lost without a word
            due = due_of(report.new_task, task, campaign) if report.new_task else None
            return _done(task, campaign, Finish.REPEAT, ConsequenceKind.COPIED, at=due)
        case _:
            assert_never(report.outcome)


def control_date(
    task: Task,
    campaign: Campaign,
    *,
    effects: Sequence[Effect] = (),
    booked_on: date | None = None,
    now: datetime,
) -> datetime:
    """The default of the result, else of the campaign: so many days on at ten in the morning where
    the client lives.

    Whether a booked client came is known on the morning after ``booked_on``, not before.
    """
    zone = ZoneInfo(task.time_zone)
    asked = find(effects, EffectKind.CONTROL)
    days = asked.days if asked and asked.days else campaign.control_days
    day = now.astimezone(zone).date() + timedelta(days=days)
    if booked_on is not None:
        day = max(day, booked_on + timedelta(days=1))
    return clip(window_of(campaign), task.time_zone, datetime.combine(day, _MORNING, zone))


def _after_interview(
    task: Task, campaign: Campaign, code: CodeChoice, report: AttemptReport, now: datetime
) -> Decision:
    calls_back = report.new_task is not None and report.new_task.kind is TaskKind.CALLBACK
    may_watch = code.allows_control and not report.goal_reached
    is_over = report.goal_reached  # nobody calls a client again who is done with
    if code.needs_next_date and report.new_task is None and not may_watch and not is_over:
        raise NextDateRequired()
    if report.goal_reached:
        return _done(task, campaign, Finish.GOAL_REACHED, ConsequenceKind.GOAL_REACHED)
    if may_watch and (report.control_at is not None or not calls_back):
        return _watch(task, campaign, code, report, now)
    if calls_back:
        assert report.new_task is not None
        at = due_of(report.new_task, task, campaign)
        return _done(task, campaign, Finish.REPLACED, ConsequenceKind.REPLACED, at=at)
    if find(code.effects, EffectKind.CLOSE):
        return _done(task, campaign, Finish.GOAL_REACHED, ConsequenceKind.GOAL_REACHED)
    raise GoalNotReached()


def _watch(
    task: Task, campaign: Campaign, code: CodeChoice, report: AttemptReport, now: datetime
) -> Decision:
    booked_on = report.service_request.wanted_on if report.service_request else None
    at = report.control_at or control_date(
        task, campaign, effects=code.effects, booked_on=booked_on, now=now
    )
    if at <= now:
        raise ControlInPast(at)
    check_not_too_far(at, now=now, field=ControlInPast.field)
    consequence = _consequence(task, campaign, ConsequenceKind.ON_CONTROL, at)
    return Decision(action=TaskAction.PUT_ON_CONTROL, at=at, consequence=consequence)


def _retry(
    task: Task,
    campaign: Campaign,
    code: CodeChoice | None,
    outcome: Outcome,
    before: SoFar,
    now: datetime,
) -> Decision | None:
    """Back at a later time; None: the result does not ask for it, or it is used up."""
    effect = find(code.effects if code else default_effects(outcome), EffectKind.RETRY)
    if effect is None:
        return None
    is_once = effect.by is RetryBy.ONCE
    if is_once:
        at = _once_at(task, campaign, outcome, effect.working_days or 1, before, now)
    else:
        at = _next_of_ladder(task, campaign, outcome, before, now)
    if at is None:
        return None
    if before.free_at is not None and before.free_at > at:
        at = clip(window_of(campaign), task.time_zone, before.free_at)
    consequence = _consequence(task, campaign, ConsequenceKind.TRY_AGAIN, at)
    if is_once:
        consequence = replace(consequence, of=0)
    return Decision(action=TaskAction.DEFER, at=at, consequence=consequence)


def _next_of_ladder(
    task: Task, campaign: Campaign, outcome: Outcome, before: SoFar, now: datetime
) -> datetime | None:
    is_in_vain = outcome is Outcome.NO_ANSWER
    return next_attempt_at(
        campaign.retry_ladder,
        task.attempts + 1,
        now=now,
        zone=task.time_zone,
        window=window_of(campaign),
        calendar=before.calendar,
        tried=before.tried,
        caps=caps_of(campaign),
        of_client=before.of_client + is_in_vain,
    )


def _once_at(
    task: Task,
    campaign: Campaign,
    outcome: Outcome,
    working_days: int,
    before: SoFar,
    now: datetime,
) -> datetime | None:
    """Whatever rules fire, the caps of the campaign hold (rule 15)."""
    caps = caps_of(campaign)
    is_capped = caps.per_task is not None and task.attempts + 1 >= caps.per_task
    of_client = before.of_client + (outcome is Outcome.NO_ANSWER)
    is_client_capped = caps.per_client is not None and of_client >= caps.per_client
    if before.was_retried or is_capped or is_client_capped:
        return None
    at = now + timedelta(days=working_days)
    if before.calendar is not None:
        with suppress(NeverWorks):  # a calendar of days off only: time passes all the same
            at = add_working_days(before.calendar, now, working_days)
    return clip(window_of(campaign), task.time_zone, at)


def _ended(task: Task, campaign: Campaign, outcome: Outcome, now: datetime) -> Decision:
    if outcome is Outcome.NO_ANSWER:
        return _done(task, campaign, Finish.UNREACHABLE, ConsequenceKind.UNREACHABLE)
    if outcome is Outcome.REFUSED:
        until = now + timedelta(days=campaign.cooling_off_days)
        return _done(task, campaign, Finish.REFUSED, ConsequenceKind.REFUSED, at=until)
    return _done(task, campaign, Finish.BAD_DATA, ConsequenceKind.BAD_DATA)


def _done(
    task: Task,
    campaign: Campaign,
    finish: Finish,
    kind: ConsequenceKind,
    *,
    at: datetime | None = None,
) -> Decision:
    consequence = _consequence(task, campaign, kind, at)
    return Decision(action=TaskAction.COMPLETE, finish=finish, at=at, consequence=consequence)


def _consequence(
    task: Task, campaign: Campaign, kind: ConsequenceKind, at: datetime | None
) -> Consequence:
    of = attempts_at_most(campaign)
    return Consequence(kind=kind, at=at, attempts=task.attempts + 1, of=of)


_KIND_OF_FINISH = {
    Finish.GOAL_REACHED: ConsequenceKind.GOAL_REACHED,
    Finish.REPLACED: ConsequenceKind.REPLACED,
    Finish.UNREACHABLE: ConsequenceKind.UNREACHABLE,
    Finish.REFUSED: ConsequenceKind.REFUSED,
    Finish.BAD_DATA: ConsequenceKind.BAD_DATA,
    Finish.REPEAT: ConsequenceKind.COPIED,
}


def consequence_seen(
    task: Task, campaign: Campaign, *, recorded_at: datetime, planned_due: datetime | None
) -> Consequence:
    """The consequence as the task shows it after its outcome was saved at ``recorded_at``."""
    kind, at = ConsequenceKind.GOAL_REACHED, None
    if task.state is TaskState.DEFERRED:
        kind, at = ConsequenceKind.TRY_AGAIN, task.due_at
    elif task.state is TaskState.ON_CONTROL:
        kind, at = ConsequenceKind.ON_CONTROL, task.control_at
    elif task.finish is not None:
        kind = _KIND_OF_FINISH.get(task.finish, kind)
    if kind in (ConsequenceKind.REPLACED, ConsequenceKind.COPIED):
        at = planned_due
    if kind is ConsequenceKind.REFUSED:
        at = recorded_at + timedelta(days=campaign.cooling_off_days)
    of = attempts_at_most(campaign)
    return Consequence(kind=kind, at=at, attempts=task.attempts, of=of)
