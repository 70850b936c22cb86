"""The panel of the card with two tabs: what people wrote, and everything that happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, g, make_response, render_template, request
from flask_babel import gettext as _

from webui.card.routes import bp
from webui.labels.journal import journal_line
from webui.labels.words import label
from webui.numbers import row_number
from webui.requests import is_htmx, requires, session
from webui.tasks.looks import AttemptView
from worklists.card.comments import comments_of
from worklists.card.documents import SHOWN_INLINE
from worklists.card.summary import card_counts
from worklists.card.timeline import Timeline, TimelineKey, TimelineKind, TimelineLine, timeline
from worklists.permissions import WorkPermission
from worklists.saving import get_task

_ICONS = {
    TimelineKind.COMMENTS: ("accent", "note"),
    TimelineKind.DOCUMENTS: ("neutral", "file-invoice"),
    TimelineKind.DEEDS: ("neutral", "user-check"),
    TimelineKind.SCHEDULE: ("neutral", "clock"),
    TimelineKind.ORIGIN: ("neutral", "file-spreadsheet"),
}


@dataclass(frozen=True)
class LineView:
    """One line of the history in the words of this person's language."""

    at: datetime
    title: str
    who: str
    text: str
    more: str
    tone: str
    icon: str
    is_undone: bool = False
    url: str = ""


@bp.get("/tasks/<int:task_id>/talk")
@requires(WorkPermission.SEE)
def talk(task_id: int) -> Response:
    """``tab`` is ``comments`` or ``timeline``; ``kind`` filters, ``before`` pages the latter."""
    return talk_answer(task_id, tab=request.args.get("tab", "comments"))


def talk_answer(
    task_id: int, *, tab: str = "comments", error: str = "", typed: str = "", status: int = 200
) -> Response:
    """The panel (or its next lines) for htmx, a page of its own otherwise."""
    task = get_task(session(), task_id, actor=g.actor)
    values: dict[str, Any] = {
        "task": task,
        "tab": "timeline" if tab == "timeline" else "comments",
        "extras": card_counts(session(), task_id, actor=g.actor),
        "error": error,
        "typed": typed,
    }
    before = None
    if values["tab"] == "timeline":
        before = _key(request.args.get("before", ""))
        values |= _timeline_values(task_id, before)
    else:
        values["comments"] = comments_of(session(), task_id, actor=g.actor, now=g.now)
    template = "card/talk.html"
    if is_htmx():
        template = "card/_lines.html" if before is not None else "card/_talk.html"
    return make_response(render_template(template, in_page=not is_htmx(), **values), status)


def _timeline_values(task_id: int, before: TimelineKey | None) -> dict[str, Any]:
    wanted = request.args.get("kind", "")
    only = TimelineKind(wanted) if wanted in set(TimelineKind) else None
    found = timeline(session(), task_id, only=only, before=before, actor=g.actor, now=g.now)
    return {
        "kinds": list(TimelineKind),
        "only": only.value if only else "",
        "lines": _views(found),
        "next": _text(found.next) if found.next else "",
        "is_more": before is not None,
    }


def _views(found: Timeline) -> Sequence[LineView]:
    return [_view(line, found.people) for line in found.lines]


def _view(line: TimelineLine, people: dict[str, str]) -> LineView:
    at = line.key.at
    if line.comment is not None:
        title = _("Комментарий удалён") if line.comment.is_deleted else _("Комментарий")
        more = _("изменён") if line.comment.is_edited and not line.comment.is_deleted else ""
        return LineView(at, title, line.by, line.comment.text, more, *_ICONS[line.kind])
    if line.attempt is not None:
        seen = AttemptView.of(line.attempt)
        more = journal_line(line.entry, people).more if line.entry is not None else ""
        return LineView(at, seen.title, seen.by, seen.comment, more, seen.tone, seen.icon,
                        is_undone=seen.is_undone)  # fmt: skip
    if line.document is not None:
        document = line.document
        is_there = document.deleted_at is None
        view = "/view" if document.kind in SHOWN_INLINE else ""
        return LineView(at, _("Добавлен документ"), line.by, document.name, label(document.kind),
                        *_ICONS[line.kind],
                        url=f"/documents/{document.id}{view}" if is_there else "")  # fmt: skip
    assert line.entry is not None
    entry = journal_line(line.entry, people)
    text = _("Из файла или выборки «%(title)s»", title=line.origin) if line.origin else ""
    more = ", ".join(part for part in (entry.more, line.about) if part)
    return LineView(at, entry.what, entry.who, text, more, *_ICONS[line.kind])


def _text(key: TimelineKey) -> str:
    return f"{key.at.isoformat()}~{key.source}~{key.id}"


def _key(text: str) -> TimelineKey | None:
    """The cursor of an address; one that cannot be read begins at the start."""
    at, _tilde, rest = text.partition("~")
    source, _tilde, number = rest.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        key = TimelineKey(moment, row_number(source), row_number(number))
    except ValueError:
        return None
    return key if moment.tzinfo is not None else None
