"""Which rows a person sees: those of the units given to them and below (rule 22)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from core.access import Actor
from worklists.models.task import Task
from worklists.models.work_list import WorkList


def tasks_visible_to(actor: Actor) -> Select[Task]:
    """The tasks of this person's units."""
    return select(Task).where(task_is_visible(actor))


TASK_IS_VISIBLE = Task.unit_id.in_(bindparam("of_units", expanding=True))
"""``task_is_visible`` for statements built once; its value comes from ``seen_by``."""


def seen_by(actor: Actor) -> dict[str, Any]:
    """The value of ``TASK_IS_VISIBLE``."""
    return {"of_units": sorted(actor.unit_ids)}


def task_is_visible(actor: Actor) -> ColumnElement[bool]:
    """Condition on ``tasks`` for joins."""
    return Task.unit_id.in_(actor.unit_ids)


def work_list_is_visible(actor: Actor) -> ColumnElement[bool]:
    """Condition on ``work_lists`` for joins."""
    return WorkList.unit_id.in_(actor.unit_ids)
