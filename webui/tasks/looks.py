"""Tones and icons of the card, and the small pieces that its template shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Outcome
from worklists.lifecycle import TaskState

STATE_TONES: Mapping[TaskState, str] = {
    TaskState.IN_WORK: "accent",
    TaskState.ON_CONTROL: "control",
    TaskState.DONE: "ok",
}
OUTCOME_LOOKS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.INTERVIEW: ("ok", "message-circle"),
    Outcome.NO_ANSWER: ("neutral", "phone-x"),
    Outcome.REFUSED: ("danger", "circle-x"),
    Outcome.BAD_DATA: ("warn", "phone-off"),
    Outcome.REPEAT: ("accent", "copy"),
}
"""Tone and icon of each outcome, the same everywhere."""


@dataclass(frozen=True)
class Tile:
    """One outcome to choose."""

    value: str
    label: str
    hint: str
    tone: str
    icon: str


@dataclass(frozen=True)
class Link:
    """A helper button."""

    url: str
    text: str
    icon: str = ""


@dataclass(frozen=True)
class ClientTime:
    """What the clock shows at the client's, and whether calls may begin."""

    text: str
    is_open: bool


@dataclass(frozen=True)
class AttemptView:
    """One attempt of the timeline."""

    at: datetime
    title: str
    comment: str
    by: str
    tone: str
    icon: str
    is_undone: bool
