"""Where conditions stand: the rows that they speak of, at the root of a rule or in a relation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement

from selections.fields import Relation, Row


@dataclass(frozen=True)
class Scope:
    """The rows that conditions speak of at some place of the tree."""

    keys: Mapping[str, ColumnElement[Any]]
    """The identity of each, which costs no join."""
    rows: Mapping[str, Row]
    anchor: ColumnElement[Any] | None = None
    touched: set[str] = field(default_factory=set)
    """The entities whose rows were needed beyond their identity."""

    def row(self, entity: str) -> Row:
        """The row of the entity, for its columns."""
        self.touched.add(entity)
        return self.rows[entity]

    def outer(self, relation: Relation) -> ColumnElement[Any]:
        """What the related rows refer to."""
        return self.named(relation.code, relation.outer)

    def named(self, code: str, attribute: str) -> ColumnElement[Any]:
        """An attribute of the row of the entity that the code begins with."""
        entity = code.partition(".")[0]
        if attribute == "id" and entity in self.keys:
            return self.keys[entity]
        found: ColumnElement[Any] = getattr(self.row(entity), attribute)
        return found
