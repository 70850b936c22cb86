"""Recording what came of an attempt, with all that it causes, in one transaction (A13-A16)."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from campaigns.result_codes import CodeChoice
from core.access import Actor
from core.journal import record
from worklists.attempt_rows import add_attempt
from worklists.card.telling import tell_about
from worklists.closing import close_if_finished, close_task
from worklists.consequences import (
    Consequence,
    ConsequenceKind,
    Decision,
    decide,
)
from worklists.control_dates import in_working_time
from worklists.effects import (
    keep_last,
    lock_settled,
    rest_after_refusal,
    settle,
)
from worklists.events.outcomes import AttemptRecorded
from worklists.forecasts import forecast
from worklists.involvement import involve_unit
from worklists.lifecycle import OPEN, TaskAction, TaskState, after
from worklists.models.attempt import Attempt
from worklists.models.task import Task
from worklists.outcome_effects import apply_effects, effects_of
from worklists.permissions import WorkPermission
from worklists.planning import add_planned, due_of
from worklists.pressure import measure
from worklists.recorded import Recorded, recorded_before
from worklists.repeats import copy_needs_next_date
from worklists.report_checks import check_report, code_of, require_call
from worklists.reports import AttemptReport, InvolvementDraft, NewTask, ServiceRequestDraft
from worklists.retrying import drop_if_capped, so_far
from worklists.saving import (
    begin_step,
    changed_meanwhile,
    get_task,
    require_free_or_mine,
    require_unchanged,
    task_to_change,
)
from worklists.service_requests import save_service_request
from worklists.undo_images import Trail, keep_trail

__all__ = [
    "AttemptReport",
    "Consequence",
    "ConsequenceKind",
    "InvolvementDraft",
    "NewTask",
    "Recorded",
    "ServiceRequestDraft",
    "consequence_of",
    "record_attempt",
    "save_report",
    "saved_before",
]


_OF_FORM = select(Attempt).where(Attempt.form_key == bindparam("form_key"))


def record_attempt(
    session: Session,
    task_id: int,
    report: AttemptReport,
    *,
    actor: Actor,
    now: datetime,
    lease: timedelta,
) -> Recorded:
    """Save the outcome and everything that follows from it (rules 8-11).

    A second report with the same ``form_key`` returns what the first one saved. Raises NotFound,
    NotPermitted, NotACall, ChangedMeanwhile, HeldByAnother, StepRefused, and an Invalid whose
    ``field`` names the field at fault.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    earlier = saved_before(session, task, report, actor=actor)
    if earlier is not None:
        return earlier
    require_call(task)
    require_unchanged(session, task, report.version)
    require_free_or_mine(session, task, token=report.token, actor=actor)
    return save_report(session, task, report, actor=actor, now=now, lease=lease)


def saved_before(
    session: Session, task: Task, report: AttemptReport, *, actor: Actor
) -> Recorded | None:
    """What a report with this ``form_key`` saved before. Raises ChangedMeanwhile if that was taken
    back, or is another task's or person's."""
    earlier = session.scalars(_OF_FORM, {"form_key": report.form_key}).first()
    if earlier is None:
        return None
    if earlier.undone_at is not None:
        raise changed_meanwhile(session, task)
    return recorded_before(session, task, earlier, actor=actor)


def consequence_of(
    session: Session, task_id: int, report: AttemptReport, *, actor: Actor, now: datetime
) -> Consequence:
    """Say what saving this report would lead to; nothing is changed.

    Texts may still be missing. Raises NotFound and, where the report leads nowhere, the same
    errors as saving it would: CodeRequired, NextDateRequired, GoalNotReached, ControlInPast.
    """
    task = get_task(session, task_id, actor=actor)
    require_call(task)
    campaign = session.get_one(Campaign, task.campaign_id)
    code = code_of(session, task, report)
    before = so_far(session, task, campaign, report.outcome, code, actor=actor, now=now)
    copy_needs_date = copy_needs_next_date(session, task, report.copy_of_task_id, actor=actor)
    decision = decide(task, campaign, code, report, before=before, copy_needs_date=copy_needs_date,
                      now=now)  # fmt: skip
    found = in_working_time(session, task, decision, actor=actor).consequence
    return _with_effects(session, found, task, campaign, code, report, actor=actor, now=now)


def save_report(
    session: Session,
    task: Task,
    report: AttemptReport,
    *,
    actor: Actor,
    now: datetime,
    lease: timedelta,
) -> Recorded:
    """Save the report of a locked task that this actor may save.

    What follows counts from the moment of the call; ``now`` is when it is recorded. Raises an
    Invalid whose ``field`` names the field at fault.
    """
    at = report.called_at or now
    campaign = session.get_one(Campaign, task.campaign_id)
    code = code_of(session, task, report)
    check_report(session, task, code, report, actor=actor, now=at)
    before = so_far(session, task, campaign, report.outcome, code, actor=actor, now=at)
    copy_needs_date = copy_needs_next_date(session, task, report.copy_of_task_id, actor=actor)
    decision = decide(task, campaign, code, report, before=before, copy_needs_date=copy_needs_date,
                      now=at)  # fmt: skip
    decision = in_working_time(session, task, decision, actor=actor)
    consequence = _with_effects(
        session, decision.consequence, task, campaign, code, report, actor=actor, now=now
    )
    settled = lock_settled(session, task, report.settles_task_ids, actor=actor)
    trail = Trail()
    for touched in (task, *settled):
        trail.saw(touched)

    attempt = add_attempt(session, task, campaign, code, report, trail, actor=actor, now=at)
    measure(session, task.client_id)
    _move(session, task, decision, attempt, report, lease=lease, actor=actor, now=now)
    planned = _follow_up(
        session, task, campaign, code, report, attempt, trail, actor=actor, now=now
    )
    if decision.consequence.kind is ConsequenceKind.REFUSED:
        rest_after_refusal(session, attempt, trail, until=decision.at, actor=actor, now=now)
    drop_if_capped(session, task, campaign, attempt, trail, actor=actor, now=now)
    settle(session, settled, attempt, actor=actor, now=now)
    if task.state not in OPEN:
        close_if_finished(session, task.work_list_id, now, actor=actor)
    keep_trail(session, attempt, trail, now=now)
    tell_about(session, task.id, kind="watched_outcome", occasion=f"attempt:{attempt.id}",
               actor=actor, now=now)  # fmt: skip
    return Recorded(
        task=task,
        attempt=attempt,
        planned=planned,
        settled=tuple(other.id for other in settled),
        consequence=consequence,
    )


def _with_effects(
    session: Session,
    found: Consequence,
    task: Task,
    campaign: Campaign,
    code: CodeChoice | None,
    report: AttemptReport,
    *,
    actor: Actor,
    now: datetime,
) -> Consequence:
    effects = effects_of(code, report)
    also = forecast(session, effects, campaign=campaign, default_zone=actor.time_zone, now=now)
    planned_at = due_of(report.new_task, task, campaign) if report.new_task else None
    return replace(found, planned_at=planned_at, also=also)


def _move(
    session: Session,
    task: Task,
    decision: Decision,
    attempt: Attempt,
    report: AttemptReport,
    *,
    lease: timedelta,
    actor: Actor,
    now: datetime,
) -> None:
    """Carry the decision out, in one UPDATE of the row: half-way states are never written."""
    with session.no_autoflush:
        begin_step(session, task, lease=lease, keeps_performer=report.called_at is not None,
                   actor=actor, now=now)  # fmt: skip
        from_state = task.state
        keep_last(task, attempt)
        match decision.action:
            case TaskAction.COMPLETE:
                assert decision.finish is not None
                close_task(
                    task, action=decision.action, finish=decision.finish, actor=actor,
                    now=attempt.at,
                )  # fmt: skip
            case TaskAction.DEFER:
                assert decision.at is not None
                _defer(task, decision.at)
            case _:
                _put_on_control(task, decision, actor=actor)
        event = AttemptRecorded(
            task_id=task.id,
            from_state=from_state,
            to_state=task.state,
            attempt_id=attempt.id,
            outcome=attempt.outcome,
            result_version_id=attempt.result_version_id,
            finish=task.finish,
            due_at=task.due_at if task.state is TaskState.DEFERRED else None,
            control_at=task.control_at if task.state is TaskState.ON_CONTROL else None,
            is_control_chosen=report.control_at is not None,
            copied_from_id=attempt.copied_from_id,
            called_at=report.called_at,
        )
        record(session, event, actor=actor, at=now)
    session.flush()


def _defer(task: Task, at: datetime) -> None:
    task.state = after(task.state, TaskAction.DEFER)
    task.due_at = at
    if not task.is_personal:
        task.performer_id = None  # anybody of the unit may try next
    task.lease_until = task.taken_at = None


def _put_on_control(task: Task, decision: Decision, *, actor: Actor) -> None:
    task.state = after(task.state, TaskAction.PUT_ON_CONTROL)
    task.control_at, task.control_due_at = decision.at, None
    task.control_by_id = actor.person
    task.lease_until = None


def _follow_up(
    session: Session,
    task: Task,
    campaign: Campaign,
    code: CodeChoice | None,
    report: AttemptReport,
    attempt: Attempt,
    trail: Trail,
    *,
    actor: Actor,
    now: datetime,
) -> Task | None:
    """Everything else that the report asks for; returns the planned task, if any."""
    planned = None
    if report.new_task is not None:
        planned = add_planned(
            session, task, report.new_task, promised_at=report.called_at, actor=actor, now=now
        )
        trail.add("tasks", planned.id)
    if report.service_request is not None:
        request = save_service_request(session, task, report.service_request, actor=actor, now=now)
        trail.add("requests", request.id)
    if report.involve is not None:
        involvement = involve_unit(
            session,
            task.work_list_id,
            report.involve,
            from_task_id=task.id,
            asset_id=task.asset_id,
            actor=actor,
            now=now,
        )
        trail.add("tasks", involvement.to_task_id)
    apply_effects(session, task, campaign, code, report, attempt, trail, actor=actor, now=now)
    return planned
