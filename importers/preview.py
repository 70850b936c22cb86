"""What will happen to each row of a file if work-lists are formed now; worked out at each look.

The same predicates decide that form work-lists (``worklists.forming``, ``worklists.verdicts``).
Every row is in exactly one group, so that the counts add up to the rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, String, and_, case, cast, func, select
from sqlalchemy.orm import Session

from core.access import Actor
from directory.clients.models import Client
from directory.units.models import Unit
from importers.called import Called, called_instead, first_phone
from importers.files import get_file
from importers.models import ImportedFile, ImportedRow, RowFate
from importers.plans import CHOOSABLE, RowPlan, planned_rows
from importers.problems import RowProblem
from importers.readings import problems_of
from worklists.models.work_list import WorkList
from worklists.verdicts import BlockRule

PAGE_SIZE = 100


@dataclass(frozen=True, kw_only=True)
class PreviewRow:
    """One row as the page shows it."""

    id: int
    row_no: int
    plan: RowPlan
    fate: RowFate
    client_id: int | None
    name: str
    phones: tuple[str, ...]
    vehicle: str
    vin: str
    last_visit_on: date | None
    planned_on: date | None
    mileage_km: int | None
    block: BlockRule | None
    called: Called | None
    """Who will be called, when the row names nobody or somebody else."""
    work_list_id: int | None
    """The open work-list that it is in or will be added to."""
    elsewhere: str | None
    """The other unit in which the client has an open work-list, whoever may see it."""
    duplicate_of: int | None
    problems: tuple[RowProblem, ...]
    warnings: tuple[RowProblem, ...]

    @property
    def is_choosable(self) -> bool:
        """Whether a task would be formed from it."""
        return self.plan in CHOOSABLE


@dataclass(frozen=True, kw_only=True)
class Preview:
    """One page of a file's rows, and how many rows each plan has."""

    file: ImportedFile
    counts: Mapping[RowPlan, int]
    warnings: Mapping[RowPlan, int]
    """Rows that are taken with a warning."""
    rows: Sequence[PreviewRow]
    page: int
    pages: int

    @property
    def total(self) -> int:
        """All rows of the file."""
        return sum(self.counts.values())

    @property
    def choosable(self) -> int:
        """Rows from which a task would be formed."""
        return self.choosable_of()

    @property
    def warned(self) -> int:
        """All rows that are taken with a warning."""
        return sum(self.warnings.values())

    @property
    def remarked(self) -> int:
        """Rows that somebody should look at: those of ``importers.error_rows``."""
        idle = (RowPlan.DUPLICATE, RowPlan.REJECTED, RowPlan.BLOCKED)
        told = sum(count for plan, count in self.warnings.items() if plan not in idle)
        return told + sum(self.counts.get(plan, 0) for plan in idle)

    def choosable_of(self, plan: RowPlan | None = None, *, warned: bool = False) -> int:
        """Rows of this filter from which a task would be formed."""
        counts = self.warnings if warned else self.counts
        return sum(counts.get(one, 0) for one in CHOOSABLE if plan in (None, one))


def preview(
    session: Session,
    file_id: int,
    *,
    actor: Actor,
    now: datetime,
    plan: RowPlan | None = None,
    warned: bool = False,
    page: int = 1,
) -> Preview:
    """One page (counted from 1) of what will happen now.

    ``plan`` narrows it to one group, ``warned`` to the rows that are taken with a warning.
    """
    file = get_file(session, file_id, actor=actor)
    planned = planned_rows(session, file, now)
    counted = session.execute(
        select(planned.c.plan, func.count(), func.count(case((_is_warned(planned), 1))))
        .join(ImportedRow, ImportedRow.id == planned.c.id)
        .group_by(planned.c.plan)
    ).all()
    counts = dict.fromkeys(RowPlan, 0) | {RowPlan(key): count for key, count, _ in counted}
    warnings = {RowPlan(key): count for key, _, count in counted}
    here = warnings if warned else counts
    of_filter = {key: count for key, count in here.items() if plan is None or key is plan}
    pages = max(1, -(-sum(of_filter.values()) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    return Preview(
        file=file,
        counts=counts,
        warnings=warnings,
        rows=list(_page(session, file, planned, _narrowed(planned, plan, warned), page)),
        page=page,
        pages=pages,
    )


def choosable_ids(
    session: Session,
    file_id: int,
    *,
    actor: Actor,
    now: datetime,
    plan: RowPlan | None = None,
    warned: bool = False,
) -> set[int]:
    """The rows of a filter of the preview from which a task would be formed now."""
    file = get_file(session, file_id, actor=actor)
    planned = planned_rows(session, file, now)
    query = (
        select(ImportedRow.id)
        .join(planned, planned.c.id == ImportedRow.id)
        .where(planned.c.plan.in_(CHOOSABLE), *_narrowed(planned, plan, warned))
    )
    return set(session.scalars(query))


def _narrowed(planned: CTE, plan: RowPlan | None, warned: bool) -> list[ColumnElement[bool]]:
    conditions = [planned.c.plan == plan.value] if plan is not None else []
    return [*conditions, _is_warned(planned)] if warned else conditions


def _is_warned(planned: CTE) -> ColumnElement[bool]:
    """The kept problems are [column, code, value, whether it rejects]: see ``readings``."""
    taken = planned.c.plan.not_in((RowPlan.REJECTED.value, RowPlan.DUPLICATE.value))
    return and_(taken, cast(ImportedRow.problems, String).like('%", false]%'))


def _page(
    session: Session,
    file: ImportedFile,
    planned: CTE,
    narrowed: list[ColumnElement[bool]],
    page: int,
) -> Iterator[PreviewRow]:
    work_list_id = (
        select(WorkList.id)
        .where(
            WorkList.unit_id == file.unit_id,
            WorkList.client_id == planned.c.client_id,
            WorkList.closed_at.is_(None),
        )
        .scalar_subquery()
    )
    elsewhere = (
        select(Unit.name)
        .join(WorkList, WorkList.unit_id == Unit.id)
        .where(
            WorkList.unit_id != file.unit_id,
            WorkList.client_id == planned.c.client_id,
            WorkList.closed_at.is_(None),
        )
        .order_by(WorkList.id)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            ImportedRow,
            planned.c.client_id,
            planned.c.plan,
            planned.c.block,
            work_list_id.label("work_list_id"),
            elsewhere.label("elsewhere"),
            Client.name,
            Client.name_norm,
            first_phone(planned.c.client_id).label("first_phone"),
        )
        .join(planned, planned.c.id == ImportedRow.id)
        .outerjoin(Client, Client.id == planned.c.client_id)
        .where(*narrowed)
        .order_by(ImportedRow.row_no)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    for row, client_id, told, block, list_id, other, *client in session.execute(query):
        called = called_instead(row.reading.get("name"), RowPlan(told), *client)
        yield _preview_row(row, client_id, RowPlan(told), block, list_id, other, called)


def _preview_row(
    row: ImportedRow,
    client_id: int | None,
    plan: RowPlan,
    block: str | None,
    list_id: int | None,
    elsewhere: str | None,
    called: Called | None,
) -> PreviewRow:
    reading: dict[str, Any] = row.reading
    words = (reading.get("make"), reading.get("model"), reading.get("year"))
    return PreviewRow(
        id=row.id,
        row_no=row.row_no,
        plan=plan,
        fate=row.fate,
        client_id=client_id,
        name=reading.get("name", ""),
        phones=tuple(phone[0] for phone in reading.get("phones", ())),
        vehicle=" ".join(str(word) for word in words if word),
        vin=reading.get("vin", ""),
        last_visit_on=_day(reading.get("last_visit_on")),
        planned_on=_day(reading.get("planned_on")),
        mileage_km=reading.get("mileage_km"),
        block=BlockRule(block) if block is not None else None,
        called=called,
        work_list_id=list_id,
        elsewhere=elsewhere,
        duplicate_of=row.duplicate_of,
        problems=problems_of(row.problems, rejecting=True),
        warnings=problems_of(row.problems, rejecting=False),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
