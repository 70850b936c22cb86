"""The outcome form filled in with what was taken back: to be mended, not typed again (rule 9)."""

from datetime import datetime, time
from typing import Any

from campaigns.models import Outcome
from webui.requests import session
from webui.tasks.card import Card
from worklists.far_dates import ASKED_BEYOND
from worklists.models.attempt import ServiceRequest
from worklists.models.task import Task, TaskKind
from worklists.reports import InvolvementDraft
from worklists.undone_report import UndoneReport, undone_report


def undone_values(card: Card) -> dict[str, Any]:
    """Values of the outcome form by field; nothing when the newest attempt stands."""
    report = undone_report(session(), card.page.task.id)
    if report is None:
        return {}
    attempt = report.attempt
    values: dict[str, Any] = {"comment": attempt.comment, "settles": list(report.settled)}
    if report.copy_of_task_id is not None:
        values |= {"outcome": Outcome.REPEAT.value, "copy_of_task_id": report.copy_of_task_id}
    else:
        values |= _said(report)
    if report.planned is not None:
        values |= _plan(report.planned, card)
    if report.request is not None:
        values |= _booking(report.request)
    if report.involve is not None:
        values |= _asked(report.involve, card)
    return values


def _said(report: UndoneReport) -> dict[str, Any]:
    attempt = report.attempt
    return {
        "outcome": attempt.outcome.value,
        f"result_{attempt.outcome.value}": report.result_code_id,
        "contact_point_id": attempt.contact_point_id,
        "mileage_km": attempt.mileage_km,
        "acquisition_id": attempt.acquisition_id,
        "goal_reached": report.goal_reached,
        "control_at": _ahead(report.control_at, attempt.at),
    }


def _plan(task: Task, card: Card) -> dict[str, Any]:
    mine = task.performer_id == card.actor.employee_id
    return {
        "plan": True,
        "plan_kind": task.kind.value,
        "plan_due": _ahead(task.due_at, card.now),
        "plan_far_confirmed": task.due_at - card.now > ASKED_BEYOND,
        "plan_comment": task.comment,
        "plan_performer": None if mine else task.performer_id,
        "plan_anyone": task.kind is TaskKind.CALLBACK and task.performer_id is None,
    }


def _booking(request: ServiceRequest) -> dict[str, Any]:
    minute = request.wanted_minute
    return {
        "book": True,
        "book_workshop": request.workshop_id,
        "book_on": request.wanted_on,
        "book_time": time(minute // 60, minute % 60) if minute is not None else None,
        "book_kind": request.work_kind_id,
        "book_slot": minute,
        "book_work": request.work,
        "book_comment": request.comment,
    }


def _asked(involve: InvolvementDraft, card: Card) -> dict[str, Any]:
    return {
        "involve": True,
        "involve_unit": involve.unit_id,
        "involve_text": involve.text,
        "involve_due": _ahead(involve.due_at, card.now),
        "involve_documents": involve.with_documents,
    }


def _ahead(at: datetime | None, now: datetime) -> datetime | None:
    """A moment that has passed meanwhile has to be chosen anew."""
    return at if at is not None and at > now else None
