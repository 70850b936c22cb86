"""«Выборки → конструктор»: a rule built condition by condition, its number beside it (A5, A9)."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.errors import Invalid
from directory.staff.models import Employee
from selections.editing import create_selection, save_version
from selections.models import Selection
from selections.permissions import SelectionPermission
from selections.reading import get_selection, newest_version
from selections.refusals import DefinitionFaulty, SelectionChangedByAnother, SelectionNameMissing
from selections.rules import Definition
from selections.visibility import may_define
from selections.wire import DefinitionUnreadable, from_wire
from webui.labels.rule_changes import Change, ChangeKind
from webui.labels.selection_kinds import KINDS
from webui.labels.words import sentence
from webui.requests import is_htmx, reads_only, requires, session
from webui.selections.catalogue import CATALOGUE
from webui.selections.studio_acts import act
from webui.selections.studio_form import read_draft
from webui.selections.studio_page import Draft, draft_of
from webui.selections.studio_pages import Studio
from webui.selections.versions import tell_saved
from webui.wording import moment
from worklists.selection_kinds import KIND_OF

bp = Blueprint("studio", __name__)


@bp.get("/selections/studio/new")
@requires(SelectionPermission.DEFINE)
def new() -> Any:
    """A page with an empty rule, or with that of a shipped kind to begin with."""
    kind = KIND_OF.get(request.args.get("kind", ""))
    if kind is None:
        return Studio(session(), Draft()).page()
    draft = draft_of(kind.definition, CATALOGUE)
    draft.name, draft.note = map(str, KINDS[kind.code])
    draft.kind = kind.code
    return Studio(session(), draft).page()


@bp.get("/selections/studio/<int:selection_id>")
@requires(SelectionPermission.RUN)
def show(selection_id: int) -> Any:
    """The rule of a selection; who may not change it goes to where it is run."""
    selection = get_selection(session(), selection_id, actor=g.actor)
    if not may_define(selection, g.actor) or selection.archived_at is not None:
        return redirect(url_for("selections.show", selection_id=selection_id))
    definition = from_wire(newest_version(session(), selection_id).definition)
    return Studio(session(), _draft(selection, definition)).page()


@bp.post("/selections/studio/edit", endpoint="edit")
@requires(SelectionPermission.DEFINE)
@reads_only
def edit() -> Any:
    """Do what a button says to what is typed, and show it; nothing is kept."""
    draft = read_draft(request.form, CATALOGUE)
    action = (request.form.getlist("act") or [""])[-1]
    if draft.selection_id is not None:
        get_selection(session(), draft.selection_id, actor=g.actor)
    act(draft, action, CATALOGUE)
    studio = Studio(session(), draft)
    if is_htmx():
        return render_template("selections/_rules.html", **studio.rules())
    return studio.page()


@bp.post("/selections/studio/count", endpoint="count")
@requires(SelectionPermission.DEFINE)
@reads_only
def count() -> Any:
    """How many the typed rule finds, ten of them, and the rule in words."""
    studio = Studio(session(), read_draft(request.form, CATALOGUE))
    if is_htmx():
        return render_template("selections/_studio_count.html", **studio.panel())
    return studio.page()


@bp.post("/selections/studio/save", endpoint="create")
@requires(SelectionPermission.DEFINE)
def create() -> Any:
    """Keep a new selection."""
    draft = read_draft(request.form, CATALOGUE)
    draft.is_refused = True
    studio = Studio(session(), draft)
    if draft.is_sample_faulty:
        return studio.page(422, name_problem=_name_missing(draft))
    try:
        selection = create_selection(
            session(), name=draft.name, unit_id=draft.unit_id or 0, definition=studio.definition,
            kind=draft.kind or None, note=draft.note, actor=g.actor, now=g.now,
            catalogue=CATALOGUE,
        )  # fmt: skip
    except (Invalid, DefinitionFaulty, DefinitionUnreadable) as refused:
        return _refused(draft, refused)
    flash(_("Выборка «%(name)s» сохранена.", name=selection.name))
    return redirect(url_for("studio.show", selection_id=selection.id), 303)


@bp.post("/selections/studio/<int:selection_id>/save", endpoint="save")
@requires(SelectionPermission.DEFINE)
def save(selection_id: int) -> Any:
    """Keep what is typed as the next version; what somebody saved meanwhile is not overwritten."""
    draft = read_draft(request.form, CATALOGUE)
    draft.selection_id, draft.is_refused = selection_id, True
    selection = get_selection(session(), selection_id, actor=g.actor)
    draft.unit_id = selection.unit_id
    studio = Studio(session(), draft)
    if draft.is_sample_faulty:
        return studio.page(422, name_problem=_name_missing(draft))
    try:
        version = save_version(
            session(), selection_id, name=draft.name, note=draft.note,
            definition=studio.definition, opened_version=draft.opened_version, actor=g.actor,
            now=g.now, catalogue=CATALOGUE,
        )  # fmt: skip
    except SelectionChangedByAnother as refused:
        return _overtaken(draft, refused)
    except (Invalid, DefinitionFaulty, DefinitionUnreadable) as refused:
        return _refused(draft, refused)
    tell_saved(selection_id, _("Сохранено: версия %(number)s.", number=version.number))
    return redirect(url_for("studio.show", selection_id=selection_id), 303)


def _draft(selection: Selection, definition: Definition) -> Draft:
    draft = draft_of(definition, CATALOGUE)
    draft.name, draft.note, draft.unit_id = selection.name, selection.note, selection.unit_id
    draft.selection_id, draft.opened_version = selection.id, selection.version_no
    draft.kind = selection.kind or ""
    return draft


def _refused(draft: Draft, refused: Any) -> Any:
    """The same page with everything typed, and what is wrong where it stands."""
    words = str(sentence(refused))
    field = getattr(refused, "field", "")
    is_named = field == "name"
    studio = Studio(session(), draft)
    return studio.page(
        422, problem="" if is_named else words,
        name_problem=words if is_named else _name_missing(draft),
    )  # fmt: skip


def _name_missing(draft: Draft) -> str:
    """What is told of an empty name beside other faults, which are found before it."""
    return "" if draft.name.strip() else str(sentence(SelectionNameMissing()))


def _overtaken(draft: Draft, refused: SelectionChangedByAnother) -> Any:
    """What they saved and what is typed here, side by side; saving again takes what is typed."""
    session().rollback()
    version = refused.version
    selection = get_selection(session(), version.selection_id, actor=g.actor)
    draft.opened_version = version.number
    studio = Studio(session(), draft)
    words = [
        Change(ChangeKind.CHANGED, theirs or _("(пусто)"), mine or _("(пусто)"))
        for theirs, mine in ((selection.name, draft.name), (selection.note, draft.note))
        if " ".join(theirs.split()) != " ".join(mine.split())
    ]
    who = session().get_one(Employee, version.saved_by).full_name
    return studio.page(
        409,
        problem=_(
            "Пока вы правили выборку, сохранено другое: %(who)s, %(at)s. Ваши правки на месте: "
            "сравните и сохраните снова.", who=who, at=moment(version.saved_at),
        ),
        differences=[*words, *studio.changes_from(from_wire(version.definition))],
    )  # fmt: skip
