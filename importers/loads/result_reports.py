"""A row of results as the report that a person would have filled in, and what may stand against it.

Pure. What the form of an outcome asks and a file does not hold follows from the result's flags.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from campaigns.models import Outcome
from core.errors import Invalid, NotPermitted, ProzvonError
from directory.assets.mileage import MileageImpossible, MileageWentDown
from importers.fields import Field
from importers.loads.call_work import CallTask
from importers.loads.told import Ruling, Verdict
from importers.problems import RowProblem, RowProblemCode
from importers.result_words import Meaning
from importers.typed_rows import TypedRow
from importers.typed_values import told_value
from worklists.attempts import AttemptReport, NewTask
from worklists.consequences import NextDateRequired
from worklists.leases import HeldByAnother
from worklists.lifecycle import StepRefused, TaskState
from worklists.made_elsewhere import CalledBeforeLast, CalledBeforeTask, CalledInFuture
from worklists.models.task import TaskKind
from worklists.report_checks import CommentRequired, MileageWithoutAsset

MileageRefused = (MileageImpossible, MileageWentDown, MileageWithoutAsset)
"""What stands against the mileage alone: the call was made all the same."""
_MORNING = time(10)
_SOON = timedelta(hours=1)
_NEXT_DATE = frozenset({"new_task_due_at", "control_at"})


@dataclass(frozen=True, slots=True)
class RowReport:
    """``variants``: the report, then the same without the mileage, if one is told."""

    variants: tuple[AttemptReport, ...]
    problems: tuple[RowProblem, ...]


def report_of(
    row: TypedRow,
    task: CallTask,
    meant: Meaning,
    at: datetime,
    *,
    zone: str,
    contact_point_id: int | None,
    acquisition_id: int | None,
    caller: str | None,
) -> RowReport:
    """What the row reports of the call at ``at``.

    The day told is that of control where the result is watched, else that of a callback. Without
    one a result that neither waits for a day nor is watched ends the work.
    """
    code, next_at = meant.code, _next_at(row, at, zone)
    is_talk = code is not None and meant.outcome is Outcome.INTERVIEW
    is_watched = is_talk and code is not None and code.allows_control
    new_task = control_at = None
    problems: list[RowProblem] = []
    if next_at is not None and is_watched:
        control_at = next_at
    elif next_at is not None and is_talk:
        new_task = _callback(next_at, caller)
    elif next_at is not None:
        said = told_value(row.values[Field.NEXT_ON])
        problems.append(
            RowProblem(row.headings.get(Field.NEXT_ON, ""), RowProblemCode.NOT_TAKEN, said)
        )
    needs_date = code is not None and code.needs_next_date
    report = AttemptReport(
        outcome=meant.outcome,
        result_code_id=meant.result_code_id,
        comment=_comment(row, is_required=code is not None and code.comment_required),
        mileage_km=cast(int | None, row.values.get(Field.MILEAGE_KM)),
        acquisition_id=acquisition_id if code is not None and code.asks_acquisition else None,
        contact_point_id=contact_point_id,
        goal_reached=is_talk and not is_watched and not needs_date and next_at is None,
        control_at=control_at,
        new_task=new_task,
        caller=caller,
        version=0,
        form_key=f"elsewhere:{task.id}:{at.isoformat()}:{meant.outcome}:{meant.result_code_id}",
    )
    bare = () if report.mileage_km is None else (replace(report, mileage_km=None),)
    return RowReport((report, *bare), tuple(problems))


def refusal_of(error: ProzvonError, row: TypedRow) -> Ruling:
    """What a refusal of the use-case means for the row. Raises NotPermitted as it came."""
    match error:
        case NotPermitted():
            raise error  # of whoever loads, not of the row
        case HeldByAnother():
            return _ruling(Verdict.BLOCKED, RowProblemCode.IN_HAND)
        case StepRefused(state=TaskState.ON_CONTROL):
            return _ruling(Verdict.BLOCKED, RowProblemCode.ON_CONTROL)
        case CalledInFuture():
            return _of_cell(row, RowProblemCode.IN_FUTURE, Field.CALLED_AT)
        case CalledBeforeTask():
            return _ruling(Verdict.SKIPPED, RowProblemCode.BEFORE_TASK)
        case CalledBeforeLast():
            return _ruling(Verdict.SKIPPED, RowProblemCode.OLDER_NEWS)
        case NextDateRequired():
            return _lacking(Field.NEXT_ON)
        case CommentRequired():
            return _lacking(Field.COMMENT)
        case Invalid() if error.field in _NEXT_DATE and Field.NEXT_ON in row.values:
            return _of_cell(row, RowProblemCode.OUT_OF_RANGE, Field.NEXT_ON)
        case Invalid():
            return _of_cell(row, RowProblemCode.RESULT_NEEDS_MORE, Field.OUTCOME)
        case _:
            return _ruling(Verdict.BLOCKED, RowProblemCode.CHANGED_MEANWHILE)


def _callback(at: datetime, caller: str | None) -> NewTask:
    """Whoever promised it makes it; what nobody of ours promised, anybody of the unit may."""
    return NewTask(
        kind=TaskKind.CALLBACK,
        due_at=at,
        is_anyones=caller is not None,
    )


def _next_at(row: TypedRow, called_at: datetime, zone: str) -> datetime | None:
    """At the moment told; without a time of day in the morning, and never before the call.

    Of the day of the call itself: a little later.
    """
    told = cast(date | None, row.values.get(Field.NEXT_ON))
    if told is None:
        return None
    moment = told if isinstance(told, datetime) else datetime.combine(told, _MORNING)
    at = moment.replace(tzinfo=ZoneInfo(zone))
    if called_at.astimezone(ZoneInfo(zone)).date() != at.date():
        return at
    has_time = moment is told
    return at if has_time and at > called_at else max(at, called_at + _SOON)


def _comment(row: TypedRow, *, is_required: bool) -> str:
    """Comment and reason; where one is needed and none is told, the words of the result itself."""
    told = [str(row.values[one]) for one in (Field.COMMENT, Field.REASON) if one in row.values]
    if not told and is_required:
        told = [str(row.values[Field.OUTCOME])]
    return "\n".join(told)


def _ruling(verdict: Verdict, code: RowProblemCode) -> Ruling:
    return Ruling(verdict, (RowProblem("", code),))


def _lacking(field: Field) -> Ruling:
    return Ruling(Verdict.INVALID, (RowProblem("", RowProblemCode.MISSING_VALUE, field.value),))


def _of_cell(row: TypedRow, code: RowProblemCode, field: Field) -> Ruling:
    said = told_value(row.values.get(field, ""))
    return Ruling(Verdict.INVALID, (RowProblem(row.headings.get(field, ""), code, said),))
