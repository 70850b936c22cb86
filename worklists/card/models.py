"""Tables of what hangs on a task (C4)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.staff.models import Employee
from worklists.models.task import Task


class Comment(Base):
    """What somebody wrote about the task. A deleted one stays as a trace, without its text."""

    __tablename__ = "task_comments"
    __table_args__ = (Index("ix_task_comments_task", "task_id", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id))
    author_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    text: Mapped[str]
    at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class DocumentKind(StrEnum):
    """What the bytes are; nothing else is taken."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    ODS = "ods"
    TEXT = "text"


class Document(Base):
    """A file attached to a task. A deleted one stays as a trace; its bytes go."""

    __tablename__ = "task_documents"
    __table_args__ = (
        Index("ix_task_documents_task", "task_id", "added_at", "id"),
        Index("ix_task_documents_sha256", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id))
    name: Mapped[str]
    """As the person's computer called it: shown, never used as a path."""
    kind: Mapped[DocumentKind]
    size: Mapped[int]
    """Bytes."""
    sha256: Mapped[str]
    """Hash of the content: the name under which it is kept."""
    added_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    added_at: Mapped[datetime]
    deleted_by: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    deleted_at: Mapped[datetime | None]


class ChecklistItem(Base):
    """One thing to be ticked off."""

    __tablename__ = "task_checklist_items"
    __table_args__ = (Index("ix_task_checklist_items_task", "task_id", "position", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id))
    position: Mapped[int]
    text: Mapped[str]
    added_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    added_at: Mapped[datetime]
    done_by: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    done_at: Mapped[datetime | None]


class Watcher(Base):
    """Somebody who is told what becomes of the task."""

    __tablename__ = "task_watchers"
    __table_args__ = (Index("ix_task_watchers_employee", "employee_id"),)

    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id), primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    added_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    added_at: Mapped[datetime]


class LinkKind(StrEnum):
    """What one task is to the other, read from ``task_id`` to ``other_id``."""

    RELATED = "related"
    BLOCKS = "blocks"
    DUPLICATES = "duplicates"


class TaskLink(Base):
    """A tie between two tasks, seen from both."""

    __tablename__ = "task_links"
    __table_args__ = (
        UniqueConstraint("task_id", "other_id"),
        Index("ix_task_links_other", "other_id"),
        CheckConstraint("task_id != other_id", "to_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id))
    other_id: Mapped[int] = mapped_column(ForeignKey(Task.id))
    kind: Mapped[LinkKind]
    added_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    added_at: Mapped[datetime]


class MailAddress(Base):
    """Where a person wants to be written to."""

    __tablename__ = "mail_addresses"

    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    address: Mapped[str]
    changed_at: Mapped[datetime]


class MailChoice(Base):
    """A kind of notification that the person wants by e-mail too; no row: only in the page."""

    __tablename__ = "mail_choices"

    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
