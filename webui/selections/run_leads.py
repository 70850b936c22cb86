"""«Выбрать лиды»: the leads of a run, why each is here, and work-lists out of them (A9)."""

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for

from campaigns.lifecycle import CampaignFinished
from campaigns.models import Campaign
from core.errors import NotFound, Refused
from directory.units.tree import get_unit, unit_tree
from selections.answering import answers_from_wire
from selections.models import (
    FormingOrder,
    OrderState,
    Selection,
    SelectionPlan,
    SelectionRun,
    SelectionVersion,
)
from selections.permissions import SelectionPermission
from selections.reading import get_selection
from selections.rules import Definition, Rule, walk
from selections.running import get_run
from selections.statements import written
from selections.wire import DefinitionTooNew, DefinitionUnreadable, from_wire
from webui.labels.journal import actor_words
from webui.labels.rule_days import one_day
from webui.labels.rule_fields import field_name, lowered
from webui.labels.rule_sentences import Names, rule_words
from webui.labels.rules import parameter_words
from webui.labels.selections import unattended_words
from webui.labels.spoken import gettext as _
from webui.labels.words import sentence
from webui.numbers import row_number, row_number_or_none
from webui.requests import in_background, reads_only, requires, session, settings
from webui.selections.run_asked import campaigns_that_take_leads
from webui.selections.run_choice import LeadChoice, lead_filter
from webui.selections.studio_count import reason_words, shown_value
from webui.selections.studio_list import bp
from webui.selections.studio_offers import offered_now
from webui.selections.vins_told import VinsTold, vins_told
from webui.wording import whole
from worklists.forming import Formed
from worklists.forming_orders import formed_by, orders_of
from worklists.lead_scopes import LeadFilter
from worklists.permissions import WorkPermission
from worklists.run_leads import LeadRow, LeadsPage, form_run, leads_page, usual_unit
from worklists.task_page import names_of

_IN_ADDRESS = ("campaign", "to_unit", "usual_unit", "only", "page")


@bp.get("/selections/runs/<int:lead_run_id>", endpoint="leads")
@requires(SelectionPermission.RUN)
def leads(lead_run_id: int) -> Any:
    """The leads, with the filter of the address."""
    return _page(lead_run_id, request.args, LeadChoice())


@bp.post("/selections/runs/<int:lead_run_id>", endpoint="look")
@requires(SelectionPermission.RUN)
@reads_only
def look(lead_run_id: int) -> Any:
    """Another page or filter; what is ticked goes along in the form.

    As long as nothing is, and no name is looked for, the address says it all, so that Back works.
    """
    form, choice = request.form, LeadChoice.from_form(request.form)
    if choice != LeadChoice() or form.get("text", "").strip():
        return _page(lead_run_id, form, choice)
    get_run(session(), lead_run_id, actor=g.actor)
    told: dict[str, Any] = {name: form.get(name) or None for name in _IN_ADDRESS}
    return redirect(url_for("selections.leads", lead_run_id=lead_run_id, **told), 303)


@bp.post("/selections/runs/<int:lead_run_id>/work-lists", endpoint="form")
@requires(WorkPermission.FORM)
def form(lead_run_id: int) -> Any:
    """Form work-lists from what is ticked; many of them are formed in the background."""
    run = get_run(session(), lead_run_id, actor=g.actor)
    campaign_id = row_number_or_none(request.form.get("campaign", ""))
    choice = LeadChoice.from_form(request.form)
    if campaign_id is None:
        return _nothing(lead_run_id, choice, _("Выберите кампанию: по ней создаются задачи."))
    unit_id = row_number_or_none(request.form.get("to_unit", "")) or run.unit_id
    try:
        made = form_run(
            session(), run.id, campaign_id=campaign_id,
            unit_id=unit_id,
            scope=choice.scope(), form_key=g.get("form_key"), actor=g.actor, now=g.now,
            default_zone=settings().time_zone,
        )  # fmt: skip
    except (Refused, CampaignFinished) as refused:
        return _nothing(lead_run_id, choice, str(sentence(refused)))
    flash(_("Создаём рабочие листы. Страницу можно закрыть.") if isinstance(made, FormingOrder)
          else formed_words(made))  # fmt: skip
    address = url_for(
        "selections.leads", lead_run_id=run.id, campaign=campaign_id, to_unit=unit_id
    )  # fmt: skip
    return redirect(address, 303)


@bp.get("/selections/runs/<int:lead_run_id>/orders", endpoint="orders")
@requires(SelectionPermission.RUN)
@in_background
def orders(lead_run_id: int) -> Any:
    """What is being formed of the run, for the page that waits for it."""
    run = get_run(session(), lead_run_id, actor=g.actor)
    return render_template("selections/_orders.html", run=run, **_orders(run))


def formed_words(formed: Formed) -> str:
    """What came of forming, in one line."""
    if not formed.tasks_new:
        told = _(
            "Новых задач нет. Уже в работе: %(before)s, нельзя звонить: %(blocked)s.",
            before=whole(formed.already_in_work), blocked=whole(formed.blocked),
        )  # fmt: skip
        return _with_later(told, formed)
    told = _(
        "Создано задач: %(tasks)s. Новых листов: %(new)s, дополнено: %(more)s, "
        "уже в работе: %(before)s, нельзя звонить: %(blocked)s.",
        tasks=whole(formed.tasks_new), new=whole(formed.work_lists_new),
        more=whole(formed.work_lists_appended), before=whole(formed.already_in_work),
        blocked=whole(formed.blocked),
    )  # fmt: skip
    return _with_later(told, formed)


def _with_later(told: str, formed: Formed) -> str:
    """Only a plan with a limit a day leaves some for later."""
    if not formed.later:
        return told
    later = whole(formed.later)
    return f"{told} " + _("На следующие дни осталось: %(later)s.", later=later)


def _nothing(lead_run_id: int, choice: LeadChoice, problem: str) -> Any:
    session().rollback()
    return _page(lead_run_id, request.form, choice, problem=problem, status=422)


def _page(
    lead_run_id: int, asked: Any, choice: LeadChoice, *, problem: str = "", status: int = 200
) -> Any:
    run = get_run(session(), lead_run_id, actor=g.actor)
    plan = session().get(SelectionPlan, run.plan_id) if run.plan_id else None
    formed = _orders(run)
    campaign_id = asked.get("campaign", type=row_number)
    if plan is not None and "campaign" not in asked:
        campaign_id = plan.campaign_id
    campaign = session().get(Campaign, campaign_id) if campaign_id else None
    only, text = lead_filter(asked.get("only", "")), asked.get("text", "")[:100]
    usual = usual_unit(session(), run.unit_id, campaign.id if campaign else None, actor=g.actor)
    if plan is not None and plan.campaign_id == campaign_id and plan.list_unit_id:
        usual = plan.list_unit_id if plan.list_unit_id in g.actor.unit_ids else usual
    to_unit = asked.get("to_unit", type=row_number) or usual
    if to_unit == asked.get("usual_unit", type=row_number):
        to_unit = usual  # Nobody chose it, and the campaign may be another one by now.
    seen = leads_page(
        session(), run.id, campaign_id=campaign.id if campaign else None, unit_id=to_unit,
        actor=g.actor, now=g.now, only=only, text=text, page=asked.get("page", 1, type=row_number),
    )  # fmt: skip
    definition = _definition(run)
    names = offered_now(session()).names([definition] if definition else [])
    nodes = {written(path): rule for path, rule in walk(definition.rule)} if definition else {}
    rows = [(row, _why(row, nodes, names)) for row in seen.rows]
    here = {row.lead_id for row in seen.rows}
    body = render_template(
        "selections/leads.html",
        page="selections",
        run=run,
        selection=_selection(run),
        unit=get_unit(session(), run.unit_id, actor=g.actor),
        units=unit_tree(session(), within=g.actor.unit_ids),
        to_unit=to_unit,
        usual_unit=usual,
        words=rule_words(definition, names) if definition else "",
        answers=_answers(run, definition, names),
        vins=_vins(run, definition),
        campaigns=campaigns_that_take_leads(session()),
        campaign=campaign,
        seen=seen,
        rows=rows,
        only=only,
        filters=list(LeadFilter),
        text=text,
        choice=choice,
        elsewhere=sorted(choice.ticked - here),
        excluded=sorted(choice.unticked - here),
        chosen=_count(choice, seen, only, text),
        ticked_here=sum(
            choice.takes(row.lead_id) for row in seen.rows if row.verdict is LeadFilter.CALLABLE
        ),
        may_form=g.actor.may(WorkPermission.FORM),
        problem=problem,
        by=actor_words(run.run_by, names_of(session(), [run.run_by])),
        formable=_formable(seen, only),
        too_many=_made_before(run, plan) if not formed["orders"] else "",
        **formed,
    )  # fmt: skip
    return make_response(body, status)


def _count(choice: LeadChoice, seen: LeadsPage, only: LeadFilter, text: str) -> int | None:
    """How many are chosen; None: all of another filter, which this page does not count."""
    if choice.all_of is None:
        return len(choice.ticked)
    if choice.all_of != (only, text):
        return None
    return max(0, _formable(seen, only) - len(choice.unticked))


def _formable(seen: LeadsPage, only: LeadFilter) -> int:
    """How many of what the filter finds would become tasks."""
    is_there = only in (LeadFilter.ALL, LeadFilter.CALLABLE)
    return seen.counts[LeadFilter.CALLABLE] if is_there else 0


def _orders(run: SelectionRun) -> dict[str, Any]:
    asked = orders_of(session(), run.id, actor=g.actor)
    lines = [(one, _order_words(one)) for one in asked]
    return {"orders": lines, "is_waiting": any(one.state.value == "waiting" for one in asked)}


def _order_words(order: FormingOrder) -> str:
    if order.state is OrderState.FAILED:
        return unattended_words(order.problem)
    formed = formed_by(order)
    return formed_words(formed) if formed is not None else ""


def _made_before(run: SelectionRun, plan: SelectionPlan | None) -> str:
    """Why a run of a plan asked for no tasks although it found leads; empty: it need not."""
    if plan is None or plan.per_day is None or not run.leads_found:
        return ""
    return _(
        "Задач этот запуск не создал: в тот день расписание уже создавало их, до %(most)s в день.",
        most=whole(plan.per_day),
    )


def _selection(run: SelectionRun) -> Selection | None:
    """Where it leads back to; None for a file, and for what is no longer shared with them."""
    if run.selection_id is None:
        return None
    try:
        return get_selection(session(), run.selection_id, actor=g.actor)
    except NotFound:
        return None


def _definition(run: SelectionRun) -> Definition | None:
    """What was asked then; None for a file, and for what cannot be read any more."""
    version = session().get(SelectionVersion, run.version_id) if run.version_id else None
    try:
        return from_wire(version.definition) if version is not None else None
    except (DefinitionUnreadable, DefinitionTooNew):
        return None


def _why(row: LeadRow, nodes: dict[str, Rule], names: Names) -> list[str]:
    found = reason_words(row.why.get("rule", {}), nodes, names)
    columns = row.why.get("columns", {})
    more = [
        _("%(name)s: %(value)s", name=lowered(field_name(code)),
          value=shown_value(code, value, names))
        for code, value in columns.items()
        if value is not None
    ]  # fmt: skip
    return found + [one for one in more if one not in found]


def _vins(run: SelectionRun, definition: Definition | None) -> VinsTold | None:
    try:
        answers = answers_from_wire(run.parameters.get("answers", {}))
    except DefinitionUnreadable:
        return None
    return vins_told(definition, answers, run.unit_id) if definition is not None else None


def _answers(
    run: SelectionRun, definition: Definition | None, names: Names
) -> list[tuple[str, str]]:
    """What was answered before the run, each with its question."""
    if definition is None:
        return []
    try:
        answers = answers_from_wire(run.parameters.get("answers", {}))
    except DefinitionUnreadable:
        return []
    units = {str(row.unit.id): row.unit.name for row in unit_tree(session(), with_archived=True)}
    lines: list[tuple[str, str]] = []
    for one in definition.parameters:
        given = answers.get(one.code)
        if given is None:
            continue
        values = given if isinstance(given, tuple) else (given,)
        told = [
            units.get(str(value), str(value))
            if one.type.value in ("unit", "centre", "workshop")
            else value
            if isinstance(value, str)
            else one_day(value, str)
            for value in values[:6]
        ]
        more = _("ещё %(n)s", n=len(values) - 6) if len(values) > 6 else ""
        shown = ", ".join([*told, more] if more else told)
        lines.append((parameter_words(one.code, one.label), shown))
    return lines
