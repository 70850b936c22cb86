"""The three things that can be done with a task on control, each with its small form (A16)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, StringField

from webui.forms import Form, LocalMoment, at_most, not_blank
from worklists.models.task import Task


class ConfirmForm(Form):
    """What was hoped for has come."""

    comment = StringField(_l("Комментарий"), [at_most(1000)])
    version = HiddenField()


class ProlongForm(Form):
    """Watch longer."""

    until = LocalMoment(_l("Проверить"), pair=True)
    reason = StringField(
        _l("Почему"), [not_blank(_l("Напишите, почему контроль продлён.")), at_most(1000)]
    )
    version = HiddenField()


class CallAgainForm(Form):
    """Phone once more instead of watching on."""

    due_at = LocalMoment(_l("Когда позвонить"), pair=True)
    far_confirmed = BooleanField(_l("Дата верна"))
    note = StringField(_l("О чём"), [at_most(1000)])
    version = HiddenField()

    is_far = False
    """Whether the date is so far ahead that it has to be confirmed."""


@dataclass(frozen=True, kw_only=True)
class ControlForm:
    """One of the three, as the template shows it."""

    name: str
    form: Form
    title: Any
    button: Any
    icon: str
    key: str
    url: str
    when: Field | None
    note: Field
    note_required: bool
    version: int
    is_open: bool = False
    far: Field | None = None
    """The tick that a date far ahead is meant, once it was asked about."""


def control_forms(
    task: Task, now: datetime, *, failed: Form | None = None, opened: str = ""
) -> list[ControlForm]:
    """The forms of this task; ``failed`` stands in for the empty one of its kind, open.

    ``opened``: the name of one that stands open from the start.
    """

    def filled(kind: type[Form], prefix: str) -> Any:
        return failed if isinstance(failed, kind) else kind(formdata=None, prefix=prefix)

    confirm, prolong, again = (
        filled(ConfirmForm, ""), filled(ProlongForm, ""), filled(CallAgainForm, ""),
    )  # fmt: skip

    def built(name: str, form: Any, when: Field | None, note: Field, **words: Any) -> ControlForm:
        return ControlForm(
            name=name,
            form=form,
            url=url_for(f"tasks.{name}", task_id=task.id),
            when=when,
            note=note,
            version=task.version,
            is_open=form is failed or name == opened,
            **words,
        )

    return [
        built(
            "confirm", confirm, None, confirm.comment, note_required=False, key="confirm",
            title=_l("Подтвердить"), button=_l("Подтвердить и закрыть"), icon="circle-check",
        ),
        built(
            "prolong", prolong, prolong.until, prolong.reason, note_required=True, key="prolong",
            title=_l("Продлить"), button=_l("Продлить контроль"), icon="calendar-time",
        ),
        built(
            "call_again", again, again.due_at, again.note, note_required=False, key="call_again",
            title=_l("Позвонить снова"), button=_l("Запланировать звонок"), icon="phone",
            far=again.far_confirmed if again.is_far else None,
        ),
    ]  # fmt: skip
