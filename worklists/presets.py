"""Presets of requests to other units: kept by unit, offered there and below, archived (A6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from core.errors import Invalid, NotFound, Refused
from core.journal import record
from directory.calendars.visibility import calendar_of_unit
from directory.calendars.working_time import add_working_days, add_working_time
from directory.units.models import Unit, UnitKind, UnitPath
from worklists.events.presets import PresetAdded, PresetArchived, PresetChanged, PresetRestored
from worklists.models.preset import DueIn, InvolvementPreset
from worklists.permissions import WorkPermission

MOST_DUE = {DueIn.HOURS: 200, DueIn.DAYS: 90}


class PresetChangedByAnother(Refused):
    """Somebody changed the preset after its form was opened."""


class PresetUnitUnknown(Invalid):
    """A preset asks a unit in use that takes tasks, and another one than its own."""

    field = "to_unit_id"


class PresetOfForeignUnit(Invalid):
    """Presets are kept for one's own units; for the company by who answers for all of it."""

    field = "unit_id"


class SubjectMissing(Invalid):
    """By its subject a preset is chosen."""

    field = "subject"


class DueImpossible(Invalid):
    """A deadline lies one hour or day ahead at least, and not beyond what anybody plans."""

    field = "due_amount"


@dataclass(frozen=True, kw_only=True)
class PresetDraft:
    """What a preset holds; ``unit_id`` None: the company's."""

    unit_id: int | None
    to_unit_id: int
    subject: str
    text: str
    due_amount: int
    due_in: DueIn
    with_documents: bool = False


@dataclass(frozen=True, kw_only=True)
class PresetRow:
    """A preset with the names of its units; ``may_edit``: by the person who looks."""

    preset: InvolvementPreset
    unit: str | None
    to_unit: str
    may_edit: bool


@dataclass(frozen=True, kw_only=True)
class FilledIn:
    """What a preset puts into the form of a request at a moment."""

    unit_id: int
    text: str
    due_at: datetime
    with_documents: bool


def presets_for(session: Session, unit_id: int) -> list[tuple[int, str]]:
    """What the unit may choose from: its own, those of the units above, the company's."""
    above = select(UnitPath.ancestor_id).where(UnitPath.descendant_id == unit_id)
    rows = session.execute(
        select(InvolvementPreset.id, InvolvementPreset.subject, Unit.name)
        .join(Unit, Unit.id == InvolvementPreset.to_unit_id)
        .where(
            or_(InvolvementPreset.unit_id.is_(None), InvolvementPreset.unit_id.in_(above)),
            InvolvementPreset.archived_at.is_(None),
            InvolvementPreset.to_unit_id != unit_id,
            ~Unit.is_archived,
        )
        .order_by(InvolvementPreset.subject, InvolvementPreset.id)
    )
    return [(number, f"{subject} ({name})") for number, subject, name in rows]


def fill_in(
    session: Session, preset_id: int, *, unit_id: int, actor: Actor, now: datetime
) -> FilledIn:
    """What the preset puts into the form of this unit now; the deadline by the calendar of the
    unit that is asked. Raises NotFound for one that the unit is not offered, NeverWorks."""
    if preset_id not in dict(presets_for(session, unit_id)):
        raise NotFound("preset", preset_id)
    preset = session.get_one(InvolvementPreset, preset_id)
    text = f"{preset.subject}: {preset.text}" if preset.text else preset.subject
    return FilledIn(
        unit_id=preset.to_unit_id, text=text,
        due_at=_due_at(session, preset, actor=actor, now=now),
        with_documents=preset.with_documents,
    )  # fmt: skip


def presets_listed(
    session: Session, *, with_archived: bool = False, actor: Actor
) -> Sequence[PresetRow]:
    """The presets of one's units and of the company, for administration. Raises NotPermitted."""
    actor.require(WorkPermission.MANAGE_PRESETS)
    owner, target = aliased(Unit), aliased(Unit)
    shown = select(InvolvementPreset, owner.name, target.name)
    if not with_archived:
        shown = shown.where(InvolvementPreset.archived_at.is_(None))
    rows = session.execute(
        shown.join(target, target.id == InvolvementPreset.to_unit_id)
        .outerjoin(owner, owner.id == InvolvementPreset.unit_id)
        .where(or_(InvolvementPreset.unit_id.is_(None), _is_mine(actor)))
        .order_by(InvolvementPreset.archived_at.is_not(None), owner.name.is_not(None), owner.name,
                  InvolvementPreset.subject, InvolvementPreset.id)
    )  # fmt: skip
    of_company = answers_for_company(session, actor=actor)
    return [
        PresetRow(
            preset=preset, unit=unit, to_unit=to_unit,
            may_edit=of_company or preset.unit_id is not None,
        )
        for preset, unit, to_unit in rows
    ]  # fmt: skip


def get_preset(session: Session, preset_id: int, *, actor: Actor) -> InvolvementPreset:
    """One that this person may change. Raises NotFound, NotPermitted."""
    actor.require(WorkPermission.MANAGE_PRESETS)
    preset = session.get(InvolvementPreset, preset_id, populate_existing=True)
    if preset is None or not _may_keep(session, preset.unit_id, actor):
        raise NotFound("preset", preset_id)
    return preset


def add_preset(
    session: Session, draft: PresetDraft, *, actor: Actor, now: datetime
) -> InvolvementPreset:
    """Write down what is usually asked. Raises NotPermitted and the errors of this module."""
    actor.require(WorkPermission.MANAGE_PRESETS)
    _check(session, draft, actor)
    preset = InvolvementPreset(**_values(draft), created_by=actor.person, created_at=now)
    session.add(preset)
    session.flush()
    record(session, PresetAdded(preset_id=preset.id, subject_text=preset.subject), actor=actor,
           at=now)  # fmt: skip
    return preset


def change_preset(
    session: Session,
    preset_id: int,
    draft: PresetDraft,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> InvolvementPreset:
    """Change it for what is asked from now on; tasks that were asked stay as they are.

    Raises NotFound, NotPermitted, PresetChangedByAnother and the errors of this module.
    """
    preset = get_preset(session, preset_id, actor=actor)
    if preset.version != version:
        raise PresetChangedByAnother(preset_id)
    _check(session, draft, actor)
    for name, value in _values(draft).items():
        setattr(preset, name, value)
    session.flush()
    record(session, PresetChanged(preset_id=preset.id, subject_text=preset.subject), actor=actor,
           at=now)  # fmt: skip
    return preset


def archive_preset(
    session: Session, preset_id: int, *, is_archived: bool, actor: Actor, now: datetime
) -> InvolvementPreset:
    """Offer it no more, or again; harmless twice. Raises NotFound, NotPermitted."""
    preset = get_preset(session, preset_id, actor=actor)
    if (preset.archived_at is not None) is is_archived:
        return preset
    preset.archived_at = now if is_archived else None
    session.flush()
    event = PresetArchived if is_archived else PresetRestored
    record(session, event(preset_id=preset.id, subject_text=preset.subject), actor=actor, at=now)
    return preset


def answers_for_company(session: Session, *, actor: Actor) -> bool:
    """Whether the person was given the whole company."""
    top = select(Unit.id).where(Unit.parent_id.is_(None), Unit.kind == UnitKind.COMPANY)
    return set(session.scalars(top)) <= actor.unit_ids


def _due_at(
    session: Session, preset: InvolvementPreset, *, actor: Actor, now: datetime
) -> datetime:
    calendar = calendar_of_unit(session, preset.to_unit_id, default_zone=actor.time_zone)
    if preset.due_in is DueIn.DAYS:
        return add_working_days(calendar, now, preset.due_amount)
    return add_working_time(calendar, now, timedelta(hours=preset.due_amount))


def _is_mine(actor: Actor) -> ColumnElement[bool]:
    return InvolvementPreset.unit_id.in_(actor.unit_ids)


def _may_keep(session: Session, unit_id: int | None, actor: Actor) -> bool:
    if unit_id is None:
        return answers_for_company(session, actor=actor)
    return unit_id in actor.unit_ids


def _check(session: Session, draft: PresetDraft, actor: Actor) -> None:
    if not _may_keep(session, draft.unit_id, actor):
        raise PresetOfForeignUnit(draft.unit_id)
    takes_tasks = select(Unit.id).where(
        Unit.id == draft.to_unit_id,
        ~Unit.is_archived,
        Unit.kind.in_((UnitKind.DEPARTMENT, UnitKind.WORKSHOP)),
    )
    if draft.to_unit_id == draft.unit_id or session.scalar(takes_tasks) is None:
        raise PresetUnitUnknown(draft.to_unit_id)
    if not draft.subject.strip():
        raise SubjectMissing()
    if not 0 < draft.due_amount <= MOST_DUE[draft.due_in]:
        raise DueImpossible(MOST_DUE[draft.due_in])


def _values(draft: PresetDraft) -> dict[str, object]:
    return {
        "unit_id": draft.unit_id, "to_unit_id": draft.to_unit_id,
        "subject": draft.subject.strip(), "text": draft.text.strip(),
        "due_amount": draft.due_amount, "due_in": draft.due_in,
        "with_documents": draft.with_documents,
    }  # fmt: skip
