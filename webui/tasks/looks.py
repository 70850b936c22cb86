"""Tones and icons of the card, and the small pieces that its template shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from campaigns.models import Outcome
from campaigns.result_codes import wording
from webui.i18n import locale_code
from webui.labels.words import label
from webui.wording import ago_or_due, moment
from worklists.asking import AttemptLine
from worklists.lateness import is_overdue
from worklists.lifecycle import TaskState
from worklists.models.task import Task

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
            by=line.by,
            tone=OUTCOME_LOOKS[line.outcome][0],
            icon=OUTCOME_LOOKS[line.outcome][1],
            is_undone=line.is_undone,
        )


def due_text(task: Task, now: datetime) -> str:
    """When the task is due, to be checked, or was closed; minus hours only where it is overdue."""
    if task.closed_at is not None:
        return str(_("закрыта %(at)s", at=moment(task.closed_at)))
    if task.state is TaskState.ON_CONTROL:
        return str(_("проверить %(at)s", at=moment(task.control_at)))
    is_late = is_overdue(task.kind, task.state, task.due_at, now)
    is_plain = task.due_at < now and not is_late
    return str(
        _("срок %(at)s", at=moment(task.due_at) if is_plain else ago_or_due(task.due_at, now))
    )
