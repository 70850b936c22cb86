"""What can be done by a key: the one catalogue of it, and each person's own keys.

A key is the place on the keyboard (``KeyboardEvent.code``), so it works in every layout. The page's
hints, the sheet of keys, the scripts (by ``data-key``) and the settings all read from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid
from directory.staff.models import Employee


class Hotkey(StrEnum):
    """What a key does. The value is kept in the database."""

    NEXT_CLIENT = "next_client"
    NEXT_ROW = "next_row"
    PREVIOUS_ROW = "previous_row"
    UNDO = "undo"
    GOTO = "goto"
    MENU = "menu"
    MORE = "more"
    GIVE_BACK = "give_back"
    CALL = "call"
    OUTCOME_1 = "outcome_1"
    OUTCOME_2 = "outcome_2"
    OUTCOME_3 = "outcome_3"
    OUTCOME_4 = "outcome_4"
    OUTCOME_5 = "outcome_5"
    GOAL_REACHED = "goal_reached"
    COMMENT = "comment"
    PLAN = "plan"
    QUICK_TIME = "quick_time"
    BOOK = "book"
    SKIP = "skip"
    RELEASE = "release"
    HISTORY = "history"
    CONFIRM = "confirm"
    PROLONG = "prolong"
    CALL_AGAIN = "call_again"
    PLAN_TASK = "plan_task"
    INVOLVE = "involve"
    CLIENT_HISTORY = "client_history"
    EDIT = "edit"
    FIND = "find"
    FILTER = "filter"
    TICK = "tick"
    ALL_FOUND = "all_found"
    ARRIVED = "arrived"
    MOVE_BOOKING = "move_booking"
    ACCEPT = "accept"
    RETURN_ASKED = "return_asked"


class KeyPlace(StrEnum):
    """Where a key works; two actions of one place cannot share a key."""

    EVERYWHERE = "everywhere"
    LISTS = "lists"
    TASK = "task"
    CONTROL = "control"
    WORK_LIST = "work_list"
    CARDS = "cards"
    SEARCH = "search"
    DISPATCH = "dispatch"
    BOOKING = "booking"


@dataclass(frozen=True)
class Binding:
    """The key that an action has unless the person chose another, and where it works."""

    code: str
    place: KeyPlace
    also: tuple[KeyPlace, ...] = ()

    @property
    def places(self) -> frozenset[KeyPlace]:
        """All of them."""
        return frozenset((self.place, *self.also))


_P = KeyPlace
BINDINGS: Mapping[Hotkey, Binding] = {
    Hotkey.NEXT_CLIENT: Binding("KeyN", _P.LISTS, (_P.TASK, _P.CONTROL)),
    Hotkey.NEXT_ROW: Binding("KeyJ", _P.LISTS, (_P.TASK, _P.CONTROL, _P.DISPATCH)),
    Hotkey.PREVIOUS_ROW: Binding("KeyK", _P.LISTS, (_P.TASK, _P.CONTROL, _P.DISPATCH)),
    Hotkey.MORE: Binding("KeyB", _P.LISTS),
    Hotkey.GIVE_BACK: Binding("KeyR", _P.LISTS),
    Hotkey.CALL: Binding("KeyC", _P.TASK),
    Hotkey.OUTCOME_1: Binding("Digit1", _P.TASK),
    Hotkey.OUTCOME_2: Binding("Digit2", _P.TASK),
    Hotkey.OUTCOME_3: Binding("Digit3", _P.TASK),
    Hotkey.OUTCOME_4: Binding("Digit4", _P.TASK),
    Hotkey.OUTCOME_5: Binding("Digit5", _P.TASK),
    Hotkey.GOAL_REACHED: Binding("KeyD", _P.TASK),
    Hotkey.COMMENT: Binding("KeyT", _P.TASK),
    Hotkey.PLAN: Binding("KeyP", _P.TASK),
    Hotkey.QUICK_TIME: Binding("KeyQ", _P.TASK, (_P.CONTROL, _P.WORK_LIST)),
    Hotkey.BOOK: Binding("KeyB", _P.TASK),
    Hotkey.SKIP: Binding("KeyS", _P.TASK),
    Hotkey.RELEASE: Binding("KeyR", _P.TASK),
    Hotkey.ACCEPT: Binding("KeyA", _P.TASK),
    Hotkey.RETURN_ASKED: Binding("KeyV", _P.TASK),
    Hotkey.HISTORY: Binding("KeyH", _P.TASK, (_P.CONTROL,)),
    Hotkey.CONFIRM: Binding("KeyY", _P.CONTROL),
    Hotkey.PROLONG: Binding("KeyP", _P.CONTROL),
    Hotkey.CALL_AGAIN: Binding("KeyC", _P.CONTROL),
    Hotkey.PLAN_TASK: Binding("KeyP", _P.WORK_LIST),
    Hotkey.INVOLVE: Binding("KeyI", _P.WORK_LIST, (_P.TASK,)),
    Hotkey.CLIENT_HISTORY: Binding("KeyI", _P.CARDS),
    Hotkey.EDIT: Binding("KeyE", _P.CARDS),
    Hotkey.FIND: Binding("Slash", _P.SEARCH),
    Hotkey.FILTER: Binding("KeyF", _P.DISPATCH),
    Hotkey.TICK: Binding("KeyX", _P.DISPATCH),
    Hotkey.ALL_FOUND: Binding("KeyA", _P.DISPATCH),
    Hotkey.ARRIVED: Binding("KeyA", _P.BOOKING),
    Hotkey.MOVE_BOOKING: Binding("KeyM", _P.BOOKING),
    Hotkey.UNDO: Binding("KeyZ", _P.EVERYWHERE),
    Hotkey.GOTO: Binding("KeyG", _P.EVERYWHERE),
    Hotkey.MENU: Binding("KeyU", _P.EVERYWHERE),
}
"""In the order in which the settings show them."""

_PUNCTUATION = (
    "Backquote", "Minus", "Equal", "BracketLeft", "BracketRight", "Backslash", "Semicolon",
    "Quote", "Comma", "Period", "Slash",
)  # fmt: skip
CODES = (
    *(f"Digit{digit}" for digit in "1234567890"),
    *(f"Key{letter}" for letter in "QWERTYUIOPASDFGHJKLZXCVBNM"),
    *_PUNCTUATION,
    "F2",
    "F4",
    "F8",
    "F9",
)
"""Keys that may be chosen. Tab, Enter, Escape, Space, arrows and the browser's own keys may not."""


class KeyReserved(Invalid):
    """This key belongs to the browser, or to forms and lists."""

    def __init__(self, action: Hotkey, code: str) -> None:
        super().__init__(action.value, code)
        self.action, self.code = action, code


class KeyTaken(Invalid):
    """Another action of the same pages has this key."""

    def __init__(self, action: Hotkey, code: str, by: Hotkey) -> None:
        super().__init__(action.value, code, by.value)
        self.action, self.code, self.by = action, code, by


def keys_of(own: Mapping[str, str] | None) -> dict[Hotkey, str]:
    """The key of every action for whoever chose ``own`` (``employees.hotkeys``)."""
    chosen = own or {}
    return {
        action: kept if (kept := chosen.get(action.value)) in CODES else binding.code
        for action, binding in BINDINGS.items()
    }


def choose_own_keys(session: Session, chosen: Mapping[Hotkey, str], *, actor: Actor) -> None:
    """Keep these keys for the person; an action that is not named, or is "", has its usual key.

    Raises KeyReserved, KeyTaken: then nothing is kept.
    """
    wanted = {
        action: code for action, code in chosen.items() if code and code != BINDINGS[action].code
    }
    for action, code in wanted.items():
        if code not in CODES:
            raise KeyReserved(action, code)
    _refuse_twice(wanted)
    values = {action.value: code for action, code in wanted.items()}
    # No new version: an administrator who edits the person meanwhile is not disturbed.
    session.execute(update(Employee).where(Employee.id == actor.person).values(hotkeys=values))


def _refuse_twice(wanted: Mapping[Hotkey, str]) -> None:
    """The complaint is about a key that was chosen, not about one that was always there."""
    keys = keys_of({action.value: code for action, code in wanted.items()})
    for action, code in wanted.items():
        for other, taken in keys.items():
            if other is not action and taken == code and meet(action, other):
                raise KeyTaken(action, code, other)


def meet(one: Hotkey, two: Hotkey) -> bool:
    """Whether some page has both actions."""
    places, others = BINDINGS[one].places, BINDINGS[two].places
    return bool(places & others) or KeyPlace.EVERYWHERE in places | others
