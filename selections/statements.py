"""What a selection finds, as one statement: all of it, or its first conditions (rules 17, 18)."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.orm import aliased, join

from directory.assets.models import Asset, Ownership
from directory.clients.models import Client, ClientUnit
from selections.chance import chance
from selections.composing import answers_within
from selections.fields import Catalogue, Meant, Moment
from selections.rules import (
    Condition,
    Definition,
    Group,
    Having,
    Join,
    Newest,
    Operator,
    Path,
    Rule,
    Subject,
)
from selections.scopes import Scope
from selections.settling import Answers, settle, settle_part
from selections.sql import Compiler


@dataclass(frozen=True, kw_only=True)
class Question:
    """Everything that a definition is asked with."""

    catalogue: Catalogue
    moment: Moment
    unit_ids: Collection[int]
    """Only clients known to these units are found (rule 22)."""
    answers: Answers
    definition_of: Callable[[int], Definition]
    """The saved version of another selection. Raises NotFound."""
    meant: Meant
    """Looked up before the statement is made: PostgreSQL knows how many rows to expect of values
    that it sees, and its workers share the reading; of a statement it knows neither."""
    seed: int = 0
    """Decides who is in a random sample."""

    def found(self, definition: Definition) -> Select[Any]:
        """``client_id``, ``asset_id`` (NULL for a client) and ``asset_key`` of what it finds."""
        return _Reading(self, definition).statement()

    def count(self, definition: Definition) -> Select[Any]:
        """How many it finds."""
        return select(func.count(literal(1))).select_from(self.found(definition).subquery())

    def explained(self, definition: Definition) -> Select[Any]:
        """As ``found``, with the values to tell beside.

        A column for each reason, labelled by the path of its condition, and one for each field of
        ``definition.columns`` that is still there, labelled by its code.
        """
        return _Reading(self, definition).explained()

    def funnel(self, definition: Definition) -> list[Definition]:
        """The definition with its first conditions only: with none, one, two … all (rule 21)."""
        rule, bare = definition.rule, replace(definition, sample=None)
        if rule.join is not Join.ALL:
            return [replace(bare, rule=Group(Join.ALL)), definition]
        return [
            *(
                replace(bare, rule=replace(rule, items=rule.items[:kept]))
                for kept in range(len(rule.items))
            ),
            definition,
        ]


def written(path: Path) -> str:
    """The path as the key of a reason: ``0.2``."""
    return ".".join(map(str, path))


class _Reading:
    """One definition turned into a statement."""

    def __init__(self, question: Question, definition: Definition) -> None:
        self.question, self.definition = question, definition
        self.rule = settle(definition.rule, question.answers, question.moment.today)
        self.compiler = Compiler(
            question.catalogue, question.moment, self._found_by, question.meant
        )
        self.client, self.asset, self.owned = aliased(Client), aliased(Asset), aliased(Ownership)
        self.is_vehicle = definition.subject is Subject.VEHICLE
        keys: dict[str, Any] = {"client": self.client.id}
        if self.is_vehicle:
            keys = {"client": self.owned.client_id, "vehicle": self.owned.asset_id}
        rows = {"client": self.client, "vehicle": self.asset}
        self.scope = Scope(keys, {code: rows[code] for code in keys})

    def statement(self) -> Select[Any]:
        """What is found."""
        return self._of(self._columns())

    def explained(self) -> Select[Any]:
        """With the reasons beside."""
        reasons = [
            expression.label(written(path))
            for path, expression in self._reasons(self.definition.rule)
        ]
        shown = [
            self.compiler.value(code, self.scope).label(code)
            for code in dict.fromkeys(self.definition.columns)
            if self._is_shown(code)
        ]
        return self._of([*self._columns(), *reasons, *shown])

    def _is_shown(self, code: str) -> bool:
        """Whether there is such a field of what is found."""
        is_there = self.question.catalogue.field(code) is not None
        return is_there and code.partition(".")[0] in self.scope.keys

    def _columns(self) -> list[ColumnElement[Any]]:
        asset_id = self.scope.keys.get("vehicle")
        return [
            self.scope.keys["client"].label("client_id"),
            (cast(null(), Integer) if asset_id is None else asset_id).label("asset_id"),
            self._asset_key().label("asset_key"),
        ]

    def _asset_key(self) -> ColumnElement[int]:
        return self.scope.keys.get("vehicle", literal_column("0", Integer))

    def _of(self, columns: list[ColumnElement[Any]]) -> Select[Any]:
        if self.rule.join is Join.ALL:
            truths = self.compiler.all_of(self.rule, self.scope)
        else:
            truths = [self.compiler.truth(self.rule, self.scope)]
        found = select(*columns).select_from(self._subject()).where(*truths, self._known())
        if self.is_vehicle:
            found = found.where(self.owned.until_on.is_(None))
        if self.definition.sample is not None:
            order = chance(self.scope.keys["client"], self._asset_key(), seed=self.question.seed)
            found = found.order_by(order, *self.scope.keys.values()).limit(self.definition.sample)
        return found

    def _subject(self) -> Any:
        """The rows that the conditions were found to need: no join that nothing asks for."""
        if not self.is_vehicle:
            return self.client
        joined: Any = self.owned
        if "vehicle" in self.scope.touched:
            joined = join(joined, self.asset, self.asset.id == self.owned.asset_id)
        if "client" in self.scope.touched:
            joined = join(joined, self.client, self.client.id == self.owned.client_id)
        return joined

    def _known(self) -> ColumnElement[bool]:
        """The client is known to the units that the selection is made for."""
        return exists().where(
            ClientUnit.client_id == self.scope.keys["client"],
            ClientUnit.unit_id.in_(self.question.unit_ids),
        )

    def _reasons(self, rule: Rule, at: Path = ()) -> Iterator[tuple[Path, ColumnElement[Any]]]:
        """The values that decided, by the place of their condition in the unsettled rule."""
        if isinstance(rule, Group):
            if rule.join is not Join.NONE:
                for place, item in enumerate(rule.items):
                    yield from self._reasons(item, (*at, place))
            return
        settled = settle_part(rule, self.question.answers, self.question.moment.today)
        match settled:
            case Condition() if settled.operator is not Operator.UNKNOWN:
                yield at, self.compiler.value(settled.field, self.scope)
            case Newest():
                yield at, self.compiler.newest_day(settled, self.scope)
            case Having() if settled.values != (0,):
                yield at, self.compiler.total(settled, self.scope)

    def _found_by(self, selection_id: int) -> tuple[Subject, Select[Any]]:
        inner = self.question.definition_of(selection_id)
        answers = answers_within(self.definition, self.question.answers, inner)
        return inner.subject, replace(self.question, answers=answers).found(inner)
