"""The folding sections beside the card, each a part by itself; all of them as one page."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, abort, g, make_response, redirect, render_template, url_for

from core.errors import Refused
from webui.card.routes import bp
from webui.errors import status_of
from webui.labels.words import label, sentence
from webui.requests import is_htmx, requires, session
from worklists.card.checklists import items_of
from worklists.card.documents import documents_of
from worklists.card.links import links_of
from worklists.card.models import LinkKind
from worklists.card.priority import FIRST, LAST
from worklists.card.summary import card_counts
from worklists.card.watchers import watching
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.saving import get_task

SECTIONS = ("documents", "checklist", "watchers", "links", "priority")


def _documents(task: Task) -> dict[str, Any]:
    return {"documents": documents_of(session(), task.id, actor=g.actor)}


def _checklist(task: Task) -> dict[str, Any]:
    return {"items": items_of(session(), task.id, actor=g.actor)}


def _watchers(task: Task) -> dict[str, Any]:
    return {"watching": watching(session(), task.id, actor=g.actor)}


def _links(task: Task) -> dict[str, Any]:
    from webui.labels.notices import LINKED_FROM

    lines = [
        {"line": line, "words": label(line.kind) if line.is_from_here else LINKED_FROM[line.kind]}
        for line in links_of(session(), task.id, actor=g.actor)
    ]
    return {"links": lines, "link_kinds": list(LinkKind)}


def _priority(task: Task) -> dict[str, Any]:
    return {"priorities": range(FIRST, LAST + 1)}


_VALUES: Mapping[str, Callable[[Task], dict[str, Any]]] = {
    "documents": _documents,
    "checklist": _checklist,
    "watchers": _watchers,
    "links": _links,
    "priority": _priority,
}


@bp.get("/tasks/<int:task_id>/extras")
@requires(WorkPermission.SEE)
def extras(task_id: int) -> Response:
    """All sections as a page: for narrow windows and for work without scripts."""
    return _page(task_id)


@bp.get("/tasks/<int:task_id>/extras/<section>")
@requires(WorkPermission.SEE)
def section(task_id: int, section: str) -> Any:
    """One section, for its fold; without scripts its place on the page of all."""
    if section not in SECTIONS:
        abort(404)
    if not is_htmx():
        get_task(session(), task_id, actor=g.actor)
        return redirect(_place(task_id, section))
    return _part(task_id, section)


def answer(task_id: int, section: str) -> Response:
    """After a change: the section with its new number."""
    if not is_htmx():
        return redirect(_place(task_id, section), 303)  # type: ignore[return-value]
    session().flush()
    session().expire_all()
    return _part(task_id, section)


def refuse(
    task_id: int, section: str, error: Refused, *, status: int | None = None, typed: str = ""
) -> Response:
    """Nothing was written: the section says why and keeps what was typed."""
    session().rollback()
    told = {"section": section, "text": str(sentence(error)), "typed": typed}
    status = status or status_of(error)
    if is_htmx():
        return _part(task_id, section, told, status)
    return _page(task_id, told, status)


def _part(
    task_id: int, section: str, told: dict[str, str] | None = None, status: int = 200
) -> Response:
    task = get_task(session(), task_id, actor=g.actor)
    values = _VALUES[section](task)
    part = render_template("card/_answer.html", section=section, task=task, told=told,
                           extras=card_counts(session(), task_id, actor=g.actor),
                           **values)  # fmt: skip
    return make_response(part, status)


def _page(task_id: int, told: dict[str, str] | None = None, status: int = 200) -> Response:
    task = get_task(session(), task_id, actor=g.actor)
    values: dict[str, Any] = {}
    for read in _VALUES.values():
        values |= read(task)
    page = render_template("card/extras.html", sections=SECTIONS, task=task, told=told,
                           extras=card_counts(session(), task_id, actor=g.actor),
                           **values)  # fmt: skip
    return make_response(page, status)


def _place(task_id: int, section: str) -> str:
    return url_for("card.extras", task_id=task_id, _anchor=f"sec-{section}")
