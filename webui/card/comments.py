"""Writing, mending and taking away comments."""

from flask import Response, g, make_response, redirect, render_template, request, url_for

from core.errors import Invalid, Refused
from webui.card.routes import bp
from webui.card.talk import talk_answer
from webui.errors import status_of
from webui.labels.words import sentence
from webui.requests import is_htmx, requires, session
from worklists.card.comments import (
    add_comment,
    comment_line,
    delete_comment,
    edit_comment,
)
from worklists.permissions import WorkPermission


@bp.post("/tasks/<int:task_id>/comments", endpoint="add_comment")
@requires(WorkPermission.WORK)
def add(task_id: int) -> Response:
    """A new comment."""
    text = request.form.get("text", "")
    try:
        add_comment(session(), task_id, text=text, actor=g.actor, now=g.now)
    except Invalid as error:
        session().rollback()
        return talk_answer(task_id, error=str(sentence(error)), typed=text, status=422)
    if is_htmx():
        session().flush()
        return talk_answer(task_id)
    return _back(task_id)


@bp.get("/comments/<int:comment_id>", endpoint="comment")
@requires(WorkPermission.SEE)
def show(comment_id: int) -> Response:
    """One comment, with the forms of its author."""
    return _page(comment_id)


@bp.post("/comments/<int:comment_id>", endpoint="edit_comment")
@requires(WorkPermission.WORK)
def edit(comment_id: int) -> Response:
    """The author's new wording."""
    text = request.form.get("text", "")
    try:
        comment = edit_comment(session(), comment_id, text=text, actor=g.actor, now=g.now)
    except Refused as error:
        session().rollback()
        return _page(comment_id, error=str(sentence(error)), typed=text, status=status_of(error))
    return _back(comment.task_id)


@bp.post("/comments/<int:comment_id>/delete", endpoint="delete_comment")
@requires(WorkPermission.WORK)
def delete(comment_id: int) -> Response:
    """Taken away by its author."""
    return _back(delete_comment(session(), comment_id, actor=g.actor, now=g.now).task_id)


def _page(comment_id: int, *, error: str = "", typed: str = "", status: int = 200) -> Response:
    line = comment_line(session(), comment_id, actor=g.actor, now=g.now)
    page = render_template("card/comment.html", line=line, error=error, typed=typed or line.text)
    return make_response(page, status)


def _back(task_id: int) -> Response:
    target = url_for("tasks.show", task_id=task_id, _anchor="history")
    return redirect(target, 303)  # type: ignore[return-value]
