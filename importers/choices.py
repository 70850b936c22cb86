"""What a person has ticked in a file: kept per person until it is used (A8)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from importers.files import get_file
from importers.models import RowChoice


@dataclass(frozen=True)
class KeptChoice:
    """``scope``: the filter whose rows are all meant but the ``excluded``; ``ticked`` beside."""

    scope: str = ""
    ticked: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()


def kept_choice(session: Session, file_id: int, *, actor: Actor) -> KeptChoice:
    """What this person has ticked there; an empty choice when nothing. Raises NotFound."""
    get_file(session, file_id, actor=actor)
    kept = session.get(RowChoice, (file_id, actor.employee_id), populate_existing=True)
    if kept is None:
        return KeptChoice()
    return KeptChoice(kept.scope, frozenset(kept.ticked), frozenset(kept.excluded))


def keep_choice(
    session: Session,
    file_id: int,
    *,
    scope: str = "",
    ticked: Collection[int] = (),
    excluded: Collection[int] = (),
    actor: Actor,
) -> None:
    """Remember the choice instead of the one before; an empty one is forgotten. Raises NotFound."""
    get_file(session, file_id, actor=actor)
    if not scope and not ticked:
        of_this = (RowChoice.file_id == file_id, RowChoice.employee_id == actor.employee_id)
        session.execute(delete(RowChoice).where(*of_this))
        return
    chosen = {"scope": scope, "ticked": sorted(ticked), "excluded": sorted(excluded)}
    values = {"file_id": file_id, "employee_id": actor.employee_id, **chosen}
    insert = insert_into(session, RowChoice).values(values)
    session.execute(
        insert.on_conflict_do_update(index_elements=["file_id", "employee_id"], set_=chosen)
    )
