"""The rule of a selection: a tree of conditions that is data (rule 17).

A tree says whom it means; it knows neither tables nor words. ``fields`` says what may be asked,
``sql`` makes a statement of it, ``wire`` writes it as JSON, ``checking`` finds what is wrong.

Every node is true or false of a row, never unknown: a condition on a value that is not known is
false, and NONE of it is true.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Join(StrEnum):
    """How the parts of a group hold together."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class Operator(StrEnum):
    """What a condition asks of its value."""

    ONE_OF = "one_of"
    NONE_OF = "none_of"
    """Known, and none of these."""
    CONTAINS = "contains"
    AT_LEAST = "at_least"
    """For a day: on it or later."""
    AT_MOST = "at_most"
    BETWEEN = "between"
    """Both ends included."""
    COMING = "coming"
    """An anniversary of the day within so many days from today on, today included."""
    IS = "is"
    KNOWN = "known"
    UNKNOWN = "unknown"


class Span(StrEnum):
    """A length of time; months and years end on the last day of a shorter month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class FromToday:
    """The day so far from today; a negative amount is in the past."""

    amount: int
    span: Span


@dataclass(frozen=True)
class Earlier:
    """The day so far before that of the row around: only inside a relation that has an anchor."""

    amount: int
    span: Span


@dataclass(frozen=True)
class Asked:
    """What the person answers at the run."""

    parameter: str


Constant = bool | int | Decimal | date | str
Value = Constant | FromToday | Earlier | Asked


@dataclass(frozen=True)
class Condition:
    """A field compared with values."""

    field: str
    """``visit.done_on``."""
    operator: Operator
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Group:
    """Parts that hold all, at least one, or none."""

    join: Join
    items: "tuple[Rule, ...]" = ()


def _everything() -> Group:
    return Group(Join.ALL)


@dataclass(frozen=True)
class Having:
    """How many related rows (or how much of them) hold ``where``: «at least 2 visits such that»."""

    relation: str
    where: Group = field(default_factory=_everything)
    operator: Operator = Operator.AT_LEAST
    """AT_LEAST, AT_MOST or BETWEEN."""
    values: tuple[Value, ...] = (1,)
    sum_of: str | None = None
    """The field whose sum is compared; None: the number of rows."""


@dataclass(frozen=True)
class Newest:
    """There are related rows that hold ``among``, and the newest of them holds ``where`` too."""

    relation: str
    among: Group = field(default_factory=_everything)
    where: Group = field(default_factory=_everything)


@dataclass(frozen=True)
class Found:
    """Another selection finds it, with its saved version of the moment."""

    selection_id: int


Rule = Condition | Group | Having | Newest | Found


class Subject(StrEnum):
    """What a lead is."""

    CLIENT = "client"
    VEHICLE = "vehicle"
    """A vehicle with its present owner."""


class ParameterType(StrEnum):
    """What a person is asked for at the run."""

    DAY = "day"
    NUMBER = "number"
    TEXT = "text"
    UNIT = "unit"
    CENTRE = "centre"
    WORKSHOP = "workshop"


@dataclass(frozen=True)
class Parameter:
    """A question asked at the run."""

    code: str
    type: ParameterType
    label: str = ""
    """As its author words it; empty: the words that belong to the code."""
    default: Value | None = None
    is_required: bool = True
    """An answer that is not required and not given leaves out the conditions that use it."""


@dataclass(frozen=True)
class Definition:
    """All that a version of a selection says."""

    subject: Subject = Subject.VEHICLE
    rule: Group = field(default_factory=_everything)
    parameters: tuple[Parameter, ...] = ()
    sample: int | None = None
    """So many of the found at random, the same ones for the same seed; None: all."""
    columns: tuple[str, ...] = ()
    """Fields of the subject that the list of leads shows beside its reasons."""


Path = tuple[int, ...]
"""Where a node stands: the place in each group from the root on. A relation counts as a group of
its groups: 0 is ``among`` of Newest or ``where`` of Having, 1 is ``where`` of Newest."""


def parts(rule: Rule) -> "tuple[Rule, ...]":
    """What stands directly in the node."""
    match rule:
        case Group():
            return rule.items
        case Having():
            return (rule.where,)
        case Newest():
            return (rule.among, rule.where)
    return ()


def walk(rule: Rule, at: Path = ()) -> "Iterator[tuple[Path, Rule]]":
    """Every node with its path, parents first."""
    yield at, rule
    for place, part in enumerate(parts(rule)):
        yield from walk(part, (*at, place))


def values_of(rule: Rule) -> tuple[Value, ...]:
    """The values that stand in this very node."""
    return rule.values if isinstance(rule, Condition | Having) else ()
