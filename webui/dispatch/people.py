"""Limits in hand and skills: of people, of units, and what campaigns ask for."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webui.boards import filters as offered
from webui.dispatch.routes import bp
from webui.requests import requires, session
from worklists.dispatch.capacity import (
    DEFAULT_LIMIT,
    HIGHEST_LIMIT,
    LONGEST_SKILL,
    campaign_skills,
    is_skill,
    people_for,
    set_campaign_skills,
    set_person_limit,
    set_person_skills,
    set_unit_limit,
    unit_limits,
)
from worklists.permissions import WorkPermission


@bp.get("/dispatch/people")
@requires(WorkPermission.DISPATCH)
def people() -> str:
    """Who has how much in hand, their limits and skills."""
    return _page({}, frozenset())


def _page(typed: Mapping[str, str], bad: Collection[str]) -> str:
    """The page; ``typed``: fields as they were sent, ``bad``: impossible limits and skills."""
    return render_template(
        "dispatch/people.html",
        page="dispatch",
        people=people_for(session(), actor=g.actor, now=g.now),
        units=offered.units(),
        limits=unit_limits(session()),
        campaigns=offered.campaigns(),
        asked=campaign_skills(session()),
        default=DEFAULT_LIMIT,
        highest=HIGHEST_LIMIT,
        longest=LONGEST_SKILL,
        typed=typed,
        bad=bad,
    )


@bp.post("/dispatch/people")
@requires(WorkPermission.DISPATCH)
def save_people() -> Any:
    """Save the whole page, or nothing while something is impossible: 422, as it was typed."""
    bad = {name for name in request.form if not _is_possible(name)}
    if bad:
        return make_response(_page(request.form, bad), 422)
    _save()
    flash(_("Пределы и навыки сохранены."))
    return redirect(url_for("dispatch.people"), 303)


def _save() -> None:
    form = request.form
    for person in people_for(session(), actor=g.actor, now=g.now):
        if f"limit-{person.id}" not in form:
            continue
        limit, skills = _number(f"limit-{person.id}"), _tags(f"skills-{person.id}")
        if limit != person.own_limit:
            set_person_limit(session(), person.id, limit, actor=g.actor, now=g.now)
        if f"skills-{person.id}" in form and set(skills) != person.skills:
            set_person_skills(session(), person.id, skills, actor=g.actor, now=g.now)
    for unit_id, _name in offered.units():
        if f"unit-{unit_id}" in form:
            set_unit_limit(session(), unit_id, _number(f"unit-{unit_id}"), actor=g.actor)
    for campaign_id, _name in offered.campaigns():
        if f"campaign-{campaign_id}" in form:
            skills = _tags(f"campaign-{campaign_id}")
            set_campaign_skills(session(), campaign_id, skills, actor=g.actor)


def _is_limit(name: str) -> bool:
    return name.startswith(("limit-", "unit-"))


def _is_possible(name: str) -> bool:
    if name.startswith(("skills-", "campaign-")):
        return all(map(is_skill, _tags(name)))
    if not _is_limit(name):
        return True
    limit = _number(name)
    return limit is None or 0 <= limit <= HIGHEST_LIMIT


def _number(name: str) -> int | None:
    """The number typed; None for an empty field, an impossible one for what is no number."""
    text = request.form[name].strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _tags(name: str) -> list[str]:
    return [tag for tag in request.form.get(name, "").split(",") if tag.strip()]
