"""«Выборки»: the list, and a selection with its versions, shares and runs (A5, A9)."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from core.errors import Invalid
from directory.staff.models import Employee
from directory.units.models import Unit
from directory.units.tree import UNITS_BELOW, unit_tree
from selections.editing import (
    archive_selection,
    copy_selection,
    restore_selection,
    share_selection,
    shares_of,
)
from selections.models import SelectionVersion
from selections.permissions import SelectionPermission
from selections.reading import get_selection, selections_seen, users_of, versions_of
from selections.refusals import SelectionNameMissing
from selections.rules import Definition
from selections.running import ran_above, runs_of
from selections.visibility import may_define
from selections.wire import DefinitionTooNew, DefinitionUnreadable, from_wire
from webui.labels.journal import actor_words
from webui.labels.plan_words import later_words, plan_words
from webui.labels.rule_changes import Change, changes
from webui.labels.rule_sentences import Names, rule_words
from webui.labels.selection_kinds import KINDS
from webui.labels.selections import unattended_words
from webui.labels.spoken import gettext as _
from webui.labels.words import sentence
from webui.numbers import row_number_or_none, row_numbers
from webui.requests import requires, session, settings
from webui.selections.studio_offers import offered_now
from worklists.plan_reading import plans_of
from worklists.run_leads import tasks_formed
from worklists.selection_kinds import KINDS as SHIPPED
from worklists.task_page import names_of

bp = Blueprint("selections", __name__)

_MOST_RUNS = 400
_COUNTED = 60
"""Of so many of them, the newest, the tasks are counted."""
_MOST_NAMED = 6


@bp.get("/selections", endpoint="page")
@requires(SelectionPermission.RUN)
def page() -> Any:
    """The selections that the person sees, and the shipped ones to begin with."""
    text = request.args.get("q", "")[:100]
    archived = request.args.get("archived") == "1"
    lines = selections_seen(session(), actor=g.actor, archived=archived, text=text)
    return render_template(
        "selections/list.html",
        page="selections",
        lines=lines,
        text=text,
        archived=archived,
        may_define=g.actor.may(SelectionPermission.DEFINE),
        kinds=[(kind.code, *KINDS[kind.code]) for kind in SHIPPED],
    )


@dataclass(frozen=True)
class VersionLine:
    """A version and what it changed of the one before; None: it cannot be read."""

    version: SelectionVersion
    saved_by: str
    changes: list[Change] | None
    is_first: bool


@bp.get("/selections/<int:selection_id>", endpoint="show")
@requires(SelectionPermission.RUN)
def show(selection_id: int) -> Any:
    """What a selection says, its versions, whom it is shared with, when it ran."""
    selection = get_selection(session(), selection_id, actor=g.actor)
    versions = versions_of(session(), selection_id, actor=g.actor)
    read = [_read(version) for version in versions]
    names = offered_now(session()).names([one for one in read if one])
    now = read[0]
    may_change = may_define(selection, g.actor)
    above = ran_above(session(), selection_id, actor=g.actor)
    runs = runs_of(session(), selection_id, most=_MOST_RUNS, actor=g.actor)
    people = names_of(session(), [run.run_by for run in runs])
    units = unit_tree(session()) if may_change else []
    shares = shares_of(session(), selection_id, actor=g.actor) if may_change else []
    return render_template(
        "selections/show.html",
        page="selections",
        selection=selection,
        unit=session().get_one(Unit, selection.unit_id),
        words=rule_words(now, names) if now else "",
        versions=_lines(versions, read, names),
        runs=runs,
        tasks_of=tasks_formed(session(), [run.id for run in runs[:_COUNTED]]),
        version_of={one.id: one.number for one in versions},
        above=above,
        unit_names=unit_names({run.unit_id for run in runs} | ({above[1]} if above else set())),
        plans=plans_of(
            session(), selection_id, actor=g.actor, now=g.now, default_zone=settings().time_zone
        ),
        plan_words=plan_words,
        later_words=later_words,
        unattended_words=unattended_words,
        units=units,
        shares=shares,
        # Their people run it anyway.
        below=set(session().scalars(UNITS_BELOW, {"units": [selection.unit_id]})) - set(shares),
        may_define=may_change,
        archive_question=_archive_question(selection_id) if may_change else "",
        may_copy=g.actor.may(SelectionPermission.DEFINE),
        who=lambda key: actor_words(key, people),
    )


def unit_names(unit_ids: set[int]) -> dict[int, str]:
    """Id → name; whether the person sees the units was asked before."""
    rows = session().execute(select(Unit.id, Unit.name).where(Unit.id.in_(unit_ids)))
    return {row.id: row.name for row in rows}


def _archive_question(selection_id: int) -> str:
    """What is asked before archiving: what stops, and which selections go on using it."""
    question = _("Убрать выборку в архив? По расписанию она больше не запустится.")
    users = users_of(session(), selection_id, actor=g.actor)
    told = [_("«%(name)s»", name=name) for name in users.names[:_MOST_NAMED]]
    more = len(users.names) - len(told) + users.others
    if more:
        told.append(_("ещё %(n)s", n=more))
    if not told:
        return question
    return question + " " + _(
        "Её используют: %(names)s. Они и дальше будут отбирать по ней.", names=", ".join(told)
    )  # fmt: skip


@bp.post("/selections/<int:selection_id>/copy", endpoint="copy")
@requires(SelectionPermission.DEFINE)
def copy(selection_id: int) -> Any:
    """A selection of the person's own that says the same, or what an older version said."""
    origin = get_selection(session(), selection_id, actor=g.actor)
    number = row_number_or_none(request.form.get("version", ""))
    usual = origin.name
    if number is not None:
        usual = _("%(name)s, версия %(number)s", name=origin.name, number=number)
    name = request.form.get("name", "").strip() or usual
    made = copy_selection(
        session(), selection_id, name=name[:200], version_no=number, actor=g.actor, now=g.now
    )
    flash(_("Выборка скопирована: «%(name)s».", name=made.name))
    return redirect(url_for("studio.show", selection_id=made.id), 303)


@bp.post("/selections/<int:selection_id>/archive", endpoint="archive")
@requires(SelectionPermission.DEFINE)
def archive(selection_id: int) -> Any:
    """No longer offer it."""
    archive_selection(session(), selection_id, actor=g.actor, now=g.now)
    flash(_("Выборка в архиве. Запуски и их листы остались."))
    return redirect(url_for("selections.page"), 303)


@bp.post("/selections/<int:selection_id>/restore", endpoint="restore")
@requires(SelectionPermission.DEFINE)
def restore(selection_id: int) -> Any:
    """Offer it again."""
    restore_selection(session(), selection_id, actor=g.actor, now=g.now)
    flash(_("Выборка снова в списке."))
    return redirect(url_for("selections.show", selection_id=selection_id), 303)


@bp.post("/selections/<int:selection_id>/share", endpoint="share")
@requires(SelectionPermission.DEFINE)
def share(selection_id: int) -> Any:
    """Let the people of exactly the ticked units run it."""
    unit_ids = row_numbers(request.form.getlist("unit"))
    try:
        share_selection(session(), selection_id, unit_ids=unit_ids, actor=g.actor, now=g.now)
    except (Invalid, SelectionNameMissing) as refused:
        session().rollback()
        flash(str(sentence(refused)), "bad")
    else:
        flash(_("Доступ к выборке обновлён."))
    return redirect(url_for("selections.show", selection_id=selection_id), 303)


def _read(version: SelectionVersion) -> Definition | None:
    try:
        return from_wire(version.definition)
    except (DefinitionUnreadable, DefinitionTooNew):
        return None


def _lines(
    versions: list[SelectionVersion], read: list[Definition | None], names: Names
) -> list[VersionLine]:
    """Each version beside the one before it; the newest first, as they come."""
    ids = {version.saved_by for version in versions}
    named = select(Employee.id, Employee.full_name).where(Employee.id.in_(ids))
    people = {row.id: row.full_name for row in session().execute(named)}
    found: list[VersionLine] = []
    for place, version in enumerate(versions):
        now = read[place]
        is_first = place + 1 == len(versions)
        before = None if is_first else read[place + 1]
        told = changes(before, now, names) if now and before else ([] if now else None)
        found.append(VersionLine(version, people.get(version.saved_by, ""), told, is_first))
    return found
