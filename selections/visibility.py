"""Which selections a person sees (rule 22).

People of the selection's unit and of units above it change it. People of units below it, and those
of units that it is shared with and of units below those, run it.
"""

from sqlalchemy import ColumnElement, exists, or_, select

from core.access import Actor
from directory.units.models import UnitPath
from selections.models import Selection, SelectionShare
from selections.permissions import SelectionPermission


def selection_is_visible(actor: Actor) -> ColumnElement[bool]:
    """Condition on ``selections``."""
    mine_and_above = select(UnitPath.ancestor_id).where(
        UnitPath.descendant_id.in_(sorted(actor.unit_ids))
    )
    shared = exists().where(
        SelectionShare.selection_id == Selection.id, SelectionShare.unit_id.in_(mine_and_above)
    )
    return or_(Selection.unit_id.in_(mine_and_above), shared)


def may_define(selection: Selection, actor: Actor) -> bool:
    """Whether the person may change it."""
    return selection.unit_id in actor.unit_ids and actor.may(SelectionPermission.DEFINE)
