"""Campaigns: what is said, when it calls, how it tries again, whether it runs (rules 9, 15)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from campaigns.editing import (
    CampaignChangedMeanwhile,
    CampaignDraft,
    CampaignWrong,
    campaigns_to_edit,
    change_campaign,
    check_draft,
    draft_of,
    get_campaign,
    ladder_preview,
    merged,
    move_campaign,
)
from campaigns.life import life_in_days
from campaigns.lifecycle import TRANSITIONS, CampaignAction
from campaigns.models import Campaign
from campaigns.permissions import CampaignPermission
from core.errors import NotFound, Refused
from core.journal import JournalEntry, history_of
from directory.calendars.visibility import calendar_of_unit
from webui.admin.answers import put_error, saved
from webui.admin.campaign_form import CampaignForm, field_names, form_of
from webui.labels.journal import actor_words
from webui.labels.words import label, sentence
from webui.requests import is_htmx, requires
from webui.wording import moment
from worklists.plan_reading import plans_ended_with
from worklists.task_page import names_of
from worklists.unit_work import calls_ended_with

bp = Blueprint("admin_campaigns", __name__, url_prefix="/admin/campaigns")
_manages = requires(CampaignPermission.MANAGE_CAMPAIGNS)
_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What the values of the form would lead to now; ``wrong``: why nobody can say."""

    tries: str = ""
    opens_at: datetime | None = None
    expires_at: datetime | None = None
    wrong: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of «who changed what»."""

    at: datetime
    who: str
    what: str


@bp.get("")
@_manages
def page() -> Any:
    """All campaigns."""
    return render_template(
        "admin/campaigns.html", campaigns=campaigns_to_edit(g.session, actor=g.actor)
    )


@bp.get("/<int:campaign_id>")
@_manages
def campaign(campaign_id: int) -> Any:
    """One campaign: what may be changed, when it would try again, who changed what."""
    found = get_campaign(g.session, campaign_id, actor=g.actor)
    return _page(found, form_of(found), _outlook(draft_of(found)))


@bp.post("/<int:campaign_id>")
@_manages
def change(campaign_id: int) -> Any:
    """Save; tasks that wait already keep the times they have."""
    found = get_campaign(g.session, campaign_id, actor=g.actor)
    form = CampaignForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        change_campaign(
            g.session, campaign_id, form.draft(), version=form.opened_version(), actor=g.actor,
            now=g.now,
        )  # fmt: skip
    except CampaignChangedMeanwhile as error:
        return _conflict(found, form, error), 409
    except CampaignWrong as error:
        put_error(form, error)
        return _page(found, form, Outlook(wrong=sentence(error))), 422
    return saved(url_for(".campaign", campaign_id=campaign_id), _("Кампания сохранена."))


@bp.post("/<int:campaign_id>/preview")
@_manages
def preview(campaign_id: int) -> Any:
    """What the form would lead to; nothing is saved. A part of the page for scripts."""
    found = get_campaign(g.session, campaign_id, actor=g.actor)
    form = CampaignForm()
    outlook = Outlook(wrong=_("Проверьте отмеченные поля."))
    if form.validate_on_submit():
        draft = form.draft()
        try:
            check_draft(g.session, draft)
            outlook = _outlook(draft)
        except CampaignWrong as error:
            put_error(form, error)
            outlook = Outlook(wrong=sentence(error))
    if is_htmx():
        return render_template("admin/_campaign_outlook.html", outlook=outlook)
    return _page(found, form, outlook)


@bp.post("/<int:campaign_id>/state")
@_manages
def move(campaign_id: int) -> Any:
    """Pause, resume or finish."""
    try:
        action = CampaignAction(request.form.get("action", ""))
    except ValueError:
        raise NotFound("action", campaign_id) from None
    address = url_for(".campaign", campaign_id=campaign_id)
    try:
        move_campaign(g.session, campaign_id, action, actor=g.actor, now=g.now)
    except Refused:
        return saved(address, _("Состояние уже другое: посмотрите, что можно."), tone="bad")
    return saved(address, _("Состояние кампании изменено."))


def _conflict(found: Campaign, form: CampaignForm, error: CampaignChangedMeanwhile) -> str:
    """The page with what was typed and, in fields left as they were, what the other wrote."""
    draft, both = merged(form.opened_values(), form.draft(), draft_of(found))
    form = form_of(found, draft)
    who = actor_words(error.by_key, names_of(g.session, [error.by_key]))
    names = field_names(form)
    what = ", ".join(names.get(name, name) for name in error.changed)
    words = f"{sentence(error)} {who}: {what}."
    if both:
        fields = ", ".join(names.get(name, name) for name in both)
        words += " " + _("Изменили и вы, и он, в форме ваше: %(fields)s.", fields=fields)
    form.form_errors.append(words)
    return _page(found, form, _outlook(draft))


def _outlook(draft: CampaignDraft) -> Outlook:
    """As for a client in the zone of the person who looks, and for the first of their units."""
    zone = g.actor.time_zone
    first = min(g.actor.unit_ids, default=None)
    calendar = calendar_of_unit(g.session, first, default_zone=zone) if first else None
    tries = ladder_preview(draft, zone=zone, calendar=calendar, now=g.now)
    life = life_in_days(draft.opens_after_days, draft.expires_after_days, g.now, zone)
    return Outlook(
        tries=", ".join(moment(at) for at in tries),
        opens_at=life.opens_at,
        expires_at=life.expires_at,
    )


def _page(found: Campaign, form: CampaignForm, outlook: Outlook | None = None) -> str:
    actions = [action for (state, action) in TRANSITIONS if state is found.state]
    can_finish = CampaignAction.FINISH in actions
    return render_template(
        "admin/campaign.html",
        form=form,
        campaign=found,
        plans=plans_ended_with(g.session, found.id) if can_finish else 0,
        open_tasks=calls_ended_with(g.session, found.id) if can_finish else 0,
        actions=actions,
        outlook=outlook or Outlook(wrong=_("Проверьте отмеченные поля.")),
        history=_changes(history_of(g.session, "campaign", found.id, limit=_SHOWN), form),
    )


def _changes(entries: Any, form: CampaignForm) -> list[Change]:
    """The newest first."""
    people = names_of(g.session, {entry.actor for entry in entries})
    names = field_names(form)
    return [
        Change(at=entry.at, who=actor_words(entry.actor, people), what=_what(entry, names))
        for entry in reversed(entries)
    ]


def _what(entry: JournalEntry, names: dict[str, str]) -> str:
    if "action" in entry.details:
        return label(CampaignAction(entry.details["action"]))
    return ", ".join(names.get(name, name) for name in entry.details.get("changed", []))
