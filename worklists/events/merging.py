"""What merging two cards of one client does to tasks and work-lists."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event
from worklists.lifecycle import TaskState


@dataclass(frozen=True, kw_only=True)
class _OfTask(Event):
    subject: ClassVar[str] = "task"
    task_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True)
class TaskOfMergedClient(_OfTask):
    """The client has two cards no more; outcomes of before rest on what was known of one."""


@dataclass(frozen=True, kw_only=True)
class TaskFoundTwice(_OfTask):
    """The same work stood with both cards: it goes on in the other task (rule 2)."""

    from_state: TaskState
    to_state: TaskState
    goes_on_in_id: int


@dataclass(frozen=True, kw_only=True)
class TaskMergeUndone(_OfTask):
    """The task is its former client's again, in the state that it has now or had then."""

    from_state: TaskState
    to_state: TaskState


@dataclass(frozen=True, kw_only=True)
class WorkListPoured(Event):
    """Its tasks went to the work-list that the client has in the unit anyway (rule 1)."""

    subject: ClassVar[str] = "work_list"
    work_list_id: int
    into_id: int
    merge_id: int
