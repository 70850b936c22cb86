"""When a control comes due: in the working time of the unit that watches (A16, rule 15)."""

from dataclasses import replace

from sqlalchemy.orm import Session

from core.access import Actor
from worklists.consequences import Decision
from worklists.due_times import working_moment
from worklists.lifecycle import TaskAction
from worklists.models.task import Task


def in_working_time(session: Session, task: Task, decision: Decision, *, actor: Actor) -> Decision:
    """The decision with its control moved into the unit's working time; others stay."""
    if decision.action is not TaskAction.PUT_ON_CONTROL or decision.at is None:
        return decision
    at = working_moment(session, task.unit_id, decision.at, actor=actor)
    return replace(decision, at=at, consequence=replace(decision.consequence, at=at))
