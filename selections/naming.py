"""Selections of one unit are told apart by their names: none is given twice (A9)."""

import re
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.locks import exclusively
from selections.drafts import LONGEST_NAME
from selections.models import Selection
from selections.refusals import SelectionNameTaken

_NUMBERED = re.compile(r" \([2-9]\d{0,3}\)$| \(1\d{1,3}\)$")


def require_free_name(
    session: Session, name: str, *, unit_id: int, selection_id: int | None = None
) -> None:
    """Raises SelectionNameTaken for that of another selection in use of the unit, in any case.

    ``selection_id``: whose name it will be. Holds the names until the transaction ends.
    """
    if name.casefold() in _taken(session, unit_id, selection_id):
        raise SelectionNameTaken(name)


def free_name(session: Session, name: str, *, unit_id: int, selection_id: int | None = None) -> str:
    """The name, or «… (2)», «… (3)» where that is taken. Holds the names as above."""
    taken = _taken(session, unit_id, selection_id)
    if name.casefold() not in taken:
        return name
    bare = _NUMBERED.sub("", name)
    for number in count(2):
        end = f" ({number})"
        found = bare[: LONGEST_NAME - len(end)] + end
        if found.casefold() not in taken:
            return found
    raise AssertionError("a number is always free")


def _taken(session: Session, unit_id: int, selection_id: int | None) -> set[str]:
    # Two savings at once would not see each other's name.
    exclusively(session, f"names of selections of {unit_id}")
    named = select(Selection.name).where(
        Selection.unit_id == unit_id,
        Selection.archived_at.is_(None),
        Selection.id != (selection_id or 0),
    )
    # Compared here: SQLite knows the case of Latin letters only.
    return {one.casefold() for one in session.scalars(named)}
