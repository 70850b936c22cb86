"""The builder's page as it is typed: name, unit, tree, questions; and what it says (A5)."""

import json
from dataclasses import dataclass, field

from selections.fields import Catalogue, FieldType, Offers
from selections.rules import Definition, Parameter, ParameterType, Subject, Value
from selections.wire import LARGEST_SAMPLE, DefinitionUnreadable, value_from_wire, value_to_wire
from webui.selections.studio_draft import (
    Node,
    Slot,
    group_of,
    node_of,
    slot_of,
    value_of,
    wanted,
)
from webui.selections.studio_undo import Removed

MOST_QUESTIONS = 20
_ASKABLE = {
    Offers.UNITS: ParameterType.UNIT,
    Offers.CENTRES: ParameterType.CENTRE,
    Offers.WORKSHOPS: ParameterType.WORKSHOP,
}
_TYPES = {
    FieldType.NUMBER: ParameterType.NUMBER,
    FieldType.MONEY: ParameterType.NUMBER,
    FieldType.DAY: ParameterType.DAY,
    FieldType.TEXT: ParameterType.TEXT,
}
SLOT_TYPES = {ParameterType.DAY: FieldType.DAY, ParameterType.NUMBER: FieldType.NUMBER}


@dataclass
class Question:
    """A question asked at the run, as it is typed."""

    code: str
    type: ParameterType
    label: str = ""
    default: Slot | None = None
    """For a day and a number."""
    raw: str = ""
    """The default of another type, as JSON."""
    is_required: bool = True

    @property
    def parameter(self) -> Parameter:
        """The question as it is kept."""
        return Parameter(self.code, self.type, self.label.strip(), self._value, self.is_required)

    @property
    def _value(self) -> Value | None:
        if self.type in SLOT_TYPES and self.default is not None:
            value = value_of(self.default, SLOT_TYPES[self.type])
            return None if isinstance(value, str) else value
        try:
            return value_from_wire(json.loads(self.raw)) if self.raw else None
        except (ValueError, DefinitionUnreadable):
            return None


@dataclass
class Draft:
    """The whole page as it is typed."""

    name: str = ""
    note: str = ""
    unit_id: int | None = None
    subject: Subject = Subject.VEHICLE
    root: Node = field(default_factory=lambda: Node("group"))
    questions: list[Question] = field(default_factory=list)
    sample: str = ""
    columns: list[str] = field(default_factory=list)
    selection_id: int | None = None
    opened_version: int = 0
    kind: str = ""
    focus: str = ""
    """The place that an act led to."""
    is_refused: bool = False
    """Whether it was sent to be saved: until then an empty page is no mistake."""
    removed: Removed | None = None
    """What was deleted last and may still be put back."""

    @property
    def sample_size(self) -> int | None:
        """How many at most; None: all, or what is typed is no such number."""
        digits = "".join(self.sample.split())
        is_count = digits.isascii() and digits.isdigit() and len(digits) < 20
        number = int(digits) if is_count else 0
        return number if 0 < number <= LARGEST_SAMPLE else None

    @property
    def is_sample_faulty(self) -> bool:
        """Whether something is typed there that is no number of that kind."""
        return bool(self.sample.strip()) and self.sample_size is None

    def definition(self, catalogue: Catalogue) -> Definition:
        """What the draft says."""
        return Definition(
            subject=self.subject,
            rule=group_of(self.root, catalogue),
            parameters=tuple(one.parameter for one in self.questions),
            sample=self.sample_size,
            columns=tuple(self.columns),
        )


def draft_of(definition: Definition, catalogue: Catalogue) -> Draft:
    """The draft that says what the definition says."""
    return Draft(
        subject=definition.subject,
        root=node_of(definition.rule, catalogue),
        questions=[_question_of(one) for one in definition.parameters],
        sample=str(definition.sample or ""),
        columns=list(definition.columns),
    )


def _question_of(parameter: Parameter) -> Question:
    found = Question(
        parameter.code, parameter.type, parameter.label, is_required=parameter.is_required
    )
    if parameter.type in SLOT_TYPES:
        # A day or a number is a value like those of a condition.
        default = parameter.default
        found.default = default_slot(default, parameter.type)
    elif parameter.default is not None:
        found.raw = json.dumps(value_to_wire(parameter.default))
    return found


def default_slot(value: Value | None, type_: ParameterType) -> Slot:
    """How the answer that a question starts with is typed."""
    if value is None:
        return Slot("ago" if type_ is ParameterType.DAY else "is")
    return slot_of(value)


def ask_type(field_type: FieldType, offers: Offers | None) -> ParameterType | None:
    """What kind of question may stand for a value of such a field; None: no question may."""
    if offers in _ASKABLE:
        return _ASKABLE[offers]
    return _TYPES.get(field_type)


def add_question(draft: Draft, type_: ParameterType) -> str:
    """One more question of this type; returns its code."""
    taken = {one.code for one in draft.questions}
    code, number = type_.value, 1
    while code in taken:
        number += 1
        code = f"{type_.value}{number}"
    default = default_slot(None, type_) if type_ in SLOT_TYPES else None
    draft.questions.append(Question(code, type_, default=default))
    return code


def is_asked(draft: Draft, code: str) -> bool:
    """Whether a value of the rule asks this question."""
    return _asks(draft.root, code)


def _asks(node: Node, code: str) -> bool:
    here = node.asked == code or any(
        slot.mode == "ask" and slot.parameter == code
        for slot in node.slots[: wanted(node.operator or "some")]
    )
    return here or any(_asks(kid, code) for kid in node.kids)
