"""The row of an attempt: what was typed, or what is copied from a repeat (A13, A16)."""

from datetime import datetime

from sqlalchemy.orm import Session

from campaigns.models import Campaign, Outcome
from campaigns.result_codes import CodeChoice
from core.access import Actor
from core.clock import local_day
from directory.assets.mileage import record_mileage
from directory.assets.models import MileageSource
from worklists.models.attempt import Attempt
from worklists.models.task import Task
from worklists.pressure import exemption_of
from worklists.repeats import attempt_to_copy, copied_attempt
from worklists.reports import AttemptReport
from worklists.undo_images import Trail


def add_attempt(
    session: Session,
    task: Task,
    campaign: Campaign,
    code: CodeChoice | None,
    report: AttemptReport,
    trail: Trail,
    *,
    actor: Actor,
    now: datetime,
) -> Attempt:
    """Save what was said in the attempt, the mileage told with it too; a repeat copies (A16).

    ``now``: the moment of the call. Raises NothingToCopy, MileageWentDown, MileageImpossible.
    """
    if report.outcome is Outcome.REPEAT:
        assert report.copy_of_task_id is not None
        source = attempt_to_copy(session, task, report.copy_of_task_id, actor=actor)
        attempt = copied_attempt(source, task, form_key=report.form_key, actor=actor, now=now)
    else:
        attempt = _attempt(task, code, report, actor=actor, now=now)
        attempt.exemption = exemption_of(task, campaign)
    session.add(attempt)
    if attempt.copied_from_id is None and attempt.mileage_km is not None and task.asset_id:
        reading = record_mileage(
            session,
            task.asset_id,
            km=attempt.mileage_km,
            read_on=local_day(now, task.time_zone),
            source=MileageSource.CLIENT,
            is_lower_confirmed=report.mileage_is_lower_confirmed,
            actor=actor,
        )
        trail.add("readings", reading.id)
    session.flush()
    return attempt


def _attempt(
    task: Task, code: CodeChoice | None, report: AttemptReport, *, actor: Actor, now: datetime
) -> Attempt:
    return Attempt(
        task_id=task.id,
        unit_id=task.unit_id,
        client_id=task.client_id,
        campaign_id=task.campaign_id,
        asset_id=task.asset_id,
        employee_id=actor.person,
        contact_point_id=report.contact_point_id,
        outcome=report.outcome,
        result_version_id=code.version_id if code else None,
        comment=report.comment.strip(),
        mileage_km=report.mileage_km,
        acquisition_id=report.acquisition_id,
        at=now,
        form_key=report.form_key,
        caller=report.caller,
    )
