"""«Очередь»: where every task stands and why; an empty queue explains itself (rule 13)."""

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _

from campaigns.contact_caps import household_days
from webui.boards import filters
from webui.labels.queue import PART_LABELS, PART_TONES, UNTIL_MENDED
from webui.periods import Period, today
from webui.requests import requires, session
from worklists.permissions import WorkPermission
from worklists.queue_numbers import (
    CLOSED_PARTS,
    DONE,
    GIVEN,
    IN_QUEUE,
    ON_CONTROL,
    PARTS,
    TAKEN,
    Cursor,
    Scope,
    how_many_in,
    numbers,
    scope_of,
    tasks_in,
    totals,
    why_empty,
)
from worklists.queue_waits import next_free_at
from worklists.verdicts import BlockRule

bp = Blueprint("queue", __name__)

_PER_PAGE = 100
_ALWAYS = (IN_QUEUE, GIVEN, TAKEN, BlockRule.NOT_DUE.value, ON_CONTROL, DONE)
"""Columns that stand there even with nothing in them; a rule only while it keeps tasks back."""


@bp.get("/queue")
@requires(WorkPermission.SEE)
def page() -> str:
    """The numbers by campaign; ``?own=1``: as the queue of the person who looks."""
    scope = _scope()
    lines = numbers(session(), scope)
    found = totals(lines)
    is_empty = found[IN_QUEUE] == 0
    waiting = why_empty(session(), scope) if is_empty and lines else ()
    return render_template(
        "boards/queue.html",
        page="queue",
        own=_own(),
        lines=lines,
        found=found,
        parts=[part for part in PARTS if found[part] or part in (*_ALWAYS, *_asked_for())],
        total=sum(found.values()),
        is_empty=is_empty,
        waiting=waiting,
        next_at=next_free_at(waiting),
        part_labels=PART_LABELS,
        part_tones=PART_TONES,
        until_mended=UNTIL_MENDED,
        paused=BlockRule.CAMPAIGN_PAUSED.value,
    )


@bp.get("/queue/tasks")
@requires(WorkPermission.SEE)
def tasks() -> str:
    """The tasks behind one number: ``?part=`` and perhaps ``campaign=``."""
    part = request.args.get("part", "")
    if part not in PARTS:
        abort(404)
    campaign_id = filters.whole("campaign")
    scope = _scope()
    lines = tasks_in(
        session(),
        scope,
        part,
        campaign_id=campaign_id,
        after=Cursor.read(request.args.get("after", "")),
        limit=_PER_PAGE + 1,
    )
    more = len(lines) > _PER_PAGE
    shown = lines[:_PER_PAGE]
    return render_template(
        "boards/queue_tasks.html",
        page="queue",
        part=part,
        part_labels=PART_LABELS,
        lines=shown,
        total=how_many_in(session(), scope, part, campaign_id=campaign_id),
        heading=_heading(part),
        newest_first=part in CLOSED_PARTS,
        after=Cursor(shown[-1].at, shown[-1].task_id) if more else None,
        campaign=dict(filters.campaigns()).get(campaign_id or 0),
        back=url_for("queue.page", own=1 if _own() else None),
    )


def _heading(part: str) -> str:
    """What the time in the first column is."""
    if part in CLOSED_PARTS:
        return str(_("Закрыта"))
    return str(_("Проверить") if part == ON_CONTROL else _("Срок"))


def _asked_for() -> tuple[str, ...]:
    """The column of «one call per household» while that is on: who asked for it looks there."""
    return () if household_days(session()) is None else (BlockRule.HOUSEHOLD.value,)


def _own() -> bool:
    return request.args.get("own") == "1"


def _scope() -> Scope:
    day: Any = today()
    return scope_of(
        session(), actor=g.actor, now=g.now, day_began=Period(day, day).since, own=_own()
    )
