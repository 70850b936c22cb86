"""What happens on the card of a task beside its outcomes.

The subject is not the task itself: a comment must neither forbid undoing an outcome nor count as a
change of the task that somebody else has open.
"""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event
from worklists.card.models import LinkKind


@dataclass(frozen=True, kw_only=True)
class _OnCard(Event):
    subject: ClassVar[str] = "task_card"
    task_card_id: int
    """The task's id."""


@dataclass(frozen=True, kw_only=True)
class CommentEdited(_OnCard):
    """The author wrote it anew within the minutes given."""

    comment_id: int


@dataclass(frozen=True, kw_only=True)
class CommentDeleted(_OnCard):
    """The author took it away."""

    comment_id: int


@dataclass(frozen=True, kw_only=True)
class DocumentDeleted(_OnCard):
    """A document was taken off the task."""

    document_id: int


@dataclass(frozen=True, kw_only=True)
class ChecklistItemAdded(_OnCard):
    """One more thing to tick off."""

    item: str


@dataclass(frozen=True, kw_only=True)
class ChecklistItemDone(_OnCard):
    """Ticked off."""

    item: str


@dataclass(frozen=True, kw_only=True)
class ChecklistItemReopened(_OnCard):
    """Not done after all."""

    item: str


@dataclass(frozen=True, kw_only=True)
class ChecklistItemRemoved(_OnCard):
    """Not needed any more."""

    item: str


@dataclass(frozen=True, kw_only=True)
class WatcherAdded(_OnCard):
    """Somebody watches the task from now on."""

    employee_id: int


@dataclass(frozen=True, kw_only=True)
class WatcherRemoved(_OnCard):
    """Somebody watches it no more."""

    employee_id: int


@dataclass(frozen=True, kw_only=True)
class TasksLinked(_OnCard):
    """The task was tied to another one; written on both cards."""

    other_task: int
    link: LinkKind


@dataclass(frozen=True, kw_only=True)
class TasksUnlinked(_OnCard):
    """The tie was taken away; written on both cards."""

    other_task: int
    link: LinkKind


@dataclass(frozen=True, kw_only=True)
class PriorityChanged(_OnCard):
    """It will be handed out sooner or later than before."""

    priority_before: int
    priority: int
