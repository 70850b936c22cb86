"""What must hold of a selection before it is written: its rule, its name, its note."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import local_day
from core.errors import NotFound
from core.locks import exclusively
from selections.checking import Problem, problems_of
from selections.fields import Catalogue
from selections.models import Selection
from selections.reading import definition_of
from selections.refusals import DefinitionFaulty, SelectionNameMissing, SelectionNoteTooLong
from selections.rules import Definition, Found, walk
from selections.visibility import selection_is_visible
from selections.wire import DefinitionTooNew, DefinitionUnreadable, from_wire, to_wire

LONGEST_NAME = 200
LONGEST_NOTE = 2_000


def problems_seen(
    session: Session,
    definition: Definition,
    *,
    selection_id: int | None = None,
    today: date,
    actor: Actor,
    catalogue: Catalogue,
) -> list[Problem]:
    """What is wrong with a definition that this person writes, in the order of the tree.

    A selection that the person does not see, or that cannot be read, is gone for their rule.
    """
    return problems_of(
        definition,
        catalogue=catalogue,
        today=today,
        definition_of=_seen_only(session, definition, actor),
        selection_id=selection_id,
    )


def checked(
    session: Session,
    definition: Definition,
    selection_id: int | None,
    *,
    actor: Actor,
    now: datetime,
    catalogue: Catalogue,
) -> Definition:
    """The definition as it will be read back. Raises DefinitionFaulty, DefinitionUnreadable."""
    written = from_wire(to_wire(definition))
    if any(isinstance(rule, Found) for _, rule in walk(written.rule)):
        # Two savings at once could close a circle that neither of them sees.
        exclusively(session, "selections in selections")
    today = local_day(now, actor.time_zone)
    problems = problems_seen(
        session, written, selection_id=selection_id, today=today, actor=actor, catalogue=catalogue
    )
    if problems:
        raise DefinitionFaulty(problems)
    return written


def usable_words(name: str, note: str) -> tuple[str, str]:
    """Name and note as they are kept. Raises SelectionNameMissing, SelectionNoteTooLong."""
    name, note = " ".join(name.split()), "\n".join(note.strip().splitlines())
    if not name or len(name) > LONGEST_NAME:
        raise SelectionNameMissing(name)
    if len(note) > LONGEST_NOTE:
        raise SelectionNoteTooLong(len(note))
    return name, note


def _seen_only(
    session: Session, definition: Definition, actor: Actor
) -> Callable[[int], Definition]:
    """What selections say; those named here, unlike what those name in turn, must be visible."""
    named = {rule.selection_id for _, rule in walk(definition.rule) if isinstance(rule, Found)}
    of_these = select(Selection.id).where(Selection.id.in_(named), selection_is_visible(actor))
    hidden = named - set(session.scalars(of_these)) if named else set()
    read = definition_of(session)

    def seen(selection_id: int) -> Definition:
        if selection_id in hidden:
            raise NotFound("selection", selection_id)
        try:
            return read(selection_id)
        except (DefinitionUnreadable, DefinitionTooNew) as error:
            raise NotFound("selection", selection_id) from error

    return seen
