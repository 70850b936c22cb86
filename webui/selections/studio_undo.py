"""The branch that was deleted last, carried along by the form until it is put back or saved (A5).

It travels as the fields that it was typed in, under a root of its own, so that it is read by the
reader of the tree: nothing that comes back is trusted more than what is typed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from selections.rules import Span
from selections.wire import LONGEST_TEXT
from webui.labels.rule_fields import field_name, relation_words
from webui.labels.spoken import gettext as _
from webui.selections.studio_draft import Node, Slot

ROOT = "z"
_AT, _SCOPE = "z.at", "z.scope"
_MOST_FIELDS = 10_000
_LARGEST = 500_000
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Removed:
    """Where it stood, of what conditions there speak, and its fields."""

    at: str
    scope: str
    fields: Fields

    @property
    def hidden(self) -> Fields:
        """What the form carries."""
        return [(_AT, self.at), (_SCOPE, self.scope), *self.fields]

    @property
    def name(self) -> str:
        """What it is called in the message."""
        told = dict(self.fields)
        code = told.get(f"f.{ROOT}", "")
        match told.get(f"k.{ROOT}"):
            case "condition":
                return field_name(code)
            case "having" | "newest":
                return str(relation_words(code).name)
            case "found":
                return _("Входит в выборку")
        return _("группа условий")


def removed(node: Node, at: str, scope: tuple[str, ...]) -> Removed:
    """The branch as it is carried along."""
    return Removed(at, ",".join(scope), list(_fields(node, ROOT)))


def read_removed(form: Any) -> Removed | None:
    """What the form carries; None: nothing."""
    if f"k.{ROOT}" not in form:
        return None
    fields: Fields = []
    for name, value in form.items(multi=True):
        _letter, _dot, place = name.partition(".")
        if place == ROOT or place.startswith((f"{ROOT}-", f"{ROOT}.")):
            fields.append((name[:100], value))
    if len(fields) > _MOST_FIELDS or sum(len(value) for _, value in fields) > _LARGEST:
        return None
    return Removed(form.get(_AT, "")[:100], form.get(_SCOPE, "")[:100], fields)


def _fields(node: Node, path: str) -> Iterator[tuple[str, str]]:
    yield f"k.{path}", node.kind
    if node.kind == "group":
        yield f"j.{path}", node.join.value
    else:
        yield f"f.{path}", node.code
    values = {"o": node.operator, "p": node.period, "u": node.sum_of, "q": node.asked}
    values |= {"x": node.raw}
    yield from ((f"{letter}.{path}", value) for letter, value in values.items() if value)
    yield from ((f"v.{path}", value[:LONGEST_TEXT]) for value in node.chosen)
    for place, slot in enumerate(node.slots):
        yield from _slot_fields(slot, f"{path}.{place}")
    for place, kid in enumerate(node.kids):
        yield from _fields(kid, f"{path}-{place}")


def _slot_fields(slot: Slot, at: str) -> Iterator[tuple[str, str]]:
    values = {"m": slot.mode, "t": slot.text, "d": slot.day, "s": slot.span, "q": slot.parameter}
    usual = {"m": "is", "s": Span.MONTH.value}
    for letter, value in values.items():
        if value and usual.get(letter) != value:
            yield f"{letter}.{at}", value
