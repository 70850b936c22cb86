"""What a rule may ask: entities, their fields, and how they hang together (rule 17).

A catalogue is put together by code: a package that knows a table adds its entity. Names in it are
ours; what a person types never gets further than a bound value.
"""

import builtins
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select

from core.db import Base
from selections.rules import Operator, Subject


class FieldType(StrEnum):
    """What kind of values a field has."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    CHOICE = "choice"
    """One of a closed list: a status, a unit, a campaign."""
    YES_NO = "yes_no"


_KNOWN = (Operator.KNOWN, Operator.UNKNOWN)
_ORDER = (Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN)
OPERATORS: Mapping[FieldType, tuple[Operator, ...]] = {
    FieldType.TEXT: (Operator.ONE_OF, Operator.NONE_OF, Operator.CONTAINS, *_KNOWN),
    FieldType.NUMBER: (*_ORDER, *_KNOWN),
    FieldType.MONEY: (*_ORDER, *_KNOWN),
    FieldType.DAY: (
        Operator.BETWEEN,
        Operator.AT_LEAST,
        Operator.AT_MOST,
        Operator.COMING,
        *_KNOWN,
    ),
    FieldType.CHOICE: (Operator.ONE_OF, Operator.NONE_OF, *_KNOWN),
    FieldType.YES_NO: (Operator.IS,),
}
"""What may be asked of a field, the most usual first."""


class Offers(StrEnum):
    """Where the values that a choice offers come from."""

    ENUM = "enum"
    """The members of ``Field.members``."""
    DATA = "data"
    """The distinct values of the column."""
    UNITS = "units"
    CENTRES = "centres"
    WORKSHOPS = "workshops"
    CAMPAIGNS = "campaigns"
    PURPOSES = "purposes"
    RESULTS = "results"


@dataclass(frozen=True)
class Moment:
    """When a rule is read."""

    today: date
    zone: str
    """IANA zone in which a moment belongs to a day."""

    @property
    def offset(self) -> timedelta:
        """How far the zone is from UTC today.

        For days that are compared with other columns: SQLite knows no zones. Where clocks are
        changed, a contact of the other half of the year within an hour of midnight may belong to
        the day beside it.
        """
        noon = datetime.combine(self.today, time(12), ZoneInfo(self.zone))
        return noon.utcoffset() or timedelta()


Row = Any
"""An alias of the entity's table in a statement."""
Expression = Callable[[Row, Moment], ColumnElement[Any]]


@dataclass(frozen=True)
class Beside:
    """A table with at most one row for each row of the entity."""

    table: type[Base]
    key: str
    """Its column that names the row of the entity."""
    outer: str = "id"


@dataclass(frozen=True)
class Field:
    """A value of a row that a condition may ask for."""

    code: str
    """``visit.done_on``: the entity, and a name in it."""
    type: FieldType
    expression: Expression
    is_nullable: bool = True
    """Whether it may be unknown."""
    is_moment: bool = False
    """A DAY whose column holds moments: the day is that of ``Moment.zone``."""
    offers: Offers | None = None
    members: "builtins.type[StrEnum] | None" = None
    among: Callable[[tuple[Any, ...]], Select[Any]] | None = None
    """For ONE_OF: the few values that these stand for, as a unit stands for all below it."""
    beside: Beside | None = None
    """The table that ``expression`` takes its row from, when it is not the entity's own."""
    operators: tuple[Operator, ...] = ()
    """Empty: those of the type."""
    spelt: Callable[[str], str] | None = None
    """How the column writes what a person typed: for ONE_OF and NONE_OF."""
    stored: str = ""
    """The column, where the field is nothing but one."""

    @property
    def allowed(self) -> tuple[Operator, ...]:
        """The operators that may be used; a moment has no anniversaries."""
        usual = OPERATORS[self.type]
        if self.is_moment:
            usual = tuple(one for one in usual if one is not Operator.COMING)
        return self.operators or usual


Meant = Callable[[Field, tuple[Any, ...]], tuple[Any, ...]]
"""The values that these stand for, of a field that has ``among``."""


@dataclass(frozen=True)
class Through:
    """A table between a row and its related rows: ownerships, between clients and vehicles."""

    table: type[Base]
    near: str
    """Its column that names the row around…"""
    far: str
    """…and the one that names the related row."""
    narrowed: Callable[[Row], ColumnElement[bool]]


@dataclass(frozen=True)
class Relation:
    """Rows of another entity that belong to a row: «visits» of a vehicle."""

    code: str
    """``vehicle.visits``."""
    target: str
    outer: str
    """The attribute of the row around…"""
    inner: str
    """…that this attribute of the related row equals."""
    day: str | None = None
    """The field by which the newest is told; None: there is no order."""
    narrowed: Callable[[Row], ColumnElement[bool]] | None = None
    """What else makes a row one of these, seen from the related row alone."""
    anchored: Callable[[Row, Row, Moment], ColumnElement[bool]] | None = None
    """What else ties the related row (second) to the row around (first). ``Earlier`` counts from
    the day of the row around."""
    anchor: str | None = None
    """The attribute of the row around that ``Earlier`` counts from."""
    through: Through | None = None


@dataclass(frozen=True)
class Entity:
    """A kind of row that rules speak of."""

    code: str
    table: type[Base]
    fields: Mapping[str, Field] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)


SUBJECT_ENTITIES: Mapping[Subject, tuple[str, ...]] = {
    Subject.CLIENT: ("client",),
    Subject.VEHICLE: ("vehicle", "client"),
}
"""The entities whose fields and relations the outermost conditions may use."""


@dataclass(frozen=True)
class Catalogue:
    """All entities by their code."""

    entities: Mapping[str, Entity]

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> "Catalogue":
        """The catalogue of these entities."""
        return cls({entity.code: entity for entity in entities})

    def extended(
        self,
        entities: Iterable[Entity] = (),
        *,
        fields: Iterable[Field] = (),
        relations: Iterable[Relation] = (),
    ) -> "Catalogue":
        """With more entities, and more fields and relations of those that are there."""
        known = {**self.entities, **{entity.code: entity for entity in entities}}
        for one in fields:
            entity = known[_entity_of(one.code)]
            known[entity.code] = replace(entity, fields={**entity.fields, one.code: one})
        for two in relations:
            entity = known[_entity_of(two.code)]
            known[entity.code] = replace(entity, relations={**entity.relations, two.code: two})
        return Catalogue(known)

    def field(self, code: str) -> Field | None:
        """The field of this code; None when there is none (any more)."""
        entity = self.entities.get(_entity_of(code))
        return entity.fields.get(code) if entity is not None else None

    def relation(self, code: str) -> Relation | None:
        """The relation of this code; None when there is none (any more)."""
        entity = self.entities.get(_entity_of(code))
        return entity.relations.get(code) if entity is not None else None

    def fields_of(self, scope: Iterable[str]) -> tuple[Field, ...]:
        """What conditions about these entities may ask."""
        return tuple(one for code in scope for one in self.entities[code].fields.values())

    def relations_of(self, scope: Iterable[str]) -> tuple[Relation, ...]:
        """What these entities have."""
        return tuple(one for code in scope for one in self.entities[code].relations.values())


def _entity_of(code: str) -> str:
    return code.partition(".")[0]


def entity(
    code: str, table: type[Base], fields: Iterable[Field], relations: Iterable[Relation] = ()
) -> Entity:
    """An entity out of its parts, whose codes begin with its own."""
    return Entity(
        code, table, {one.code: one for one in fields}, {one.code: one for one in relations}
    )


def column(code: str, type: FieldType, name: str = "", **more: Any) -> Field:
    """A field that is a column of the entity's table; ``name``: the column, where it differs."""
    attribute = name or code.partition(".")[2]
    read: Expression = lambda row, _moment: getattr(row, attribute)  # noqa: E731
    return Field(code, type, read, stored=attribute, **more)
