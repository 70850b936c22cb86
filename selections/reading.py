"""Selections as people find them: lists, versions, and what they say."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from core.clock import local_day
from core.errors import NotFound
from directory.units.models import Unit, UnitPath
from directory.units.tree import UNITS_BELOW, get_unit, zone_of
from selections.fields import Catalogue, Field, Meant, Moment
from selections.models import Selection, SelectionRun, SelectionVersion
from selections.permissions import SelectionPermission
from selections.rules import Definition, Found, walk
from selections.settling import Answers
from selections.statements import Question
from selections.visibility import may_define, selection_is_visible
from selections.wire import DefinitionTooNew, DefinitionUnreadable, from_wire


@dataclass(frozen=True, kw_only=True)
class SelectionLine:
    """A selection in a list."""

    selection: Selection
    unit_name: str
    last_run_at: datetime | None
    """When it ran last for a unit of the person, or for one above it (as ``running.ran_above``)."""
    last_found: int | None
    """How many leads that run found; None for a unit above, whose leads the person does not see."""
    ran_above_for: str
    """The unit above that it ran for; empty: a unit of the person."""
    may_define: bool


def get_selection(session: Session, selection_id: int, *, actor: Actor) -> Selection:
    """The selection, archived or not. Raises NotFound, NotPermitted."""
    actor.require(SelectionPermission.RUN)
    found = session.scalar(
        select(Selection).where(Selection.id == selection_id, selection_is_visible(actor))
    )
    if found is None:
        raise NotFound("selection", selection_id)
    return found


def selections_seen(
    session: Session, *, actor: Actor, archived: bool = False, text: str = ""
) -> list[SelectionLine]:
    """The selections that the person sees, by name; ``text``: words of their names and notes."""
    actor.require(SelectionPermission.RUN)
    run, run_unit = aliased(SelectionRun), aliased(Unit)
    mine = sorted(actor.unit_ids)
    around = select(UnitPath.ancestor_id).where(UnitPath.descendant_id.in_(mine))
    last_run = (
        select(func.max(run.id))
        .where(run.selection_id == Selection.id, run.unit_id.in_(around))
        .scalar_subquery()
    )
    in_archive = Selection.archived_at.is_not(None)
    rows = session.execute(
        select(Selection, Unit.name, SelectionRun, run_unit.name)
        .join(Unit, Unit.id == Selection.unit_id)
        .outerjoin(SelectionRun, SelectionRun.id == last_run)
        .outerjoin(run_unit, run_unit.id == SelectionRun.unit_id)
        .where(selection_is_visible(actor), in_archive if archived else ~in_archive)
    )
    words = text.casefold().split()
    lines = [
        SelectionLine(
            selection=selection, unit_name=unit_name, last_run_at=ran.run_at if ran else None,
            last_found=ran.leads_found if ran and ran.unit_id in actor.unit_ids else None,
            ran_above_for=ran_for if ran and ran.unit_id not in actor.unit_ids else "",
            may_define=may_define(selection, actor),
        )
        for selection, unit_name, ran, ran_for in rows
        if all(word in f"{selection.name} {selection.note}".casefold() for word in words)
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.selection.name.casefold(), line.selection.id))


def names_of_selections(
    session: Session, selection_ids: Collection[int], *, actor: Actor
) -> dict[int, str]:
    """What these are called, archived or not; without those that the person does not see.

    Raises NotPermitted.
    """
    actor.require(SelectionPermission.RUN)
    if not selection_ids:
        return {}
    named = select(Selection.id, Selection.name).where(
        Selection.id.in_(sorted(selection_ids)), selection_is_visible(actor)
    )
    return {row.id: row.name for row in session.execute(named)}


def versions_of(session: Session, selection_id: int, *, actor: Actor) -> list[SelectionVersion]:
    """All versions, the newest first. Raises NotFound, NotPermitted."""
    get_selection(session, selection_id, actor=actor)
    of_it = select(SelectionVersion).where(SelectionVersion.selection_id == selection_id)
    return list(session.scalars(of_it.order_by(SelectionVersion.number.desc())))


def version_of(session: Session, selection_id: int, number: int) -> SelectionVersion:
    """What it said in this version, whoever asks. Raises NotFound."""
    found = session.scalar(
        select(SelectionVersion).where(
            SelectionVersion.selection_id == selection_id, SelectionVersion.number == number
        )
    )
    if found is None:
        raise NotFound("selection_version", number)
    return found


@dataclass(frozen=True)
class Users:
    """The selections in use whose rules contain a selection."""

    names: list[str]
    """Of those that the person sees."""
    others: int
    """How many more there are."""


def users_of(session: Session, selection_id: int, *, actor: Actor) -> Users:
    """Which selections use this one now. Raises NotFound, NotPermitted."""
    get_selection(session, selection_id, actor=actor)
    rows = session.execute(
        select(Selection.name, SelectionVersion.definition, selection_is_visible(actor))
        .join(
            SelectionVersion,
            (SelectionVersion.selection_id == Selection.id)
            & (SelectionVersion.number == Selection.version_no),
        )
        .where(Selection.archived_at.is_(None), Selection.id != selection_id)
    )
    users = [(name, is_seen) for name, wire, is_seen in rows if _uses(wire, selection_id)]
    names = sorted((name for name, is_seen in users if is_seen), key=str.casefold)
    return Users(names, len(users) - len(names))


def newest_version(session: Session, selection_id: int) -> SelectionVersion:
    """What it says now, whoever asks. Raises NotFound."""
    found = session.scalar(_newest(selection_id))
    if found is None:
        raise NotFound("selection", selection_id)
    return found


def definition_of(session: Session) -> Callable[[int], Definition]:
    """What a selection says now, whoever asks; each is read once.

    What comes back raises NotFound, DefinitionUnreadable, DefinitionTooNew.
    """

    @cache
    def read(selection_id: int) -> Definition:
        return from_wire(newest_version(session, selection_id).definition)

    return read


def meant_now(session: Session) -> Meant:
    """What values of a list stand for now: the units below a unit. Each is looked up once."""

    @cache
    def read(asked: Field, values: tuple[Any, ...]) -> tuple[Any, ...]:
        assert asked.among is not None
        return tuple(sorted(set(session.scalars(asked.among(values)))))

    return read


def question_for(
    session: Session,
    *,
    unit_id: int,
    answers: Answers,
    actor: Actor,
    now: datetime,
    default_zone: str,
    catalogue: Catalogue,
) -> Question:
    """What a definition is asked with for a unit: its clients and those of all below it.

    Today is that of the unit; ``default_zone`` (IANA) where it has none. Raises NotFound for a
    unit of others, NotPermitted.
    """
    actor.require(SelectionPermission.RUN)
    get_unit(session, unit_id, actor=actor)
    zone = zone_of(session, unit_id, default_zone)
    below = session.scalars(UNITS_BELOW, {"units": [unit_id]}).all()
    return Question(
        catalogue=catalogue,
        moment=Moment(local_day(now, zone), zone),
        unit_ids=sorted(actor.unit_ids.intersection(below)),
        answers=answers,
        definition_of=definition_of(session),
        meant=meant_now(session),
    )


def _uses(wire: Mapping[str, Any], selection_id: int) -> bool:
    try:
        definition = from_wire(wire)
    except (DefinitionUnreadable, DefinitionTooNew):
        return False
    return any(
        isinstance(rule, Found) and rule.selection_id == selection_id
        for _path, rule in walk(definition.rule)
    )


def _newest(selection_id: int) -> Select[SelectionVersion]:
    of_it = select(SelectionVersion).where(SelectionVersion.selection_id == selection_id)
    return of_it.order_by(SelectionVersion.number.desc()).limit(1)
