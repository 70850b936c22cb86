"""Making and changing selections: every saving is a version, and nobody overwrites another.

The rules of a definition are checked before it is written; what was saved once stays readable.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from core.journal import record
from directory.units.models import Unit, UnitPath
from directory.units.tree import get_unit
from selections.drafts import checked, usable_words
from selections.events import (
    SelectionArchived,
    SelectionCreated,
    SelectionRenamed,
    SelectionRestored,
    SelectionSaved,
    SelectionShared,
)
from selections.fields import Catalogue
from selections.models import Selection, SelectionShare, SelectionVersion
from selections.naming import free_name, require_free_name
from selections.permissions import SelectionPermission
from selections.reading import get_selection, newest_version, version_of
from selections.refusals import (
    SelectionChangedByAnother,
    SelectionOutOfUse,
)
from selections.rules import Definition
from selections.visibility import may_define
from selections.wire import from_wire, to_wire


def create_selection(
    session: Session,
    *,
    name: str,
    unit_id: int,
    definition: Definition,
    kind: str | None = None,
    note: str = "",
    actor: Actor,
    now: datetime,
    catalogue: Catalogue,
) -> Selection:
    """A selection of the unit with its first version; ``kind``: the shipped one it began as.

    Raises NotFound for a unit of others, NotPermitted, DefinitionFaulty, SelectionNameMissing,
    SelectionNameTaken, SelectionNoteTooLong, DefinitionUnreadable for one that is too large.
    """
    actor.require(SelectionPermission.DEFINE)
    get_unit(session, unit_id, actor=actor)
    written = checked(session, definition, None, actor=actor, now=now, catalogue=catalogue)
    name, note = usable_words(name, note)
    require_free_name(session, name, unit_id=unit_id)
    return _add(
        session, unit_id=unit_id, kind=kind, name=name, note=note, definition=written,
        actor=actor, now=now,
    )  # fmt: skip


def save_version(
    session: Session,
    selection_id: int,
    *,
    name: str,
    note: str,
    definition: Definition,
    opened_version: int,
    actor: Actor,
    now: datetime,
    catalogue: Catalogue,
) -> SelectionVersion:
    """What the selection says from now on; the newest version as it is, when nothing changed.

    ``opened_version``: the number that was the newest when the person began. Raises
    SelectionChangedByAnother, SelectionOutOfUse, and what ``create_selection`` raises.
    """
    selection = _to_change(session, selection_id, actor=actor)
    newest = newest_version(session, selection_id)
    if selection.version_no != opened_version:
        session.expunge(newest)  # to be read after the rollback
        raise SelectionChangedByAnother(newest)
    written = checked(session, definition, selection_id, actor=actor, now=now, catalogue=catalogue)
    name, note = usable_words(name, note)
    wire, is_renamed = to_wire(written), (name, note) != (selection.name, selection.note)
    _require_free(session, selection, name)
    selection.name, selection.note = name, note
    if wire == newest.definition:
        if is_renamed:
            event = SelectionRenamed(selection_id=selection_id, name=name)
            record(session, event, actor=actor, at=now)
        return newest
    selection.version_no = newest.number + 1
    version = SelectionVersion(
        selection_id=selection_id, number=selection.version_no, name=name, definition=wire,
        saved_by=actor.person, saved_at=now,
    )  # fmt: skip
    session.add(version)
    session.flush()
    saved = SelectionSaved(selection_id=selection_id, number=version.number)
    record(session, saved, actor=actor, at=now)
    return version


def return_to_version(
    session: Session,
    selection_id: int,
    *,
    number: int,
    opened_version: int,
    actor: Actor,
    now: datetime,
    catalogue: Catalogue,
) -> SelectionVersion:
    """Let it say again what version ``number`` said, as its newest one; name and note stay.

    Raises DefinitionTooNew, and what ``save_version`` raises; NotFound for no such version.
    """
    selection = _to_change(session, selection_id, actor=actor)
    older = version_of(session, selection_id, number)
    return save_version(
        session, selection_id, name=selection.name, note=selection.note,
        definition=from_wire(older.definition), opened_version=opened_version, actor=actor,
        now=now, catalogue=catalogue,
    )  # fmt: skip


def copy_selection(
    session: Session,
    selection_id: int,
    *,
    name: str,
    unit_id: int | None = None,
    version_no: int | None = None,
    actor: Actor,
    now: datetime,
) -> Selection:
    """A selection of the person's own that says the same, whatever may be wrong with it.

    Where the unit has one of this name, it is called «… (2)».
    ``unit_id`` None: of the same unit if that is theirs, else of the highest of their units.
    ``version_no`` None: the newest one. Raises NotFound, NotPermitted, SelectionNameMissing,
    DefinitionUnreadable, DefinitionTooNew.
    """
    actor.require(SelectionPermission.DEFINE)
    origin = get_selection(session, selection_id, actor=actor)
    if unit_id is None:
        is_theirs = origin.unit_id in actor.unit_ids
        unit_id = origin.unit_id if is_theirs else _highest_unit(session, actor)
    get_unit(session, unit_id, actor=actor)
    version = (
        newest_version(session, origin.id)
        if version_no is None else version_of(session, origin.id, version_no)
    )  # fmt: skip
    definition = from_wire(version.definition)
    name = free_name(session, usable_words(name, "")[0], unit_id=unit_id)
    return _add(
        session, unit_id=unit_id, kind=origin.kind, copied_from_id=origin.id, name=name,
        note=origin.note, definition=definition, actor=actor, now=now,
    )  # fmt: skip


def archive_selection(
    session: Session, selection_id: int, *, actor: Actor, now: datetime
) -> Selection:
    """No longer offer it, nor run it by the clock; other rules that use it keep it. Harmless twice.

    Raises NotFound, NotPermitted.
    """
    selection = _to_change(session, selection_id, with_archived=True, actor=actor)
    if selection.archived_at is None:
        selection.archived_at = now
        record(session, SelectionArchived(selection_id=selection_id), actor=actor, at=now)
    return selection


def restore_selection(
    session: Session, selection_id: int, *, actor: Actor, now: datetime
) -> Selection:
    """Offer it again, as «… (2)» where its name was given anew. Harmless twice.

    Raises NotFound, NotPermitted.
    """
    selection = _to_change(session, selection_id, with_archived=True, actor=actor)
    if selection.archived_at is not None:
        name = free_name(
            session, selection.name, unit_id=selection.unit_id, selection_id=selection_id
        )
        if name != selection.name:
            selection.name = name
            renamed = SelectionRenamed(selection_id=selection_id, name=name)
            record(session, renamed, actor=actor, at=now)
        selection.archived_at = None
        record(session, SelectionRestored(selection_id=selection_id), actor=actor, at=now)
    return selection


def share_selection(
    session: Session, selection_id: int, *, unit_ids: Collection[int], actor: Actor, now: datetime
) -> None:
    """Let the people of exactly these units run it beside its own; any units in use may be named.

    Raises NotFound, NotPermitted, SelectionOutOfUse.
    """
    selection = _to_change(session, selection_id, actor=actor)
    wanted = set(unit_ids) - {selection.unit_id}
    before = set(shares_of(session, selection_id, actor=actor))
    usable = select(Unit.id).where(Unit.id.in_(wanted), ~Unit.is_archived)
    missing = wanted - before - set(session.scalars(usable))
    if missing:
        raise NotFound("unit", min(missing))
    if wanted == before:
        return
    session.execute(delete(SelectionShare).where(SelectionShare.selection_id == selection_id))
    if wanted:
        rows = [{"selection_id": selection_id, "unit_id": one} for one in sorted(wanted)]
        session.execute(insert(SelectionShare), rows)
    event = SelectionShared(selection_id=selection_id, unit_ids=tuple(sorted(wanted)))
    record(session, event, actor=actor, at=now)


def shares_of(session: Session, selection_id: int, *, actor: Actor) -> list[int]:
    """Ids of the units it is shared with. Raises NotFound, NotPermitted."""
    get_selection(session, selection_id, actor=actor)
    shares = select(SelectionShare.unit_id).where(SelectionShare.selection_id == selection_id)
    return sorted(session.scalars(shares))


def _to_change(
    session: Session, selection_id: int, *, with_archived: bool = False, actor: Actor
) -> Selection:
    """The selection, held until the transaction ends."""
    actor.require(SelectionPermission.DEFINE)
    selection = session.get(Selection, selection_id, with_for_update=True, populate_existing=True)
    if selection is None or not may_define(selection, actor):
        raise NotFound("selection", selection_id)
    if selection.archived_at is not None and not with_archived:
        raise SelectionOutOfUse(selection_id)
    return selection


def _add(
    session: Session,
    *,
    unit_id: int,
    kind: str | None,
    copied_from_id: int | None = None,
    name: str,
    note: str,
    definition: Definition,
    actor: Actor,
    now: datetime,
) -> Selection:
    selection = Selection(
        unit_id=unit_id, name=name, note=note, kind=kind, version_no=1,
        created_by=actor.person, created_at=now,
    )  # fmt: skip
    session.add(selection)
    session.flush()
    session.add(
        SelectionVersion(
            selection_id=selection.id, number=1, name=name, definition=to_wire(definition),
            saved_by=actor.person, saved_at=now,
        )
    )  # fmt: skip
    session.flush()
    event = SelectionCreated(
        selection_id=selection.id, unit_id=unit_id, kind=kind, copied_from_id=copied_from_id
    )
    record(session, event, actor=actor, at=now)
    return selection


def _require_free(session: Session, selection: Selection, name: str) -> None:
    """One that has its name already keeps it."""
    if name != selection.name:
        require_free_name(
            session, name, unit_id=selection.unit_id, selection_id=selection.id
        )  # fmt: skip


def _highest_unit(session: Session, actor: Actor) -> int:
    """The unit of the person that has the fewest above it. Raises NotFound when there is none."""
    highest = session.scalar(
        select(UnitPath.descendant_id)
        .join(Unit, Unit.id == UnitPath.descendant_id)
        .where(UnitPath.descendant_id.in_(sorted(actor.unit_ids)), ~Unit.is_archived)
        .group_by(UnitPath.descendant_id)
        .order_by(func.count(), UnitPath.descendant_id)
        .limit(1)
    )
    if highest is None:
        raise NotFound("unit", None)
    return highest
