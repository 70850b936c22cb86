"""Comments on a task: everybody who works on it reads them, the author mends or removes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, NotFound, Refused
from core.journal import record
from directory.staff.models import Employee
from worklists.card.access import require_open_to, require_seen
from worklists.card.events import CommentDeleted, CommentEdited
from worklists.card.models import Comment
from worklists.card.sent_along import chain_of
from worklists.card.telling import tell_about
from worklists.models.task import Task
from worklists.visibility import task_is_visible

EDIT_WITHIN = timedelta(minutes=15)
LONGEST = 4_000
"""Characters."""


class CommentEmpty(Invalid):
    """A comment says something."""

    field = "text"


class CommentTooLong(Invalid):
    """A comment is a note, not a document."""

    field = "text"


class NotYourComment(Refused):
    """Only its author changes or deletes a comment."""


class TooLateToEdit(Refused):
    """Others have read and answered it by now: the author writes another one."""


@dataclass(frozen=True, kw_only=True)
class CommentLine:
    """A comment as the card shows it."""

    id: int
    task_id: int
    text: str
    by: str
    at: datetime
    is_edited: bool
    is_deleted: bool
    can_edit: bool
    can_delete: bool


def add_comment(
    session: Session, task_id: int, *, text: str, actor: Actor, now: datetime
) -> Comment:
    """Write a comment; the performer and the watchers are told.

    Raises NotPermitted, NotFound, CommentEmpty, CommentTooLong.
    """
    require_open_to(session, task_id, actor=actor)
    comment = Comment(task_id=task_id, author_id=actor.person, text=_checked(text), at=now)
    session.add(comment)
    session.flush()
    tell_about(session, task_id, kind="comment_added", occasion=f"comment:{comment.id}",
               with_performer=True, actor=actor, now=now)  # fmt: skip
    return comment


def edit_comment(
    session: Session, comment_id: int, *, text: str, actor: Actor, now: datetime
) -> Comment:
    """Write it anew within ``EDIT_WITHIN``.

    Raises NotFound, NotYourComment, TooLateToEdit, CommentEmpty, CommentTooLong.
    """
    comment = _own(session, comment_id, actor=actor)
    if now - comment.at > EDIT_WITHIN:
        raise TooLateToEdit()
    wanted = _checked(text)
    if wanted != comment.text:
        comment.text, comment.edited_at = wanted, now
        event = CommentEdited(task_card_id=comment.task_id, comment_id=comment.id)
        record(session, event, actor=actor, at=now)
    return comment


def delete_comment(session: Session, comment_id: int, *, actor: Actor, now: datetime) -> Comment:
    """Take the text away; that there was one stays. Raises NotFound, NotYourComment."""
    comment = _own(session, comment_id, actor=actor)
    comment.text, comment.deleted_at = "", now
    event = CommentDeleted(task_card_id=comment.task_id, comment_id=comment.id)
    record(session, event, actor=actor, at=now)
    return comment


def comments_of(
    session: Session, task_id: int, *, limit: int = 100, actor: Actor, now: datetime
) -> Sequence[CommentLine]:
    """The newest comments, the newest first. Raises NotFound."""
    require_seen(session, task_id, actor=actor)
    rows = session.execute(
        select(Comment, Employee.full_name)
        .join(Employee, Employee.id == Comment.author_id)
        .where(Comment.task_id.in_(chain_of(task_id)))
        .order_by(Comment.at.desc(), Comment.id.desc())
        .limit(limit)
    )
    return [line_of(comment, by, actor=actor, now=now) for comment, by in rows]


def comment_line(session: Session, comment_id: int, *, actor: Actor, now: datetime) -> CommentLine:
    """One comment of a task that this person sees. Raises NotFound."""
    row = session.execute(
        select(Comment, Employee.full_name)
        .join(Employee, Employee.id == Comment.author_id)
        .join(Task, Task.id == Comment.task_id)
        .where(Comment.id == comment_id, task_is_visible(actor))
    ).first()
    if row is None:
        raise NotFound("comment", comment_id)
    return line_of(row[0], row[1], actor=actor, now=now)


def line_of(comment: Comment, by: str, *, actor: Actor, now: datetime) -> CommentLine:
    """The comment for this person at this moment."""
    is_own = comment.author_id == actor.employee_id and comment.deleted_at is None
    return CommentLine(
        id=comment.id,
        task_id=comment.task_id,
        text=comment.text,
        by=by,
        at=comment.at,
        is_edited=comment.edited_at is not None,
        is_deleted=comment.deleted_at is not None,
        can_edit=is_own and now - comment.at <= EDIT_WITHIN,
        can_delete=is_own,
    )


def _own(session: Session, comment_id: int, *, actor: Actor) -> Comment:
    comment = session.scalars(
        select(Comment)
        .join(Task, Task.id == Comment.task_id)
        .where(Comment.id == comment_id, Comment.deleted_at.is_(None), task_is_visible(actor))
        .with_for_update(of=Comment)
    ).one_or_none()
    if comment is None:
        raise NotFound("comment", comment_id)
    if comment.author_id != actor.person:
        raise NotYourComment(comment_id)
    return comment


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise CommentEmpty()
    if len(text) > LONGEST:
        raise CommentTooLong(len(text))
    return text
