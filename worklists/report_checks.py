"""Is the report complete for its outcome and code? Flags decide, never names (rule 9)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import AcquisitionWay, Outcome
from campaigns.result_codes import CodeChoice, find_offered
from core.access import Actor
from core.clock import local_day
from core.errors import Invalid, Refused
from directory.assets.mileage import check_reading
from directory.clients.contact_points import get_contact_point
from worklists.consequences import ControlInPast
from worklists.far_dates import check_not_too_far
from worklists.involvement import check_involvement
from worklists.models.task import PHONING, Task
from worklists.permissions import WorkPermission
from worklists.planning import check_new_task
from worklists.reports import AttemptReport
from worklists.service_requests import check_service_request


class NotACall(Refused):
    """Outcomes are recorded for calls; other jobs are finished without one."""


class CodeRequired(Invalid):
    """An interview needs a result code of the task's campaign."""

    field = "result_code_id"


class CodeNotOffered(Invalid):
    """The code is not one of this campaign and outcome, or is archived."""

    field = "result_code_id"


class CommentRequired(Invalid):
    """This result needs a comment."""

    field = "comment"


class AcquisitionRequired(Invalid):
    """This result says how the service was acquired."""

    field = "acquisition_id"


class MileageWithoutAsset(Invalid):
    """A mileage belongs to a vehicle; this task has none."""

    field = "mileage_km"


class CopyRequired(Invalid):
    """A repeat copies the result of a finished task: choose it."""

    field = "copy_of_task_id"


class OnlyAfterInterview(Invalid):
    """Only a conversation settles other tasks."""

    field = "settles_task_ids"


def code_of(session: Session, task: Task, report: AttemptReport) -> CodeChoice | None:
    """The result code (or reason) of the report. Raises CodeRequired, CodeNotOffered."""
    if report.outcome is Outcome.REPEAT:
        return None
    if report.result_code_id is None:
        if report.outcome is Outcome.INTERVIEW:
            raise CodeRequired()
        return None
    code = find_offered(session, task.campaign_id, report.result_code_id)
    if code is None or code.outcome is not report.outcome:
        raise CodeNotOffered(report.result_code_id)
    return code


def check_report(
    session: Session,
    task: Task,
    code: CodeChoice | None,
    report: AttemptReport,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Raise what is missing from the report or wrong with it, if anything."""
    _check_texts(session, code, report)
    if report.outcome is Outcome.REPEAT and report.copy_of_task_id is None:
        raise CopyRequired()
    if report.settles_task_ids and report.outcome is not Outcome.INTERVIEW:
        raise OnlyAfterInterview(report.outcome)
    if report.contact_point_id is not None:
        get_contact_point(session, report.contact_point_id, client_id=task.client_id)
    if report.outcome is not Outcome.REPEAT:
        _check_mileage(session, task, report, now)
    _check_additions(session, task, report, actor=actor, now=now)


def faults_of(
    session: Session,
    task: Task,
    code: CodeChoice | None,
    report: AttemptReport,
    *,
    actor: Actor,
    now: datetime,
) -> list[Invalid]:
    """Everything that is wrong with the report at once; what it does not hold is not judged."""
    bare = replace(report, new_task=None, service_request=None, involve=None)
    alone = (
        replace(bare, new_task=report.new_task),
        replace(bare, service_request=report.service_request),
        replace(bare, involve=report.involve),
    )
    checks: list[Callable[[], None]] = [
        partial(_check_texts, session, code, report),
        partial(_check_mileage, session, task, report, now),
        *(partial(_check_additions, session, task, one, actor=actor, now=now) for one in alone),
    ]
    found: list[Invalid] = []
    for check in checks:
        try:
            check()
        except Invalid as error:
            found.append(error)
    try:
        _check_control_at(report, now)
    except Invalid as error:
        found.append(error)
    return found


def _check_control_at(report: AttemptReport, now: datetime) -> None:
    if report.control_at is None:
        return
    if report.control_at <= now:
        raise ControlInPast(report.control_at)
    check_not_too_far(report.control_at, now=now, field=ControlInPast.field)


def _check_texts(session: Session, code: CodeChoice | None, report: AttemptReport) -> None:
    if code is not None and code.comment_required and not report.comment.strip():
        raise CommentRequired()
    if report.acquisition_id is None:
        if code is not None and code.asks_acquisition:
            raise AcquisitionRequired()
        return
    known = select(AcquisitionWay.id).where(
        AcquisitionWay.id == report.acquisition_id, ~AcquisitionWay.is_archived
    )
    if session.scalar(known) is None:
        raise AcquisitionRequired(report.acquisition_id)


def _check_mileage(session: Session, task: Task, report: AttemptReport, now: datetime) -> None:
    if report.mileage_km is None:
        return
    if task.asset_id is None:
        raise MileageWithoutAsset(report.mileage_km)
    check_reading(
        session,
        task.asset_id,
        report.mileage_km,
        read_on=local_day(now, task.time_zone),
        is_lower_confirmed=report.mileage_is_lower_confirmed,
    )


def _check_additions(
    session: Session, task: Task, report: AttemptReport, *, actor: Actor, now: datetime
) -> None:
    if report.new_task is not None:
        check_new_task(session, task.unit_id, report.new_task, now=now)
    if report.service_request is not None:
        actor.require(WorkPermission.BOOK_SERVICE)
        check_service_request(session, task, report.service_request, actor=actor, now=now)
    if report.involve is not None:
        actor.require(WorkPermission.INVOLVE)
        check_involvement(session, task.unit_id, report.involve, now=now)


def require_call(task: Task) -> None:
    """Raise NotACall for a job in which nobody is phoned."""
    if task.kind not in PHONING:
        raise NotACall(task.kind)
