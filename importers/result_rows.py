"""Every row of a file with what came of it, in the order of the file (rule 20)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from core.access import Actor
from directory.clients.models import Client
from importers.called import Called, called_instead, first_phone
from importers.files import get_file
from importers.models import ImportedFile, ImportedRow
from importers.plans import RowPlan, campaign_of, planned_rows
from importers.problems import RowProblem
from importers.readings import problems_of
from selections.models import Lead, RunSource, SelectionRun
from worklists.lifecycle import OPEN
from worklists.models.task import Task
from worklists.verdicts import BlockRule


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row as it stands in the file, and what came of it so far.

    ``is_formed``: its task was formed from this file. ``plan``: what would happen to it now.
    ``task_id``: that task, or the open one that it already has; None: there is none.
    """

    row_no: int
    cells: tuple[str, ...]
    is_formed: bool
    plan: RowPlan
    block: BlockRule | None
    duplicate_of: int | None
    problems: tuple[RowProblem, ...]
    warnings: tuple[RowProblem, ...]
    client: str
    called: Called | None
    """Who is called, when the row names nobody or somebody else."""
    task_id: int | None
    work_list_id: int | None

    @property
    def is_remarked(self) -> bool:
        """Whether somebody should look at it: something is told of it, or nobody will be called."""
        idle = (RowPlan.DUPLICATE, RowPlan.BLOCKED)
        return bool(self.problems or self.warnings) or self.plan in idle


def runs_of(session: Session, file: ImportedFile) -> list[int]:
    """The runs that formings from the file have made."""
    query = select(SelectionRun.id).where(
        SelectionRun.source == RunSource.FILE,
        SelectionRun.unit_id == file.unit_id,
        SelectionRun.parameters["imported_file_id"].as_integer() == file.id,
    )
    return list(session.scalars(query.order_by(SelectionRun.id)))


def result_rows(
    session: Session, file_id: int, *, actor: Actor, now: datetime
) -> Iterator[ResultRow]:
    """All rows of the file, a thousand at a time. Raises NotFound, NotPermitted."""
    file = get_file(session, file_id, actor=actor)
    planned = planned_rows(session, file, now)
    formed = _formed_task(runs_of(session, file))
    standing = _open_task(session, file, planned.c.client_id)
    lines = (
        select(
            ImportedRow.row_no,
            ImportedRow.cells,
            ImportedRow.problems,
            ImportedRow.duplicate_of,
            planned.c.plan,
            planned.c.block,
            ImportedRow.reading["name"].as_string().label("named"),
            Client.name.label("client"),
            Client.name_norm,
            first_phone(planned.c.client_id).label("first_phone"),
            formed.label("formed"),
            case((planned.c.plan == RowPlan.IN_WORK.value, standing)).label("standing"),
        )
        .join(planned, planned.c.id == ImportedRow.id)
        .outerjoin(Client, Client.id == planned.c.client_id)
        .subquery()
    )
    query = (
        select(lines, Task.work_list_id)
        .outerjoin(Task, Task.id == func.coalesce(lines.c.formed, lines.c.standing))
        .order_by(lines.c.row_no)
    )
    for row in session.execute(query, execution_options={"yield_per": 1000}):
        plan = RowPlan(row.plan)
        yield ResultRow(
            row_no=row.row_no,
            cells=tuple(row.cells),
            is_formed=row.formed is not None,
            plan=plan,
            block=BlockRule(row.block) if row.block is not None else None,
            duplicate_of=row.duplicate_of,
            problems=problems_of(row.problems, rejecting=True),
            warnings=problems_of(row.problems, rejecting=False),
            client=row.client or "",
            called=called_instead(row.named, plan, row.client, row.name_norm, row.first_phone),
            task_id=row.formed or row.standing,
            work_list_id=row.work_list_id,
        )


def _formed_task(run_ids: list[int]) -> ColumnElement[int | None]:
    """The task that was formed of the row's client and vehicle by one of these runs."""
    return (
        select(Task.id)
        .join(Lead, Lead.id == Task.lead_id)
        .where(
            Lead.run_id.in_(run_ids),
            Lead.client_id == ImportedRow.client_id,
            Lead.asset_key == func.coalesce(ImportedRow.asset_id, 0),
            ImportedRow.formed_at.is_not(None),
        )
        .order_by(Task.id)
        .limit(1)
        .scalar_subquery()
    )


def _open_task(
    session: Session, file: ImportedFile, client_id: ColumnElement[int | None]
) -> ColumnElement[int | None]:
    """The open task on which the row would have been a second one."""
    return (
        select(Task.id)
        .where(
            Task.unit_id == file.unit_id,
            Task.campaign_id == campaign_of(session, file).id,
            Task.client_id == client_id,
            Task.asset_key == func.coalesce(ImportedRow.asset_id, 0),
            Task.state.in_(OPEN),
        )
        .order_by(Task.id)
        .limit(1)
        .scalar_subquery()
    )
