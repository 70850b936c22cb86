"""What the builder's page shows of a draft: each node with all that may be chosen there (A5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from selections.checking import Problem
from selections.fields import SUBJECT_ENTITIES, Catalogue, Field, FieldType
from selections.rules import Operator, ParameterType
from webui.labels.rule_fields import ENTITIES, FIELDS, field_name, relation_words
from webui.labels.rule_synonyms import (
    DAY_SYNONYMS,
    FIELD_SYNONYMS,
    MONEY_SYNONYMS,
    RELATION_SYNONYMS,
    value_synonyms,
)
from webui.labels.rules import operator_words, parameter_words
from webui.labels.spoken import gettext as _
from webui.selections.studio_acts import written
from webui.selections.studio_draft import Node, Slot, is_list, wanted
from webui.selections.studio_faults import told
from webui.selections.studio_offers import Offer, OfferedValues
from webui.selections.studio_page import Draft, ask_type

_FEW = 8
"""So many values are in sight at once; more of them get a search."""


@dataclass(frozen=True)
class Choice:
    """One entry of a list."""

    value: str
    name: str
    also: str = ""
    """What else finds it in the search."""


@dataclass(frozen=True)
class Heading:
    """Entries under one heading."""

    name: str
    choices: list[Choice]


@dataclass(frozen=True)
class NodeLook:
    """One node as the template draws it."""

    path: str
    depth: int
    node: Node
    fields: list[Heading] = field(default_factory=list)
    operators: list[Choice] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    questions: list[Choice] = field(default_factory=list)
    sums: list[Choice] = field(default_factory=list)
    additions: list[Heading] = field(default_factory=list)
    kids: list["NodeLook"] = field(default_factory=list)
    words: Any = None
    """The words of the relation."""
    unit: str = ""
    hint: str = ""
    shape: str = ""
    """How values are typed: ``list``, ``offers``, ``days``, ``period``, ``yes_no``, ``number``."""
    fault: str = ""
    has_anchor: bool = False
    may_move: bool = False
    may_ask: bool = False
    name: str = ""
    is_known: bool = True
    is_here: bool = True
    """Whether the field may be asked at this place."""
    is_searched: bool = False
    also: Callable[[str], str] = str
    """What else finds a value that may be ticked."""
    is_outer: bool = False
    """Of a group: whether conditions there speak of what is selected, not of related rows."""
    chosen: list[tuple[str, str]] = field(default_factory=list)
    """What is ticked, as it was ticked: value and name."""


class Painter:
    """Makes the looks of one draft."""

    def __init__(
        self,
        draft: Draft,
        catalogue: Catalogue,
        offered: OfferedValues,
        problems: list[Problem],
        selections: Mapping[int, str],
        mentioned: Mapping[int, str],
    ) -> None:
        self.draft, self.catalogue, self.offered = draft, catalogue, offered
        self.selections, self.mentioned = selections, mentioned
        self.faults: dict[str, str] = {}
        for problem in problems:
            self.faults.setdefault(written(problem.path), told(problem, draft.root, catalogue))
        self._additions: dict[tuple[str, ...], list[Heading]] = {}
        self._fields: dict[tuple[str, ...], list[Heading]] = {}

    def root(self) -> NodeLook:
        """The look of the whole tree."""
        return self._group(self.draft.root, (), SUBJECT_ENTITIES[self.draft.subject], 0, None)

    def _node(
        self, node: Node, path: tuple[int, ...], scope: tuple[str, ...], depth: int, within: Any
    ) -> NodeLook:
        match node.kind:
            case "group":
                return self._group(node, path, scope, depth, within)
            case "found":
                return self._found(node, path, depth)
            case "condition":
                return self._condition(node, path, scope, depth, within)
        return self._relation(node, path, depth)

    def _group(
        self, node: Node, path: tuple[int, ...], scope: tuple[str, ...], depth: int, within: Any
    ) -> NodeLook:
        kids = [
            self._node(kid, (*path, place), scope, depth + 1, within)
            for place, kid in enumerate(node.kids)
        ]
        return NodeLook(
            written(path), depth, node, kids=kids, additions=self.additions(scope),
            fault=self.faults.get(written(path), ""), may_move=bool(path),
            is_outer=scope == SUBJECT_ENTITIES[self.draft.subject],
        )  # fmt: skip

    def _found(self, node: Node, path: tuple[int, ...], depth: int) -> NodeLook:
        own = self.draft.selection_id
        choices = [Choice(str(id_), name) for id_, name in self.selections.items() if id_ != own]
        if node.code and all(one.value != node.code for one in choices):
            choices.append(Choice(node.code, self._not_offered(node.code)))
        return NodeLook(
            written(path), depth, node, operators=choices, may_move=True,
            fault=self.faults.get(written(path), ""),
        )  # fmt: skip

    def _not_offered(self, code: str) -> str:
        """What the draft says already stays, though nobody would choose it now."""
        name = self.mentioned.get(int(code))
        if name is None:
            return _("выборка, которой вам не видно")
        return name if int(code) in self.selections else _("%(name)s (в архиве)", name=name)

    def _relation(self, node: Node, path: tuple[int, ...], depth: int) -> NodeLook:
        relation = self.catalogue.relation(node.code)
        scope = (relation.target,) if relation is not None else ()
        kids = [
            self._group(kid, (*path, place), scope, depth + 1, relation)
            for place, kid in enumerate(node.kids)
        ]
        sums = [
            Choice(one.code, field_name(one.code))
            for one in self.catalogue.fields_of(scope)
            if one.type in (FieldType.NUMBER, FieldType.MONEY)
        ]
        summed = FIELDS.get(node.sum_of)
        return NodeLook(
            written(path), depth, node, kids=kids, sums=sums, words=relation_words(node.code),
            slots=node.slots[: wanted(node.operator or "some")], may_move=True, shape="number",
            fault=self.faults.get(written(path), ""), is_known=relation is not None,
            unit=str(summed.unit) if summed else "", questions=self._asks(ParameterType.NUMBER),
            may_ask=True,
        )  # fmt: skip

    def _condition(
        self, node: Node, path: tuple[int, ...], scope: tuple[str, ...], depth: int, within: Any
    ) -> NodeLook:
        asked = self.catalogue.field(node.code)
        at, fault = written(path), self.faults.get(written(path), "")
        if asked is None:
            return NodeLook(
                at, depth, node, fields=self.fields(scope), fault=fault, may_move=True,
                is_known=False, is_here=False, name=field_name(node.code),
            )  # fmt: skip
        operator = Operator(node.operator)
        type_ = ask_type(asked.type, asked.offers)
        if operator is Operator.COMING:
            type_ = ParameterType.NUMBER
        words, offers = FIELDS.get(node.code), self._offers(asked, operator)
        slots = [*node.slots, Slot(), Slot()][: wanted(node.operator)]
        return NodeLook(
            at, depth, node, fields=self.fields(scope), offers=offers, slots=slots, fault=fault,
            operators=[Choice(one.value, operator_words(one, asked.type)) for one in asked.allowed],
            questions=self._asks(type_) if type_ is not None else [], may_ask=type_ is not None,
            unit=str(words.unit) if words else "", hint=str(words.hint) if words else "",
            shape=_shape(asked, operator, bool(offers)), may_move=True,
            name=field_name(node.code), is_here=node.code.partition(".")[0] in scope,
            has_anchor=within is not None and within.anchor is not None,
            is_searched=len(offers) > _FEW, chosen=self._chosen(node, offers),
            also=partial(value_synonyms, node.code),
        )  # fmt: skip

    def _offers(self, asked: Field, operator: Operator) -> list[Offer]:
        is_ticked = is_list(asked.type, operator) and operator is not Operator.CONTAINS
        return self.offered.of(asked) if is_ticked else []

    def _chosen(self, node: Node, offers: list[Offer]) -> list[tuple[str, str]]:
        names = {one.value: one.name for one in offers}
        return [(value, names.get(value, value)) for value in node.chosen]

    def _asks(self, type_: ParameterType) -> list[Choice]:
        # A unit stands for all below it, and so does a centre.
        types = {type_, ParameterType.CENTRE} if type_ is ParameterType.UNIT else {type_}
        return [
            Choice(one.code, parameter_words(one.code, one.label))
            for one in self.draft.questions
            if one.type in types
        ]

    def fields(self, scope: tuple[str, ...]) -> list[Heading]:
        """The fields that a condition may be changed to."""
        if scope not in self._fields:
            self._fields[scope] = [
                Heading(
                    str(ENTITIES.get(code, code)),
                    [
                        Choice(one.code, field_name(one.code), _also(one))
                        for one in self.catalogue.fields_of((code,))
                    ],
                )
                for code in reversed(scope)
            ]
            if len(scope) > 1:
                self._fields[scope].reverse()
        return self._fields[scope]

    def additions(self, scope: tuple[str, ...]) -> list[Heading]:
        """All that may be added to a group: fields, related rows, groups."""
        if scope not in self._additions:
            found = [
                Heading(one.name, [Choice(f"field:{c.value}", c.name, c.also) for c in one.choices])
                for one in self.fields(scope)
            ]
            self._additions[scope] = [*found, *self._related(scope)]
        return self._additions[scope]

    def _related(self, scope: tuple[str, ...]) -> list[Heading]:
        found: list[Heading] = []
        for relation in self.catalogue.relations_of(scope):
            words = relation_words(relation.code)
            also = " ".join(
                field_name(one.code) for one in self.catalogue.fields_of([relation.target])
            )
            also = f"{also} {RELATION_SYNONYMS.get(relation.code, '')}"
            before = f"{words.before} " if words.before else ""
            some = f"{before}{words.offered or words.some}"
            choices = [Choice(f"having:{relation.code}", some, also)]
            if relation.day is not None:
                choices.append(Choice(f"newest:{relation.code}", f"{before}{words.newest}", also))
            found.append(Heading(str(words.name), choices))
        return found


def _also(asked: Field) -> str:
    """What else finds the field, beside its name."""
    own = str(FIELD_SYNONYMS.get(asked.code, ""))
    by_type = {FieldType.DAY: DAY_SYNONYMS, FieldType.MONEY: MONEY_SYNONYMS}
    return f"{own} {by_type.get(asked.type, '')}".strip()


def _shape(asked: Field, operator: Operator, has_offers: bool) -> str:
    if wanted(operator.value) == 0:
        return ""
    if is_list(asked.type, operator):
        return "offers" if has_offers else "list"
    if asked.type is FieldType.DAY and operator is not Operator.COMING:
        return "period" if operator is Operator.BETWEEN else "days"
    return "yes_no" if asked.type is FieldType.YES_NO else "number"
