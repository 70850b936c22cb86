"""The life of a task: states, actions and the one table of allowed transitions (rule 6). Pure."""

from collections.abc import Mapping
from enum import StrEnum

from core.errors import Refused


class TaskState(StrEnum):
    """Where a task stands."""

    PLANNED = "planned"
    """Due and waiting for somebody."""
    IN_WORK = "in_work"
    """Held by one person under a lease."""
    DEFERRED = "deferred"
    """Waits until its time; a sweep brings it back."""
    ON_CONTROL = "on_control"
    """The result is recorded; watched until its control date."""
    DONE = "done"
    REDIRECTED = "redirected"
    """Closed; its successor is at the new unit or person."""
    CANCELLED = "cancelled"


class TaskAction(StrEnum):
    """What moves a task from state to state."""

    TAKE = "take"
    RELEASE = "release"
    """Given back by the person, or the lease ran out."""
    RETURN = "return"
    """A deferred task's time has come."""
    DEFER = "defer"
    PUT_ON_CONTROL = "put_on_control"
    PROLONG = "prolong"
    """Watch longer."""
    COMPLETE = "complete"
    REDIRECT = "redirect"
    CANCEL = "cancel"
    REOPEN = "reopen"
    UNDO = "undo"
    """Back to where it was before a step that was taken back: see ``UNDONE``."""


_S, _A = TaskState, TaskAction

TRANSITIONS: Mapping[tuple[TaskState, TaskAction], TaskState] = {
    (_S.PLANNED, _A.TAKE): _S.IN_WORK,
    (_S.PLANNED, _A.DEFER): _S.DEFERRED,
    (_S.PLANNED, _A.COMPLETE): _S.DONE,  # settled by the conversation about another task
    (_S.PLANNED, _A.REDIRECT): _S.REDIRECTED,
    (_S.PLANNED, _A.CANCEL): _S.CANCELLED,
    (_S.DEFERRED, _A.TAKE): _S.IN_WORK,  # the client called first
    (_S.DEFERRED, _A.RETURN): _S.PLANNED,
    (_S.DEFERRED, _A.DEFER): _S.DEFERRED,
    (_S.DEFERRED, _A.COMPLETE): _S.DONE,
    (_S.DEFERRED, _A.REDIRECT): _S.REDIRECTED,
    (_S.DEFERRED, _A.CANCEL): _S.CANCELLED,
    (_S.IN_WORK, _A.RELEASE): _S.PLANNED,
    (_S.IN_WORK, _A.DEFER): _S.DEFERRED,
    (_S.IN_WORK, _A.PUT_ON_CONTROL): _S.ON_CONTROL,
    (_S.IN_WORK, _A.COMPLETE): _S.DONE,
    (_S.IN_WORK, _A.REDIRECT): _S.REDIRECTED,
    (_S.IN_WORK, _A.CANCEL): _S.CANCELLED,
    (_S.ON_CONTROL, _A.COMPLETE): _S.DONE,
    (_S.ON_CONTROL, _A.PROLONG): _S.ON_CONTROL,
    (_S.ON_CONTROL, _A.CANCEL): _S.CANCELLED,
    (_S.DONE, _A.REOPEN): _S.PLANNED,
    (_S.CANCELLED, _A.REOPEN): _S.PLANNED,
}

UNDONE: Mapping[TaskState, frozenset[TaskState]] = {
    _S.DEFERRED: frozenset({_S.PLANNED, _S.DEFERRED, _S.IN_WORK}),
    _S.ON_CONTROL: frozenset({_S.PLANNED, _S.DEFERRED, _S.IN_WORK}),
    _S.DONE: frozenset({_S.PLANNED, _S.DEFERRED, _S.IN_WORK, _S.ON_CONTROL}),
    _S.CANCELLED: frozenset({_S.PLANNED, _S.DEFERRED, _S.ON_CONTROL}),
    _S.REDIRECTED: frozenset({_S.PLANNED, _S.DEFERRED}),
}
"""Where UNDO may lead: the one action whose target is not one state but the state before."""

CLOSED = frozenset({_S.DONE, _S.REDIRECTED, _S.CANCELLED})
OPEN = frozenset(_S) - CLOSED
WAITING = frozenset({_S.PLANNED, _S.DEFERRED})
"""Nobody works on them."""


class StepRefused(Refused):
    """A task in this state does not allow this action; ``allowed`` names those that it does."""

    def __init__(self, state: TaskState, action: TaskAction) -> None:
        super().__init__(f"{action} in state {state}")
        self.state = state
        self.action = action
        self.allowed = actions_from(state)


def after(state: TaskState, action: TaskAction) -> TaskState:
    """Return the state that the action leads to. Raises StepRefused when it is not allowed."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise StepRefused(state, action) from None


def back_to(state: TaskState, earlier: TaskState) -> TaskState:
    """Return ``earlier``, to which UNDO leads. Raises StepRefused when it may not lead there."""
    if earlier not in UNDONE.get(state, frozenset()):
        raise StepRefused(state, TaskAction.UNDO)
    return earlier


def actions_from(state: TaskState) -> tuple[TaskAction, ...]:
    """What may be done with a task in this state, in the order of the table."""
    return tuple(action for (origin, action) in TRANSITIONS if origin is state)


def sources_of(action: TaskAction) -> frozenset[TaskState]:
    """The states that allow the action: the guard of set-based statements."""
    return frozenset(state for (state, act) in TRANSITIONS if act is action)
