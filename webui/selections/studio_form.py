"""The builder's form: from flat fields, named by the place in the tree, to a draft (A5)."""

from dataclasses import replace
from typing import Any

from selections.fields import Catalogue, FieldType
from selections.rules import Join, Operator, ParameterType, Span, Subject
from selections.wire import DEEPEST, LONGEST_TEXT, MOST_VALUES
from webui.numbers import row_number_or_none
from webui.selections.studio_draft import (
    DAY_MODES,
    MEASURES,
    PERIODS,
    Node,
    Slot,
    wanted,
)
from webui.selections.studio_page import (
    MOST_QUESTIONS,
    SLOT_TYPES,
    Draft,
    Question,
    add_question,
    ask_type,
)
from webui.selections.studio_undo import read_removed

ROOT = "r"
_MOST_KIDS = 100
NEW = "new"
"""Chosen where a question may be: ask a new one."""


def read_draft(form: Any, catalogue: Catalogue) -> Draft:
    """What the page sent; whatever is not understood is left out."""
    draft = Draft(
        name=form.get("name", "")[:200],
        note=form.get("note", "")[:2000],
        unit_id=row_number_or_none(form.get("unit", "")),
        subject=_member(Subject, form.get("subject"), Subject.VEHICLE),
        questions=_questions(form),
        sample=form.get("sample", "")[:20],
        columns=[code for code in form.getlist("column") if catalogue.field(code)],
        selection_id=row_number_or_none(form.get("selection", "")),
        opened_version=row_number_or_none(form.get("opened", "")) or 0,
        kind=form.get("kind", "")[:64],
        is_refused=form.get("refused") == "1",
        removed=read_removed(form),
    )
    reader = _Reader(form, catalogue, draft)
    if form.get(f"k.{ROOT}") == "group":
        draft.root = reader.node(ROOT, 0) or draft.root
    return draft


def read_branch(
    form: Any, root: str, depth: int, draft: Draft, catalogue: Catalogue
) -> Node | None:
    """The branch whose fields are named after ``root``; it will stand so deep in the draft."""
    return _Reader(form, catalogue, draft).node(root, depth)


def _member(kind: Any, text: Any, default: Any) -> Any:
    try:
        return kind(text)
    except ValueError:
        return default


def _questions(form: Any) -> list[Question]:
    found: list[Question] = []
    codes: set[str] = set()
    for place in range(MOST_QUESTIONS):
        code = form.get(f"pc.{place}", "")[:40]
        if not code or code in codes:
            continue
        codes.add(code)
        type_ = _member(ParameterType, form.get(f"pt.{place}"), ParameterType.TEXT)
        one = Question(code, type_, form.get(f"pl.{place}", "")[:200])
        one.is_required = form.get(f"pr.{place}") == "1"
        one.raw = form.get(f"px.{place}", "")[:1000]
        if type_ in SLOT_TYPES:
            one.default = _slot(form, f"pd-{place}", 0)
        found.append(one)
    return found


def _slot(form: Any, path: str, place: int) -> Slot:
    at = f"{path}.{place}"
    mode = form.get(f"m.{at}", "is")
    span = _member(Span, form.get(f"s.{at}"), Span.MONTH)
    return Slot(
        mode if mode in (*DAY_MODES, "is") else "is",
        form.get(f"t.{at}", "")[:LONGEST_TEXT].replace("\x00", ""),
        form.get(f"d.{at}", "")[:10],
        span.value,
        form.get(f"q.{at}", "")[:40],
    )


class _Reader:
    """Reads the tree."""

    def __init__(self, form: Any, catalogue: Catalogue, draft: Draft) -> None:
        self.form, self.catalogue, self.draft = form, catalogue, draft

    def node(self, path: str, depth: int) -> Node | None:
        if depth > DEEPEST + 2:
            return None
        kind, form = self.form.get(f"k.{path}"), self.form
        code = form.get(f"f.{path}", "")[:100]
        match kind:
            case "group":
                join = _member(Join, form.get(f"j.{path}"), Join.ALL)
                return Node("group", join=join, kids=self._kids(path, depth))
            case "found":
                number = row_number_or_none(code)
                return Node("found", str(number or ""))
            case "having" | "newest":
                return self._relation(kind, code, path, depth)
            case "condition":
                return self._condition(code, path)
        return None

    def _kids(self, path: str, depth: int) -> list[Node]:
        kids: list[Node] = []
        for place in range(_MOST_KIDS):
            at = f"{path}-{place}"
            if f"k.{at}" not in self.form:
                break
            kid = self.node(at, depth + 1)
            if kid is not None:
                kids.append(kid)
        return kids

    def _relation(self, kind: str, code: str, path: str, depth: int) -> Node:
        wanted_kids = 2 if kind == "newest" else 1
        kids = [kid for kid in self._kids(path, depth) if kid.kind == "group"][:wanted_kids]
        kids += [Node("group") for _ in range(wanted_kids - len(kids))]
        node = Node(kind, code, kids=kids)
        if kind == "having":
            operator = self.form.get(f"o.{path}", "some")
            node.operator = operator if operator in MEASURES else "some"
            sum_of = self.form.get(f"u.{path}", "")[:100]
            node.sum_of = sum_of if self.catalogue.field(sum_of) else ""
            if node.sum_of and node.operator in ("some", "none"):
                node.operator = "at_least"
            node.slots = [_slot(self.form, path, place) for place in range(2)]
            self._ask(node.slots, ParameterType.NUMBER)
        return node

    def _condition(self, code: str, path: str) -> Node:
        form = self.form
        asked = self.catalogue.field(code)
        operator = _member(Operator, form.get(f"o.{path}"), Operator.ONE_OF)
        if asked is None:
            raw = form.get(f"x.{path}", "")[:100_000]
            return Node("condition", code, operator=operator.value, raw=raw)
        if form.get(f"w.{path}", code) != code or operator not in asked.allowed:
            return fresh_condition(code, self.catalogue)
        node = Node("condition", code, operator=operator.value)
        node.slots = [_slot(form, path, place) for place in range(2)]
        node.chosen = _chosen(form, path)
        node.asked = form.get(f"q.{path}", "")[:40]
        type_ = ask_type(asked.type, asked.offers)
        if operator is Operator.COMING:
            type_ = ParameterType.NUMBER
        if node.asked == NEW:
            node.asked = self._new_question(type_)
        if asked.type is FieldType.DAY:
            self._days(node, path, operator)
        if type_ is not None:
            self._ask(node.slots[: wanted(node.operator)], type_)
        return node

    def _days(self, node: Node, path: str, operator: Operator) -> None:
        if operator is Operator.COMING:
            for slot in node.slots:
                slot.mode = slot.mode if slot.mode == "ask" else "is"
            return
        period = self.form.get(f"p.{path}", "ago")
        if operator is Operator.BETWEEN:
            node.period = period if period in PERIODS else "ago"
            if node.period != "each":
                first = node.slots[0]
                node.slots = [replace(one, mode=node.period, span=first.span) for one in node.slots]
                return
        for slot in node.slots:
            slot.mode = slot.mode if slot.mode in DAY_MODES else "ago"

    def _ask(self, slots: list[Slot], type_: ParameterType) -> None:
        """A value that asks a question needs one: the only one that fits, or a new one."""
        taken: set[str] = set()
        for slot in slots:
            if slot.mode != "ask":
                continue
            if slot.parameter == NEW or not self._fits(slot.parameter, type_):
                free = [
                    one.code for one in self.draft.questions
                    if one.type is type_ and one.code not in taken
                ]  # fmt: skip
                is_new = slot.parameter == NEW or not free
                slot.parameter = self._new_question(type_) if is_new else free[0]
            taken.add(slot.parameter)

    def _fits(self, code: str, type_: ParameterType) -> bool:
        return any(one.code == code and one.type is type_ for one in self.draft.questions)

    def _new_question(self, type_: ParameterType | None) -> str:
        if type_ is None or len(self.draft.questions) >= MOST_QUESTIONS:
            return ""
        return add_question(self.draft, type_)


def fresh_condition(code: str, catalogue: Catalogue) -> Node:
    """A condition on the field, its values still to be typed."""
    asked = catalogue.field(code)
    assert asked is not None
    operator = asked.allowed[0]
    node = Node("condition", code, operator=operator.value)
    node.slots = [Slot(), Slot()]
    if asked.type is FieldType.YES_NO:
        node.slots = [Slot(text="yes")]
    if asked.type is FieldType.DAY:
        node.period = "ago"
        node.slots = [Slot("ago"), Slot("ago", "0")]
    return node


def _chosen(form: Any, path: str) -> list[str]:
    ticked = form.getlist(f"v.{path}")
    typed = form.get(f"l.{path}", "").replace("\x00", "")
    lines = [part.strip() for line in typed.splitlines() for part in line.split(",")]
    found = [text[:LONGEST_TEXT] for text in (*ticked, *lines) if text]
    return list(dict.fromkeys(found))[:MOST_VALUES]
