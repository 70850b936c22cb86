"""What the results of calls were understood as, for the kept rows of a page (A8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from campaigns.result_codes import codes_for
from importers.fields import Field
from importers.formats.results import RESULTS
from importers.kept_columns import columns_of
from importers.loads.callers import result_words
from importers.loads.models import LoadedRow, RecordLoad
from importers.result_words import Meaning
from worklists.models.task import Task


@dataclass(frozen=True, slots=True)
class MeantResult:
    """``name``: of the result code, "" where the words stand for the bare outcome."""

    outcome: Outcome
    name: str


def meant_results(
    session: Session, load: RecordLoad, rows: Sequence[LoadedRow], *, locale: str
) -> dict[int, MeantResult]:
    """Row number → what its words stand for in the campaign of its task.

    Rows without a task, and words that stand for nothing, are left out.
    """
    at = next((one.index for one in columns_of(load) if one.field is Field.OUTCOME), None)
    if load.format != RESULTS.code or at is None:
        return {}
    wanted = {row.task_id for row in rows if row.task_id is not None}
    tasks = session.execute(select(Task.id, Task.campaign_id).where(Task.id.in_(wanted)))
    campaigns = {task.id: task.campaign_id for task in tasks}
    words = {one: result_words(session, one) for one in set(campaigns.values())}
    names = {
        (one, code.result_code_id): code.name
        for one in words
        for code in codes_for(session, one, locale=locale)
    }
    found: dict[int, MeantResult] = {}
    for row in rows:
        campaign_id = campaigns.get(row.task_id or 0)
        text = str(row.cells[at]) if row.cells and at < len(row.cells) else ""
        meant = words[campaign_id].read(text) if campaign_id is not None and text.strip() else None
        if campaign_id is not None and isinstance(meant, Meaning):
            name = names.get((campaign_id, meant.result_code_id or 0), "")
            found[row.row_no] = MeantResult(meant.outcome, name)
    return found
