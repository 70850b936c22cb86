"""A selection runs: whom it finds and why, written down by one statement (rules 18, 19).

A run says which version was asked with which answers on which day; its leads keep the values that
brought them here. The same submit twice is one run.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    case,
    false,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from core.access import Actor
from core.bulk import insert_found
from core.db import insert_into
from core.errors import NotFound
from core.journal import record
from core.json_columns import json_object, json_of_known
from directory.assets.models import Asset
from directory.assets.plates import plate_shown
from directory.clients.models import Client
from directory.units.models import UnitPath
from selections.answering import answers_to_wire
from selections.asking import ready_to_run
from selections.chance import is_held_out
from selections.events import SelectionRan
from selections.fields import Catalogue
from selections.models import Lead, RunSource, SelectionRun
from selections.permissions import SelectionPermission
from selections.reading import get_selection
from selections.refusals import HoldOutImpossible
from selections.rules import Definition, Subject
from selections.settling import Answers
from selections.statements import Question

HIGHEST_HOLD_OUT = 5_000
"""Half of the leads, in ten-thousandths."""
_KEYS = ("client_id", "asset_id", "asset_key")


def check_hold_out(share: int) -> None:
    """Raise HoldOutImpossible unless such a share, in ten-thousandths, may be kept uncalled."""
    if not 0 <= share <= HIGHEST_HOLD_OUT:
        raise HoldOutImpossible(share)


@dataclass(frozen=True)
class Preview:
    """How many a definition finds."""

    leads: int
    clients: int


@dataclass(frozen=True, kw_only=True)
class Example:
    """One that a definition finds."""

    client_id: int
    client_name: str
    asset_id: int | None
    vehicle: str
    """«Lada Vesta А123ВС77»; empty: the lead is a client without a vehicle."""
    reasons: dict[str, Any]
    """By the path of its condition (``0.2``) or the code of a column: the value that met it."""


def preview_count(session: Session, question: Question, definition: Definition) -> Preview:
    """How many leads and clients it finds now."""
    found = question.found(definition).subquery()
    if definition.subject is Subject.CLIENT:
        leads = session.scalar(select(func.count()).select_from(found)) or 0
        return Preview(leads, leads)
    # Grouped and not DISTINCT: PostgreSQL would sort all of them.
    of_one = select(func.count().label("leads")).select_from(found)
    vehicles = of_one.group_by(found.c.client_id).subquery()
    counted = select(func.coalesce(func.sum(vehicles.c.leads), 0), func.count())
    leads, clients = session.execute(counted.select_from(vehicles)).one()
    return Preview(int(leads), clients)


def examples(
    session: Session, question: Question, definition: Definition, limit: int = 10
) -> list[Example]:
    """Some of what it finds, whichever come first."""
    return read_examples(session, question.explained(definition).subquery(), limit=limit)


def read_examples(
    session: Session, found: Any, *which: ColumnElement[bool], limit: int
) -> list[Example]:
    """Rows of an explained statement (a subquery) with their names, at most ``limit``."""
    some = select(found).where(*which).limit(limit).subquery()
    rows = session.execute(
        select(some, Client.name, Asset.make, Asset.model, Asset.plate)
        .join(Client, Client.id == some.c.client_id)
        .outerjoin(Asset, Asset.id == some.c.asset_id)
    )
    reasons = [name for name in some.c.keys() if name not in _KEYS]  # noqa: SIM118 columns
    return [
        Example(
            client_id=row.client_id,
            client_name=row[-4],
            asset_id=row.asset_id,
            vehicle=" ".join(part for part in (row[-3], row[-2], plate_shown(row[-1])) if part),
            reasons={
                name: value for name, value in zip(reasons, row[len(_KEYS) :], strict=False)
                if value is not None
            },
        )
        for row in rows
    ]  # fmt: skip


def run_selection(
    session: Session,
    selection_id: int,
    *,
    unit_id: int,
    answers: Answers,
    hold_out_share: int = 0,
    plan_id: int | None = None,
    form_key: str | None,
    actor: Actor,
    now: datetime,
    default_zone: str,
    catalogue: Catalogue,
) -> SelectionRun:
    """Find the leads of the newest version for a unit, with all below it, and write them down.

    ``hold_out_share``: ten-thousandths of the clients that nobody calls, the same ones at each run
    of the selection. ``form_key``: a second run with it is the first one; None: always a new one.
    Raises NotFound, NotPermitted, SelectionOutOfUse, DefinitionFaulty, DefinitionUnreadable,
    DefinitionTooNew, HoldOutImpossible, and AnswerRefused of ``checked_answers``.
    """
    selection = get_selection(session, selection_id, actor=actor)
    done = _of_form(session, form_key, actor)
    if done is not None:
        return done
    question, definition, version = ready_to_run(
        session, selection, unit_id=unit_id, answers=answers, actor=actor, now=now,
        default_zone=default_zone, catalogue=catalogue,
    )  # fmt: skip
    check_hold_out(hold_out_share)
    kept = {"answers": answers_to_wire(question.answers), "hold_out_share": hold_out_share}
    run_id = session.scalar(
        insert_into(session, SelectionRun)
        .values(
            source=RunSource.RULE, unit_id=unit_id, title=selection.name, parameters=kept,
            run_by=actor.key, run_at=now, selection_id=selection_id, version_id=version.id,
            plan_id=plan_id, day_on=question.moment.today, seed=question.seed, held_out=0,
            form_key=form_key,
        )
        .on_conflict_do_nothing(index_elements=["form_key"])
        .returning(SelectionRun.id)
    )  # fmt: skip
    if run_id is None:
        # The same submit, which came a moment ago and has ended by now.
        twin = _of_form(session, form_key, actor)
        if twin is None:
            raise NotFound("selection_run", form_key)
        return twin
    run = session.get_one(SelectionRun, run_id)
    _find(session, run, question, definition, hold_out_share)
    event = SelectionRan(
        selection_id=selection_id, run_id=run_id, unit_id=unit_id, leads=run.leads_found or 0,
        held_out=run.held_out,
    )  # fmt: skip
    record(session, event, actor=actor, at=now)
    return run


def get_run(session: Session, run_id: int, *, actor: Actor) -> SelectionRun:
    """The run, if it was made for a unit of this person. Raises NotFound, NotPermitted."""
    actor.require(SelectionPermission.RUN)
    run = session.scalar(_visible_runs(actor).where(SelectionRun.id == run_id))
    if run is None:
        raise NotFound("selection_run", run_id)
    return run


def runs_of(session: Session, selection_id: int, *, most: int, actor: Actor) -> list[SelectionRun]:
    """The ``most`` newest of its runs for units of this person. Raises NotFound, NotPermitted."""
    get_selection(session, selection_id, actor=actor)
    of_it = _visible_runs(actor).where(SelectionRun.selection_id == selection_id)
    return list(session.scalars(of_it.order_by(SelectionRun.id.desc()).limit(most)))


def ran_above(session: Session, selection_id: int, *, actor: Actor) -> tuple[datetime, int] | None:
    """When it last ran for a unit above this person's, whose leads they do not see, and for which.

    Such a run took their clients too, so that «never ran» would have them run it once more.
    Raises NotFound, NotPermitted.
    """
    get_selection(session, selection_id, actor=actor)
    mine = sorted(actor.unit_ids)
    above = select(UnitPath.ancestor_id).where(UnitPath.descendant_id.in_(mine))
    last = (
        select(SelectionRun.run_at, SelectionRun.unit_id)
        .where(
            SelectionRun.selection_id == selection_id,
            SelectionRun.unit_id.in_(above),
            SelectionRun.unit_id.not_in(mine),
        )
        .order_by(SelectionRun.id.desc())
        .limit(1)
    )
    found = session.execute(last).one_or_none()
    return None if found is None else (found.run_at, found.unit_id)


def _visible_runs(actor: Actor) -> Select[SelectionRun]:
    return select(SelectionRun).where(SelectionRun.unit_id.in_(sorted(actor.unit_ids)))


def _of_form(session: Session, form_key: str | None, actor: Actor) -> SelectionRun | None:
    if form_key is None:
        return None
    return session.scalar(
        _visible_runs(actor).where(
            SelectionRun.form_key == form_key, SelectionRun.run_by == actor.key
        )
    )


def _find(
    session: Session, run: SelectionRun, question: Question, definition: Definition, share: int
) -> None:
    """The leads, by one statement; then how many there are."""
    found = question.explained(definition).subquery("found")
    told = {name: column for name, column in found.c.items() if name not in _KEYS}
    parts = {
        "rule": {name: column for name, column in told.items() if name[:1].isdigit()},
        "columns": {name: column for name, column in told.items() if not name[:1].isdigit()},
    }
    why = {name: json_of_known(session, part) for name, part in parts.items() if part}
    # By client, or one of two vehicles would have its owner called.
    held_out = is_held_out(
        found.c.client_id, literal_column("0", Integer), seed=run.selection_id or 0, share=share
    )
    values: dict[str, ColumnElement[Any]] = {
        "run_id": literal(run.id),
        "client_id": found.c.client_id,
        "asset_id": found.c.asset_id,
        "asset_key": found.c.asset_key,
        "why": json_object(session, why),
        "is_held_out": held_out if share else false(),
    }
    insert_found(session, Lead, values, select(*values.values()))
    kept = func.count(case((Lead.is_held_out, 1)))
    run.leads_found, run.clients_found, run.held_out = session.execute(
        select(func.count(), func.count(Lead.client_id.distinct()), kept).where(
            Lead.run_id == run.id
        )
    ).one()
    session.flush()
