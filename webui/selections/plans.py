"""«По расписанию»: a selection that runs by the clock and forms work-lists (A9)."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for

from campaigns.lifecycle import TAKES_LEADS, CampaignFinished
from campaigns.models import Campaign
from core.clock import local_day
from core.errors import Invalid, NotFound, Refused
from directory.units.models import Unit
from directory.units.tree import unit_tree, zone_of
from selections.answering import answers_from_wire
from selections.models import Cadence, Selection, SelectionPlan
from selections.permissions import SelectionPermission
from selections.reading import get_selection, newest_version
from selections.refusals import AnswerRefused, HoldOutImpossible
from selections.rules import Definition, Parameter, ParameterType
from selections.wire import from_wire
from webui.labels.spoken import gettext as _
from webui.labels.words import sentence
from webui.numbers import row_number_or_none
from webui.requests import requires, session, settings
from webui.selections.catalogue import CATALOGUE
from webui.selections.run_asked import (
    AskedRun,
    asked_fields,
    campaigns_that_take_leads,
    note_refusal,
    read_asked,
)
from webui.selections.studio_list import bp
from worklists.selection_plans import (
    PlanDraft,
    add_plan,
    change_plan,
    get_plan,
    switch_plan,
)

_NO_DAY = 7
_AT_FIELDS = ("campaign", "at", "weekday", "per_day")
"""What a refusal may name, at whose field it is told."""
_TYPED = ("cadence", "at", "weekday", "per_day", "to_unit")


@bp.get("/selections/<int:selection_id>/plans/new", endpoint="new_plan")
@requires(SelectionPermission.DEFINE)
def new_plan(selection_id: int) -> Any:
    """The form of a plan."""
    selection = get_selection(session(), selection_id, actor=g.actor)
    typed = {"cadence": Cadence.DAILY.value, "at": "08:00", "weekday": "0", "per_day": "",
             "to_unit": ""}  # fmt: skip
    return _page(selection, None, AskedRun(unit_id=selection.unit_id), typed)


@bp.post("/selections/<int:selection_id>/plans/new", endpoint="create_plan")
@requires(SelectionPermission.DEFINE)
def create_plan(selection_id: int) -> Any:
    """Let the selection run by the clock."""
    return _save(get_selection(session(), selection_id, actor=g.actor), None)


@bp.get("/selections/plans/<int:selection_plan_id>", endpoint="plan")
@requires(SelectionPermission.DEFINE)
def plan(selection_plan_id: int) -> Any:
    """The form of a plan that is there."""
    found = get_plan(session(), selection_plan_id, actor=g.actor)
    selection = get_selection(session(), found.selection_id, actor=g.actor)
    answers = answers_from_wire(found.answers)
    asked = AskedRun(
        found.unit_id, found.campaign_id, str(found.hold_out_share // 100 or ""),
        {code: _lines(value) for code, value in answers.items()},
    )  # fmt: skip
    typed = {
        "cadence": found.cadence.value,
        "at": f"{found.at:%H:%M}" if found.at else "08:00",
        "weekday": str(found.weekday or 0),
        "per_day": str(found.per_day or ""),
        "to_unit": str(found.list_unit_id or ""),
    }
    return _page(selection, found, asked, typed)


@bp.post("/selections/plans/<int:selection_plan_id>", endpoint="change_plan")
@requires(SelectionPermission.DEFINE)
def change(selection_plan_id: int) -> Any:
    """Write the plan anew."""
    found = get_plan(session(), selection_plan_id, actor=g.actor)
    return _save(get_selection(session(), found.selection_id, actor=g.actor), found)


@bp.post("/selections/plans/<int:selection_plan_id>/switch", endpoint="switch_plan")
@requires(SelectionPermission.DEFINE)
def switch(selection_plan_id: int) -> Any:
    """Switch it on or off."""
    is_on = request.form.get("on") == "1"
    try:
        found = switch_plan(
            session(), selection_plan_id, is_on=is_on, actor=g.actor, now=g.now,
            default_zone=settings().time_zone,
        )  # fmt: skip
    except Refused as refused:
        session().rollback()
        flash(str(sentence(refused)), "bad")
        return redirect(_back(get_plan(session(), selection_plan_id, actor=g.actor)), 303)
    flash(_("Расписание включено.") if is_on else _("Расписание выключено."))
    return redirect(_back(found), 303)


def _back(plan: SelectionPlan) -> str:
    """The page of its selection; the list when that is no longer shared with the person."""
    try:
        get_selection(session(), plan.selection_id, actor=g.actor)
    except NotFound:
        return url_for("selections.page")
    # The fragment is its button, which so has the focus again.
    return url_for("selections.show", selection_id=plan.selection_id, _anchor=f"plan-{plan.id}")


def _lines(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, tuple) else (value,))]


def _save(selection: Selection, found: SelectionPlan | None) -> Any:
    definition = _definition(selection)
    asked = read_asked(definition, request.form)
    asked.typed = {
        one.code: asked.typed[one.code] for one in definition.parameters if _is_asked(one)
    }
    typed = {name: request.form.get(name, "")[:20] for name in _TYPED}
    try:
        draft = _draft(definition, asked, typed)
        given: dict[str, Any] = {
            "actor": g.actor, "now": g.now, "default_zone": settings().time_zone,
            "catalogue": CATALOGUE,
        }  # fmt: skip
        if found is None:
            add_plan(session(), selection.id, draft, **given)
        else:
            version = row_number_or_none(request.form.get("version", "")) or 0
            change_plan(session(), found.id, draft, version=version, **given)
    except (Invalid, Refused) as refused:
        return _refused(selection, found, asked, typed, refused)
    flash(_("Расписание сохранено."))
    return redirect(url_for("selections.show", selection_id=selection.id), 303)


def _draft(definition: Definition, asked: AskedRun, typed: dict[str, str]) -> PlanDraft:
    """What was typed; what is no number or time is refused by the plan itself."""
    per_day = typed["per_day"].strip()
    weekday = row_number_or_none(typed["weekday"])
    return PlanDraft(
        unit_id=asked.unit_id or 0,
        campaign_id=asked.campaign_id or 0,
        list_unit_id=row_number_or_none(typed["to_unit"]),
        answers=asked.answers(definition),
        cadence=next((one for one in Cadence if one.value == typed["cadence"]), Cadence.DAILY),
        at=_time(typed["at"]),
        weekday=_NO_DAY if weekday is None else weekday,
        per_day=(row_number_or_none(per_day) or 0) if per_day else None,
        hold_out_share=asked.hold_out_share,
    )


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def _is_asked(parameter: Parameter) -> bool:
    """A day that has a default counts from the day of each run: it is not asked here."""
    return parameter.type is not ParameterType.DAY or parameter.default is None


def _definition(selection: Selection) -> Definition:
    return from_wire(newest_version(session(), selection.id).definition)


def _finished_campaign(found: SelectionPlan | None) -> str:
    """The name of the plan's campaign, when it is finished and so not in the list any more."""
    campaign = session().get(Campaign, found.campaign_id) if found else None
    return campaign.name if campaign and campaign.state not in TAKES_LEADS else ""


def _kept_unit(found: SelectionPlan | None, mine: set[int]) -> Unit | None:
    """The unit of the plan's work-lists, where somebody above has set one of others."""
    unit_id = found.list_unit_id if found else None
    return session().get(Unit, unit_id) if unit_id and unit_id not in mine else None


def _refused(
    selection: Selection,
    found: SelectionPlan | None,
    asked: AskedRun,
    typed: dict[str, str],
    refused: Invalid | Refused,
) -> Any:
    words, problems = str(sentence(refused)), dict[str, str]()
    field = "campaign" if isinstance(refused, CampaignFinished) else getattr(refused, "field", "")
    if isinstance(refused, AnswerRefused | HoldOutImpossible):
        note_refusal(asked, refused)
        words = ""
    elif field in _AT_FIELDS:
        words, problems = "", {field: words}
    selection_id, plan_id = selection.id, found.id if found else None
    session().rollback()
    selection = get_selection(session(), selection_id, actor=g.actor)
    found = get_plan(session(), plan_id, actor=g.actor) if plan_id else None
    status = 422 if isinstance(refused, Invalid) else 409
    return _page(selection, found, asked, typed, words, status, problems)


def _page(
    selection: Selection,
    found: SelectionPlan | None,
    asked: AskedRun,
    typed: dict[str, str],
    problem: str = "",
    status: int = 200,
    problems: Mapping[str, str] | None = None,
) -> Any:
    definition = _definition(selection)
    units = unit_tree(session(), within=g.actor.unit_ids)
    shown = [row.unit for row in units if row.unit.id == asked.unit_id] or [
        row.unit for row in units[:1]
    ]
    today = local_day(g.now, g.actor.time_zone or settings().time_zone)
    fields = asked_fields(session(), definition, asked, today=today, actor=g.actor)
    body = render_template(
        "selections/plan.html",
        page="selections",
        selection=selection,
        plan=found,
        asked=asked,
        typed=typed,
        fields=[one for one in fields if _is_asked(one.parameter)],
        units=units,
        zone_unit=shown[0] if shown else None,
        zone=zone_of(session(), shown[0].id, settings().time_zone) if shown else "",
        kept_unit=_kept_unit(found, {row.unit.id for row in units}),
        campaigns=campaigns_that_take_leads(session()),
        finished=_finished_campaign(found),
        cadences=list(Cadence),
        problem=problem,
        problems=problems or {},
    )
    return make_response(body, status)
