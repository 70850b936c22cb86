"""What a result causes, as data of its version: a list of effects, checked in this module (rule 9).

In the database an effect is an object with its ``kind`` and the fields of that kind (``FIELDS``);
in the program it is an ``Effect``. Pure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from campaigns.models import DataFault, Outcome
from core.errors import Invalid
from core.webhooks import check_url
from directory.clients.models import RefusalScope

MOST_EFFECTS = 10
LONGEST_DAYS = 366
LONGEST_TEXT = 500
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class EffectKind(StrEnum):
    """What is done when the result is saved."""

    CLOSE = "close"
    """The task ends."""
    RETRY = "retry"
    """The task comes back: by the campaign's ladder, or once after N working days."""
    BLOCK = "block"
    """The client is called no more: for the purpose, the vehicle, by phone, at all."""
    MARK = "mark"
    """The number or the vehicle is marked as unconfirmed."""
    DATA_FIX = "data_fix"
    """A task to correct the data, for the campaign's unit in charge."""
    DEPARTMENT_TASK = "department_task"
    """A task for a unit, due in N working days."""
    CONTROL = "control"
    """Left on control for N days unless the goal is reached."""
    MESSAGE = "message"
    """People are told in the page, or an address by e-mail."""
    WEBHOOK = "webhook"
    """Another system is told."""


class RetryBy(StrEnum):
    """When a task comes back."""

    LADDER = "ladder"
    ONCE = "once"
    """After so many working days; the second time the task ends."""


class MessageTo(StrEnum):
    """Who is told."""

    HEAD = "head"
    """The heads of the task's unit, else of the nearest one above that has any."""
    PERFORMER = "performer"
    """Who recorded the result: a reminder."""
    WATCHERS = "watchers"
    EMAIL = "email"


class EffectsWrong(Invalid):
    """The effects do not fit: ``why`` is a word for the page, ``row`` the place from 0 or None."""

    field = "effects"

    def __init__(self, why: str, row: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.row = row


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One consequence; which fields count is said by ``FIELDS``."""

    kind: EffectKind
    by: RetryBy | None = None
    working_days: int | None = None
    scope: RefusalScope | None = None
    what: DataFault | None = None
    unit_id: int | None = None
    """None: the campaign's unit for complaints; while it has none, nothing is done."""
    text: str = ""
    days: int | None = None
    to: MessageTo | None = None
    address: str = ""
    url: str = ""


FIELDS: Mapping[EffectKind, tuple[str, ...]] = {
    EffectKind.CLOSE: (),
    EffectKind.RETRY: ("by", "working_days"),
    EffectKind.BLOCK: ("scope",),
    EffectKind.MARK: ("what",),
    EffectKind.DATA_FIX: (),
    EffectKind.DEPARTMENT_TASK: ("unit_id", "text", "working_days"),
    EffectKind.CONTROL: ("days",),
    EffectKind.MESSAGE: ("to", "address", "text"),
    EffectKind.WEBHOOK: ("url",),
}
"""The fields of each kind."""
_ENUMS: Mapping[str, type[Enum]] = {
    "by": RetryBy, "scope": RefusalScope, "what": DataFault, "to": MessageTo,
}  # fmt: skip
_SINGLE = frozenset({EffectKind.CLOSE, EffectKind.RETRY, EffectKind.BLOCK, EffectKind.DATA_FIX,
                     EffectKind.CONTROL})  # fmt: skip

CLOSE = Effect(kind=EffectKind.CLOSE)
BY_LADDER = Effect(kind=EffectKind.RETRY, by=RetryBy.LADDER)
DATA_FIX = Effect(kind=EffectKind.DATA_FIX)


def block(scope: RefusalScope) -> Effect:
    """The client is called no more, within this reach."""
    return Effect(kind=EffectKind.BLOCK, scope=scope)


def mark(what: DataFault) -> Effect:
    """The number or the vehicle is unconfirmed from now on."""
    return Effect(kind=EffectKind.MARK, what=what)


def default_effects(outcome: Outcome) -> tuple[Effect, ...]:
    """What an outcome without a code causes."""
    match outcome:
        case Outcome.NO_ANSWER:
            return (BY_LADDER,)
        case Outcome.REFUSED:
            return (CLOSE,)
        case Outcome.BAD_DATA:
            return (CLOSE, mark(DataFault.CONTACT), DATA_FIX)
        case _:
            return ()


def completed(outcome: Outcome, effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects with what becomes of the task, where nothing is said: as without a code."""
    given = tuple(effects)
    if not given:
        return default_effects(outcome)
    says = {EffectKind.CLOSE, EffectKind.RETRY} & {effect.kind for effect in given}
    if says or outcome in {Outcome.INTERVIEW, Outcome.REPEAT}:
        return given
    return (default_effects(outcome)[0], *given)


def find(effects: Sequence[Effect], kind: EffectKind) -> Effect | None:
    """The first effect of this kind."""
    return next((effect for effect in effects if effect.kind is kind), None)


def read_effects(stored: Any) -> tuple[Effect, ...]:
    """The effects of a version as the database keeps them. Raises EffectsWrong."""
    if not isinstance(stored, list):
        raise EffectsWrong("shape")
    return tuple(_read(one, row) for row, one in enumerate(stored))


def stored_effects(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """The effects as the database keeps them."""
    return [_stored(effect) for effect in effects]


def check_effects(outcome: Outcome, effects: Sequence[Effect], *, allows_control: bool) -> None:
    """Raise EffectsWrong if the effects contradict themselves, the outcome or the flags."""
    if len(effects) > MOST_EFFECTS:
        raise EffectsWrong("too_many")
    kinds = [effect.kind for effect in effects]
    for row, effect in enumerate(effects):
        if effect.kind in _SINGLE and effect.kind in kinds[:row]:
            raise EffectsWrong("twice", row)
        _check_one(effect, row)
    if outcome is Outcome.REPEAT and effects:
        raise EffectsWrong("repeat")
    ends = [kind for kind in kinds if kind in {EffectKind.CLOSE, EffectKind.RETRY}]
    if len(ends) > 1:
        raise EffectsWrong("close_or_retry")
    if outcome is Outcome.INTERVIEW:
        if EffectKind.RETRY in kinds:
            raise EffectsWrong("retry_after_talk", kinds.index(EffectKind.RETRY))
    elif EffectKind.CONTROL in kinds:
        raise EffectsWrong("control_after_talk", kinds.index(EffectKind.CONTROL))
    if EffectKind.CONTROL in kinds and (EffectKind.CLOSE in kinds or not allows_control):
        raise EffectsWrong("control_or_close", kinds.index(EffectKind.CONTROL))


def _check_one(effect: Effect, row: int) -> None:
    if len(effect.text) > LONGEST_TEXT:
        raise EffectsWrong("text_long", row)
    match effect.kind:
        case EffectKind.RETRY:
            if effect.by is None:
                raise EffectsWrong("by", row)
            if effect.by is RetryBy.ONCE:
                _check_days(effect.working_days, row, least=1)
        case EffectKind.BLOCK if effect.scope is None:
            raise EffectsWrong("scope", row)
        case EffectKind.MARK if effect.what is None:
            raise EffectsWrong("what", row)
        case EffectKind.DEPARTMENT_TASK:
            if not effect.text.strip():
                raise EffectsWrong("text", row)
            _check_days(effect.working_days, row, least=1)
        case EffectKind.CONTROL:
            _check_days(effect.days, row, least=1)
        case EffectKind.MESSAGE:
            if effect.to is None:
                raise EffectsWrong("to", row)
            if effect.to is MessageTo.EMAIL and not _ADDRESS.fullmatch(effect.address):
                raise EffectsWrong("address", row)
        case EffectKind.WEBHOOK:
            try:
                check_url(effect.url)
            except ValueError:
                raise EffectsWrong("url", row) from None


def _check_days(days: int | None, row: int, *, least: int) -> None:
    if days is None or not least <= days <= LONGEST_DAYS:
        raise EffectsWrong("days", row)


def _read(one: Any, row: int) -> Effect:
    try:
        kind = EffectKind(one["kind"])
        values = {name: one[name] for name in FIELDS[kind] if one.get(name) not in (None, "")}
        if set(one) - {"kind", *FIELDS[kind]}:
            raise EffectsWrong("shape", row)
        for name, value in values.items():
            if name in _ENUMS:
                values[name] = _ENUMS[name](value)
            elif type(value) is not (int if name in {"working_days", "unit_id", "days"} else str):
                raise EffectsWrong("shape", row)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise EffectsWrong("shape", row) from None
    return Effect(kind=kind, **values)


def _stored(effect: Effect) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": effect.kind.value}
    for name in FIELDS[effect.kind]:
        value = getattr(effect, name)
        if value not in (None, ""):
            found[name] = value.value if isinstance(value, Enum) else value
    return found
