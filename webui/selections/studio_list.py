"""«Выборки»: the list, and a selection with its versions, shares and runs (A5, A9)."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from core.errors import Invalid
from directory.staff.models import Employee
from directory.units.tree import UnitRow, unit_tree
from selections.editing import (
    archive_selection,
    copy_selection,
    get_selection,
    restore_selection,
    share_selection,
    shares_of,
)
from selections.models import SelectionVersion
from selections.permissions import SelectionPermission
from selections.reading import selections_seen, users_of, versions_of
from selections.refusals import SelectionNameMissing
from selections.rules import Definition
from selections.running import ran_above, runs_of
from selections.visibility import may_define
from selections.wire import DefinitionTooNew, DefinitionUnreadable, from_wire
from webui.labels.journal import actor_words
from webui.labels.rule_changes import Change, changes
from webui.labels.rule_sentences import Names, rule_words
from webui.labels.selection_kinds import KINDS
from webui.labels.spoken import gettext as _
from webui.labels.words import sentence
from webui.numbers import row_number_or_none
from webui.requests import requires, session, settings
from webui.selections.studio_page import Draft
from webui.selections.studio_pages import Studio
from worklists.selection_kinds import KINDS as SHIPPED
from worklists.selection_plans import plans_of
from worklists.task_page import names_of

bp = Blueprint("selections", __name__)

_MOST_RUNS = 400
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
    studio = Studio(session(), Draft())
    names = studio.offered.names([one for one in read if one], studio.selections)
    now = read[0]
    units = unit_tree(session())
    runs = runs_of(session(), selection_id, actor=g.actor)[:_MOST_RUNS]
    people = names_of(session(), [run.run_by for run in runs])
    shares = shares_of(session(), selection_id, actor=g.actor)
    return render_template(
        "selections/show.html",
        page="selections",
        selection=selection,
        unit=next((row.unit for row in units if row.unit.id == selection.unit_id), None),
        words=rule_words(now, names) if now else "",
        versions=_lines(versions, read, names),
        runs=runs,
        above=ran_above(session(), selection_id, actor=g.actor),
        unit_names={row.unit.id: row.unit.name for row in unit_tree(session(), with_archived=True)},
        plans=plans_of(session(), selection_id, actor=g.actor, default_zone=settings().time_zone),
        units=units,
        shares=shares,
        below=_with_below(units, selection.unit_id) - set(shares),
        may_define=may_define(selection, g.actor),
        archive_question=_archive_question(selection_id) if may_define(selection, g.actor) else "",
        may_copy=g.actor.may(SelectionPermission.DEFINE),
        who=lambda key: actor_words(key, people),
    )


def _with_below(units: list[UnitRow], unit_id: int) -> set[int]:
    """The unit and all below it, whose people run its selections anyway; ``units``: as a page."""
    found: set[int] = set()
    depth: int | None = None
    for row in units:
        if row.unit.id == unit_id:
            depth = row.depth
        elif depth is not None and row.depth <= depth:
            depth = None
        if depth is not None:
            found.add(row.unit.id)
    return found


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
    """A selection of the person's own that says the same."""
    origin = get_selection(session(), selection_id, actor=g.actor)
    name = request.form.get("name", "").strip() or origin.name
    made = copy_selection(session(), selection_id, name=name[:200], actor=g.actor, now=g.now)
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
    ticked = (row_number_or_none(text) for text in request.form.getlist("unit"))
    unit_ids = {one for one in ticked if one is not None}
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
