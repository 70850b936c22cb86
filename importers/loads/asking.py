"""What people ask of loads; the work itself is ``importers.loads.working`` (A8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from core.errors import NotFound
from importers.columns import Column
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FormatKind
from importers.kept_columns import bare_columns, kept_columns
from importers.loads.looking import Looked, needs_a_person
from importers.loads.models import AT_WORK, ENDS, OVER, LoadState, RecordLoad
from importers.loads.steps import StepRefused, go_to
from importers.loads.workers import is_silent
from importers.loads.workshops import (
    said_workshop,
    with_workshops,
    workshops_below,
    workshops_to_choose,
)
from importers.mapping_files import Said, said_in
from importers.mappings import remember_mapping, with_mapping
from importers.permissions import ImportPermission
from importers.problems import FileRefused
from importers.remapping import said_columns
from worklists.permissions import WorkPermission

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """``is_new`` False: the same content is under way, or (for a person) was loaded before."""

    load: RecordLoad
    is_new: bool


def ask_load(
    session: Session,
    *,
    name: str,
    size: int,
    sha256: str,
    format: str,
    unit_id: int,
    sheet: str = "",
    runs_by_itself: bool = False,
    form_key: str | None = None,
    actor: Actor,
    now: datetime,
) -> Asked:
    """Ask for a file to be loaded; the same content not yet over is that load.

    What runs by itself is loaded again when it is DONE: nobody is there to be told otherwise; of
    clients to call too, whose file knows its content by itself. Raises NotFound for a unit that
    this actor does not see or an unknown format, NotPermitted; results of calls are loaded by
    whoever may save one.
    """
    actor.require(ImportPermission.LOAD)
    if unit_id not in actor.unit_ids:
        raise NotFound("unit", unit_id)
    if format not in FORMATS:
        raise NotFound("format", format)
    kind = FORMATS[format].kind
    if kind is FormatKind.RESULTS:
        actor.require(WorkPermission.WORK)
    over = ENDS if runs_by_itself or kind is FormatKind.LEADS else OVER
    same = and_(
        RecordLoad.unit_id == unit_id,
        RecordLoad.format == format,
        RecordLoad.sha256 == sha256,
        RecordLoad.sheet == sheet,
        RecordLoad.state.not_in(over),
        # Nothing can be shown of it any more.
        RecordLoad.forgotten_at.is_(None),
    )
    if form_key is not None:
        same = or_(same, and_(RecordLoad.form_key == form_key, RecordLoad.unit_id == unit_id))
    latest = select(RecordLoad).where(same).order_by(RecordLoad.id.desc()).limit(1)
    for attempt in range(2):
        found = session.scalars(latest).one_or_none()
        if found is not None:
            return Asked(found, is_new=False)
        if attempt:
            # The key of the form is somebody else's.
            raise NotFound("record_load", form_key)
        load_id = session.scalar(
            insert_into(session, RecordLoad)
            .values(
                unit_id=unit_id, format=format, name=name[:_LONGEST_NAME], size=size,
                sha256=sha256, sheet=sheet,
                state=LoadState.READING if kind is FormatKind.LEADS else LoadState.LOOKING,
                runs_by_itself=runs_by_itself, form_key=form_key, asked_by=actor.key,
                asked_at=now,
            )
            .on_conflict_do_nothing()
            .returning(RecordLoad.id)
        )  # fmt: skip
        if load_id is not None:
            return Asked(session.get_one(RecordLoad, load_id), is_new=True)
    raise AssertionError  # not reached


def note_look(
    session: Session,
    load: RecordLoad,
    looked: Looked,
    *,
    said: Said | None = None,
    actor: Actor,
    now: datetime,
) -> RecordLoad:
    """Keep what a look at the file has told; what comes next follows from it.

    A person is asked when a needed column is missing or something is doubtful. ``said``: what a
    mapping file says that headings mean. Raises FileRefused where nobody can be asked (then
    ``refuse_load`` is to follow), MappingRefused, StepRefused.
    """
    fmt = FORMATS[load.format]
    recognised = with_workshops(session, load.unit_id, fmt, looked.columns,
                                [cells for _, cells in looked.sample])  # fmt: skip
    columns = with_mapping(session, load.unit_id, load.format, recognised)
    if said:
        columns = said_in(columns, fmt, said)
    if load.runs_by_itself:
        fmt.check_columns(columns)
    if load.workshop_id is None:
        load.workshop_id = said_workshop(session, load.unit_id, fmt, looked.columns)
    if said:
        fields = [column.field for column in columns]
        remember_mapping(session, load.unit_id, load.format, looked.columns, fields,
                         workshop_id=load.workshop_id, actor=actor, now=now)  # fmt: skip
    load.header, load.columns = list(looked.header), kept_columns(columns)
    load.sample = [[row_no, list(cells)] for row_no, cells in looked.sample]
    load.place = {**looked.place.kept(), "sheet": looked.sheet}
    load.lines = looked.lines
    if load.runs_by_itself:
        following = LoadState.LOADING
    elif (
        fmt.missing(columns)
        or needs_a_person(columns, looked.place, looked.sheet, load.sheet)
        or (load.workshop_id is None and workshops_to_choose(session, load.unit_id, fmt, columns))
    ):
        following = LoadState.COLUMNS
    else:
        following = LoadState.CHECKING
    go_to(load, following, now=now)
    return load


def refuse_load(load: RecordLoad, refused: FileRefused, *, now: datetime) -> None:
    """The file cannot be loaded, or not any further. Raises StepRefused."""
    go_to(load, LoadState.REFUSED, now=now)
    load.problem = refused.code.value
    load.problem_values = {name: _plain(value) for name, value in refused.values.items()}


def say_columns(
    session: Session,
    load_id: int,
    fields: Sequence[Field | None],
    *,
    workshop_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> RecordLoad:
    """A person says what the columns are; it is remembered, and the preview follows.

    ``workshop_id``: of all rows that name none, one of ``workshops_below`` the load's unit. Raises
    NotFound, NotPermitted, StepRefused, ColumnTwice, ColumnsMissing, ColumnsUnfit.
    """
    load = _held(session, load_id, actor)
    fmt = FORMATS[load.format]
    recognised = recognised_in(load)
    said = said_columns(recognised, fields, fmt)
    if workshop_id is not None and (
        Field.WORKSHOP not in fmt.fields
        or workshop_id not in workshops_below(session, load.unit_id)
    ):
        raise NotFound("unit", workshop_id)
    go_to(load, LoadState.CHECKING, now=now)
    load.columns, load.workshop_id = kept_columns(said), workshop_id
    remember_mapping(session, load.unit_id, load.format, recognised, fields,
                     workshop_id=workshop_id, actor=actor, now=now)  # fmt: skip
    session.flush()
    return load


def recognised_in(load: RecordLoad) -> tuple[Column, ...]:
    """The columns as the format recognises them by headings and sample, whatever anybody said."""
    return FORMATS[load.format].recognised(bare_columns(load), [cells for _, cells in load.sample])


def ask_check(session: Session, load_id: int, *, actor: Actor, now: datetime) -> RecordLoad:
    """Ask for the preview once more: the directory may have changed since.

    Raises NotFound, NotPermitted, StepRefused.
    """
    load = _held(session, load_id, actor)
    go_to(load, LoadState.CHECKING, now=now)
    session.flush()
    return load


def ask_run(session: Session, load_id: int, *, actor: Actor, now: datetime) -> RecordLoad:
    """Say yes to what the preview has promised; asked twice it is once.

    Raises NotFound, NotPermitted, StepRefused.
    """
    load = _held(session, load_id, actor)
    if load.state not in (LoadState.LOADING, LoadState.DONE):
        go_to(load, LoadState.LOADING, now=now)
        session.flush()
    return load


def ask_end(session: Session, load_id: int, *, actor: Actor, now: datetime) -> RecordLoad:
    """Cancel: at once when nobody is at work on it, else before its next batch.

    What was loaded before stays. Raises NotFound, NotPermitted, StepRefused when it has ended.
    """
    load = _held(session, load_id, actor)
    if load.state is LoadState.CANCELLED:
        return load
    if load.state is LoadState.UNDOING:
        # There is nothing to stop at: it goes whole or stays whole.
        raise StepRefused(load.state, LoadState.CANCELLED)
    if load.state in AT_WORK and load.worker is not None and not is_silent(load, now):
        load.wants_end = True
    else:
        go_to(load, LoadState.CANCELLED, now=now)
    session.flush()
    return load


def _held(session: Session, load_id: int, actor: Actor) -> RecordLoad:
    """The load, which nobody else changes until the transaction ends."""
    actor.require(ImportPermission.LOAD)
    load = session.scalars(
        select(RecordLoad)
        .where(RecordLoad.id == load_id, RecordLoad.unit_id.in_(actor.unit_ids))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if load is None:
        raise NotFound("record_load", load_id)
    return load


def _plain(value: object) -> Any:
    """A value of a refusal as JSON."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
