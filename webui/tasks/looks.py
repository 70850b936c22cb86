"""Tones and icons of the card, and the small pieces that its template shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Outcome
from campaigns.result_codes import wording
from webui.i18n import locale_code
from webui.labels.words import label
from webui.wording import called_by
from worklists.asking import AttemptLine
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

    @classmethod
    def of(cls, line: AttemptLine) -> "AttemptView":
        """The attempt in the words of this person's language."""
        return cls(
            at=line.at,
            title=wording(line.result, locale_code()) if line.result else label(line.outcome),
            comment=line.comment,
            by=called_by(line.by),
            tone=OUTCOME_LOOKS[line.outcome][0],
            icon=OUTCOME_LOOKS[line.outcome][1],
            is_undone=line.is_undone,
        )
