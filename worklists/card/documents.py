"""Documents of a task: taken by what their bytes are, seen by whoever sees the task (P21)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, NotFound, Refused
from core.journal import record
from directory.staff.models import Employee
from worklists.card import files
from worklists.card.access import require_open_to, require_seen
from worklists.card.events import DocumentDeleted
from worklists.card.models import Document, DocumentKind
from worklists.card.sent_along import chain_of, is_seen_along
from worklists.card.sniffing import kind_of
from worklists.card.telling import tell_about
from worklists.permissions import WorkPermission

MOST = 50
"""Documents of one task."""
LONGEST_NAME = 120
MEDIA_TYPES = {
    DocumentKind.PNG: "image/png",
    DocumentKind.JPEG: "image/jpeg",
    DocumentKind.WEBP: "image/webp",
    DocumentKind.PDF: "application/pdf",
    DocumentKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    DocumentKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    DocumentKind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    DocumentKind.ODT: "application/vnd.oasis.opendocument.text",
    DocumentKind.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    DocumentKind.TEXT: "text/plain",
}
PICTURES = frozenset({DocumentKind.PNG, DocumentKind.JPEG, DocumentKind.WEBP})
SHOWN_INLINE = PICTURES | {DocumentKind.PDF}
"""Everything else is only ever downloaded."""


class DocumentMissing(Invalid):
    """No file came with the form, or an empty one."""

    field = "file"


class DocumentTooLarge(Invalid):
    """Larger than the installation takes."""

    field = "file"

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class DocumentNotAllowed(Invalid):
    """Its content is none of the kinds that are taken, whatever its name says."""

    field = "file"


class TooManyDocuments(Invalid):
    """A task is no archive."""

    field = "file"


class NotYourDocument(Refused):
    """Who added a document takes it off, or a supervisor does."""


@dataclass(frozen=True, kw_only=True)
class DocumentLine:
    """A document as the card lists it."""

    id: int
    name: str
    kind: DocumentKind
    size: int
    by: str
    at: datetime
    is_shown_inline: bool
    is_picture: bool
    can_delete: bool


@dataclass(frozen=True, kw_only=True)
class OpenedDocument:
    """What is sent to a browser."""

    name: str
    media_type: str
    content: bytes
    may_be_inline: bool
    """Only true when the bytes, looked at again, are a picture or a PDF."""


def add_document(
    session: Session,
    task_id: int,
    *,
    name: str,
    content: bytes,
    folder: Path,
    limit: int,
    actor: Actor,
    now: datetime,
) -> Document:
    """Attach the document; watchers are told. ``limit`` in bytes.

    Raises NotPermitted, NotFound and the errors of this module.
    """
    require_open_to(session, task_id, actor=actor)
    if not content:
        raise DocumentMissing()
    if len(content) > limit:
        raise DocumentTooLarge(limit)
    kind = kind_of(content)
    if kind is None:
        raise DocumentNotAllowed()
    kept = select(func.count()).where(Document.task_id == task_id, Document.deleted_at.is_(None))
    if (session.scalar(kept) or 0) >= MOST:
        raise TooManyDocuments()
    document = Document(
        task_id=task_id, name=plain_name(name), kind=kind, size=len(content),
        sha256=files.store(folder, content), added_by=actor.person, added_at=now,
    )  # fmt: skip
    session.add(document)
    session.flush()
    tell_about(session, task_id, kind="document_added", occasion=f"document:{document.id}",
               actor=actor, now=now)  # fmt: skip
    return document


def delete_document(session: Session, document_id: int, *, actor: Actor, now: datetime) -> Document:
    """Take the document off its task; the trace stays, the bytes go with the next sweep.

    Raises NotFound, NotPermitted, NotYourDocument.
    """
    actor.require(WorkPermission.WORK)
    document = _visible(session, document_id, actor=actor)
    if document.added_by != actor.person and not actor.may(WorkPermission.DISPATCH):
        raise NotYourDocument(document_id)
    document.deleted_by, document.deleted_at = actor.person, now
    event = DocumentDeleted(task_card_id=document.task_id, document_id=document.id)
    record(session, event, actor=actor, at=now)
    return document


def documents_of(session: Session, task_id: int, *, actor: Actor) -> Sequence[DocumentLine]:
    """The documents of the task, the newest first. Raises NotFound."""
    require_seen(session, task_id, actor=actor)
    rows = session.execute(
        select(Document, Employee.full_name)
        .join(Employee, Employee.id == Document.added_by)
        .where(Document.task_id.in_(chain_of(task_id)), Document.deleted_at.is_(None))
        .order_by(Document.added_at.desc(), Document.id.desc())
    )
    works = actor.may(WorkPermission.WORK)
    leads = actor.may(WorkPermission.DISPATCH)
    return [
        DocumentLine(
            id=one.id, name=one.name, kind=one.kind, size=one.size, by=by, at=one.added_at,
            is_shown_inline=one.kind in SHOWN_INLINE, is_picture=one.kind in PICTURES,
            can_delete=works and (leads or one.added_by == actor.employee_id),
        )
        for one, by in rows
    ]  # fmt: skip


def open_document(
    session: Session, document_id: int, *, folder: Path, actor: Actor
) -> OpenedDocument:
    """The document with its bytes, looked at once more. Raises NotFound, NotPermitted."""
    actor.require(WorkPermission.SEE)
    document = _visible(session, document_id, actor=actor)
    content = files.read(folder, document.sha256)
    if content is None:
        raise NotFound("document", document_id)
    is_what_it_was = kind_of(content) is document.kind
    return OpenedDocument(
        name=document.name,
        media_type=MEDIA_TYPES[document.kind] if is_what_it_was else "application/octet-stream",
        content=content,
        may_be_inline=is_what_it_was and document.kind in SHOWN_INLINE,
    )


def plain_name(name: str) -> str:
    """The file's own name without folders, control and direction characters, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    kept = " ".join(unicodedata.normalize("NFC", kept).split()).strip(". ")
    if len(kept) > LONGEST_NAME:
        stem, dot, suffix = kept.rpartition(".")
        tail = dot + suffix if dot and len(suffix) <= 8 else ""
        kept = (stem if tail else kept)[: LONGEST_NAME - len(tail)] + tail
    return kept or "document"


def _visible(session: Session, document_id: int, *, actor: Actor) -> Document:
    document = session.scalars(
        select(Document).where(Document.id == document_id, Document.deleted_at.is_(None))
    ).one_or_none()
    if document is None or not is_seen_along(session, document.task_id, actor=actor):
        raise NotFound("document", document_id)
    return document
