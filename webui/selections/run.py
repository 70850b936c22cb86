"""«Запустить»: questions, the dry run, the run (A9, rules 18, 21)."""

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for

from core.clock import local_day
from core.errors import Invalid, Refused
from core.patience import TookTooLong, patience
from directory.units.tree import unit_tree
from selections.models import Selection
from selections.permissions import SelectionPermission
from selections.reading import get_selection, newest_version
from selections.refusals import AnswerRefused, HoldOutImpossible
from selections.rules import Definition, ParameterType, Subject, walk
from selections.running import run_selection
from selections.statements import written
from selections.wire import from_wire
from webui.labels.rule_sentences import Names, part_words
from webui.labels.selections import size_words
from webui.labels.spoken import gettext as _
from webui.labels.words import sentence
from webui.requests import reads_only, requires, session, settings
from webui.selections.catalogue import CATALOGUE
from webui.selections.checked import mark_of
from webui.selections.run_asked import (
    AskedField,
    AskedRun,
    asked_fields,
    campaigns_that_take_leads,
    note_choice,
    note_refusal,
    read_asked,
)
from webui.selections.studio_count import reason_words
from webui.selections.studio_list import bp
from webui.selections.studio_offers import offered_now
from webui.selections.vins_told import vins_told
from worklists.dry_runs import DryRun, dry_run

_SECONDS = 60.0


@bp.get("/selections/<int:selection_id>/run", endpoint="ask")
@requires(SelectionPermission.RUN)
def ask(selection_id: int) -> Any:
    """The questions of the selection; with answers in the address also what a run would bring."""
    selection = get_selection(session(), selection_id, actor=g.actor)
    definition = _definition(selection)
    if "unit" not in request.args:
        return _page(selection, definition, AskedRun(unit_id=selection.unit_id))
    return _tried(selection, definition, read_asked(definition, request.args))


@bp.post("/selections/<int:selection_id>/try", endpoint="try_out")
@requires(SelectionPermission.RUN)
@reads_only
def try_out(selection_id: int) -> Any:
    """Whom it would find, and what work that is; nothing is kept.

    The answers go into the address, so that Back, a reload and another language find them there.
    Typed text does not (VINs, perhaps thousands): such a page is the answer itself.
    """
    selection = get_selection(session(), selection_id, actor=g.actor)
    definition = _definition(selection)
    return _check(selection, definition, read_asked(definition, request.form))


def _check(selection: Selection, definition: Definition, asked: AskedRun) -> Any:
    """The dry run, at the address of the answers if they may stand there."""
    if asked.may_stand_in_address(definition):
        address = url_for("selections.ask", selection_id=selection.id, **asked.address())
        return redirect(address, 303)
    return _tried(selection, definition, asked)


def _tried(selection: Selection, definition: Definition, asked: AskedRun) -> Any:
    note_choice(asked, actor=g.actor)
    if asked.is_wrong:
        return _refused(selection, asked)
    try:
        with patience(session(), _SECONDS):
            found = dry_run(
                session(), selection.id, unit_id=asked.unit_id or 0,
                campaign_id=asked.campaign_id, answers=asked.answers(definition),
                hold_out_share=asked.hold_out_share, actor=g.actor, now=g.now,
                default_zone=settings().time_zone, catalogue=CATALOGUE,
            )  # fmt: skip
    except (AnswerRefused, HoldOutImpossible) as refused:
        note_refusal(asked, refused)
        return _refused(selection, asked)
    except (Invalid, Refused) as refused:
        return _refused(selection, asked, str(sentence(refused)))
    except TookTooLong:
        words = _("Считать слишком долго. Сузьте условия выборки, например укажите период.")
        return _refused(selection, asked, words)
    return _page(selection, definition, asked, found=found)


@bp.post("/selections/<int:selection_id>/run", endpoint="run")
@requires(SelectionPermission.RUN)
def run(selection_id: int) -> Any:
    """Write down whom it finds now; what was not checked as it stands there is checked first."""
    selection = get_selection(session(), selection_id, actor=g.actor)
    definition = _definition(selection)
    asked = read_asked(definition, request.form)
    if request.form.get("checked") != mark_of(selection, asked, _fields(definition, asked)):
        flash(_("Ответы ещё не проверены. Посмотрите, что получится, и запустите."), "bad")
        return _check(selection, definition, asked)
    note_choice(asked, actor=g.actor)
    if asked.is_wrong:
        return _refused(selection, asked)
    try:
        made = run_selection(
            session(), selection_id, unit_id=asked.unit_id or 0,
            answers=asked.answers(definition), hold_out_share=asked.hold_out_share,
            form_key=g.get("form_key"), actor=g.actor, now=g.now,
            default_zone=settings().time_zone, catalogue=CATALOGUE,
        )  # fmt: skip
    except (AnswerRefused, HoldOutImpossible) as refused:
        note_refusal(asked, refused)
        return _refused(selection, asked)
    except (Invalid, Refused) as refused:
        return _refused(selection, asked, str(sentence(refused)))
    address = url_for("selections.leads", lead_run_id=made.id, campaign=asked.campaign_id)
    return redirect(address, 303)


def _fields(definition: Definition, asked: AskedRun) -> list[AskedField]:
    today = local_day(g.now, g.actor.time_zone or settings().time_zone)
    return asked_fields(session(), definition, asked, today=today, actor=g.actor)


def _definition(selection: Selection) -> Definition:
    return from_wire(newest_version(session(), selection.id).definition)


def _refused(selection: Selection, asked: AskedRun, problem: str = "") -> Any:
    selection_id = selection.id
    session().rollback()
    selection = get_selection(session(), selection_id, actor=g.actor)
    return _page(selection, _definition(selection), asked, problem=problem, status=422)


def _page(
    selection: Selection,
    definition: Definition,
    asked: AskedRun,
    *,
    found: DryRun | None = None,
    problem: str = "",
    status: int = 200,
) -> Any:
    names = offered_now(session()).names([definition])
    units = unit_tree(session(), within=g.actor.unit_ids)
    known = {row.unit.id for row in units}
    if asked.unit_id not in known:
        asked.unit_id = next(iter(row.unit.id for row in units), None)
    fields = _fields(definition, asked)
    body = render_template(
        "selections/run.html",
        page="selections",
        selection=selection,
        asked=asked,
        fields=fields,
        checked=mark_of(selection, asked, fields) if found else "",
        units=units,
        campaigns=campaigns_that_take_leads(session()),
        problem=problem,
        found=found,
        list_unit=next(
            (
                row.unit.name
                for row in units
                if found and row.unit.id == found.list_unit_id != asked.unit_id
            ),
            "",
        ),
        size_warning=size_words(found.size) if found else "",
        vins=vins_told(definition, asked.answers(definition), asked.unit_id) if found else None,
        funnel=_funnel(found, definition, names) if found else [],
        samples=_samples(found, definition, names) if found else [],
        has_period=any(one.type is ParameterType.DAY for one in definition.parameters),
        is_vehicle=definition.subject is Subject.VEHICLE,
    )
    return make_response(body, status)


def _funnel(found: DryRun, definition: Definition, names: Names) -> list[tuple[str, int]]:
    """Each step in words, with how many are left after it."""
    steps: list[tuple[str, int]] = []
    for step in found.funnel:
        if step.path is None:
            words = _("Все в подразделении")
        elif step.path == ():
            words = part_words(definition.rule, definition, names)
        else:
            words = part_words(definition.rule.items[step.path[0]], definition, names)
        steps.append((words[:1].upper() + words[1:], step.count))
    return steps


def _samples(found: DryRun, definition: Definition, names: Names) -> list[tuple[Any, list[str]]]:
    nodes = {written(path): rule for path, rule in walk(definition.rule)}
    return [(one, reason_words(one.example.reasons, nodes, names)) for one in found.samples]
