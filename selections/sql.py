"""A rule as a condition of SQL (rule 17).

The rule is settled first: constants, and ``Earlier`` inside anchored relations. Negation is pushed
down to the conditions, where a value that is not known makes a condition false and its negation
true: SQL's third truth never gets out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from core.unions import found_by_any
from selections.comparing import Truth, compared
from selections.fields import Catalogue, Field, Meant, Moment, Relation, Row
from selections.promising import promise
from selections.rules import Condition, Found, Group, Having, Join, Newest, Operator, Rule, Subject
from selections.scopes import Scope

Rows = tuple[ColumnElement[Any], tuple[Select[Any], ...]]
"""A key of the scope, and the statements of which one finds each of its values that hold a rule."""
SubSelection = Callable[[int], tuple[Subject, Select[Any]]]
"""What another selection is about, and its statement: ``client_id`` and ``asset_id``."""


@dataclass(frozen=True)
class Compiler:
    """Makes conditions of SQL out of a settled rule."""

    catalogue: Catalogue
    moment: Moment
    found_by: SubSelection
    meant: Meant

    def truth(
        self, rule: Rule, scope: Scope, *, negated: bool = False, drives: bool = False
    ) -> Truth:
        """The condition that the rule holds (``negated``: that it does not) of the scope's rows.

        ``drives``: few rows hold it, so that reading may begin with them.
        """
        found = self._driven(rule, scope) if drives and not negated else None
        if found is not None:
            key, rows = found
            return key.in_(found_by_any(*rows))
        match rule:
            case Group():
                return self._group(rule, scope, negated)
            case Condition():
                return self._condition(rule, scope, negated)
            case Having():
                return self._having(rule, scope, negated)
            case Newest():
                return self._newest(rule, scope, negated)
            case Found():
                held = _is_found(scope, *self.found_by(rule.selection_id))
                return not_(held) if negated else held
        assert_never(rule)

    def all_of(self, group: Group, scope: Scope) -> list[Truth]:
        """The conditions of a group that joins by ALL, the one to begin with found out."""
        promises = [promise(item, self.catalogue) for item in group.items]
        best = max(promises, default=0)
        driver = promises.index(best) if best else None
        return [
            self.truth(item, scope, drives=place == driver)
            for place, item in enumerate(group.items)
        ]

    def total(self, rule: Having, scope: Scope) -> ColumnElement[Any]:
        """The number of related rows that hold the condition, or the sum over them."""
        relation = self._relation(rule.relation)
        row, inner = self._related(relation, scope)
        counted: ColumnElement[Any] = func.count()
        if rule.sum_of is not None:
            counted = func.coalesce(func.sum(self.value(rule.sum_of, inner)), 0)
        wanted = self.truth(rule.where, inner)
        return self._rows(counted, relation, row, scope, wanted).scalar_subquery()

    def newest_day(self, rule: Newest, scope: Scope) -> ColumnElement[Any]:
        """The day of the newest of the rows that are meant."""
        relation = self._relation(rule.relation)
        row, inner = self._related(relation, scope)
        day = self._day(relation, row)
        wanted = self.truth(rule.among, inner)
        return self._rows(func.max(day), relation, row, scope, wanted).scalar_subquery()

    def value(self, code: str, scope: Scope) -> ColumnElement[Any]:
        """The value of a field of the scope's rows."""
        asked = self._field(code)
        entity = code.partition(".")[0]
        if asked.beside is None:
            return asked.expression(scope.row(entity), self.moment)
        beside = aliased(asked.beside.table)
        link = getattr(beside, asked.beside.key) == scope.named(asked.code, asked.beside.outer)
        return select(asked.expression(beside, self.moment)).where(link).scalar_subquery()

    def _driven(self, rule: Rule, scope: Scope) -> Rows | None:
        """All that holds the rule, found without looking at the scope's rows; None: it cannot."""
        match rule:
            case Condition() if rule.operator is not Operator.UNKNOWN:
                asked = self._field(rule.field)
                is_beside = asked.beside is not None
                key, rows = (self._beside_rows if is_beside else self._own_rows)(asked, rule, scope)
                return key, (rows,)
            case Group() if rule.join is Join.ANY:
                found = [self._driven(item, scope) for item in rule.items]
                parts = [part for part in found if part is not None]
                if not parts or len(parts) < len(found) or len({id(key) for key, _ in parts}) > 1:
                    return None
                return parts[0][0], tuple(rows for _, several in parts for rows in several)
            case Having() if rule.operator is Operator.AT_LEAST and rule.values[0] > 0:  # type: ignore[operator]
                return self._holders(rule, scope)
            case Newest():
                relation = self._relation(rule.relation)
                row, wanted = self._newest_row(rule, relation, scope)
                return scope.outer(relation), (self._all_rows(relation, row, wanted),)
        return None

    def _own_rows(
        self, asked: Field, condition: Condition, scope: Scope
    ) -> tuple[ColumnElement[Any], Select[Any]]:
        """The rows of the scope's entity that hold it, read for themselves: by an index."""
        entity = asked.code.partition(".")[0]
        row: Any = aliased(self.catalogue.entities[entity].table)
        return scope.keys[entity], select(row.id).where(self._held(asked, condition, row, scope))

    def _beside_rows(
        self, asked: Field, condition: Condition, scope: Scope
    ) -> tuple[ColumnElement[Any], Select[Any]]:
        assert asked.beside is not None
        beside = aliased(asked.beside.table)
        held = self._held(asked, condition, beside, scope)
        key = scope.named(asked.code, asked.beside.outer)
        return key, select(getattr(beside, asked.beside.key)).where(held)

    def _holders(self, rule: Having, scope: Scope) -> Rows | None:
        """Begin with the related rows, and count them by what they belong to."""
        relation = self._relation(rule.relation)
        row, inner = self._related(relation, scope)
        rows = self._all_rows(relation, row, self.truth(rule.where, inner))
        if rule.sum_of is None and rule.values == (1,):
            return scope.outer(relation), (rows,)
        counted: ColumnElement[Any] = func.count()
        if rule.sum_of is not None:
            counted = func.sum(self.value(rule.sum_of, inner))
        key = next(iter(rows.selected_columns))
        often = rows.group_by(key).having(counted >= rule.values[0])
        return scope.outer(relation), (often,)

    def _group(self, group: Group, scope: Scope, negated: bool) -> Truth:
        negates_items = negated != (group.join is Join.NONE)
        is_all = (group.join is Join.ALL) != negated if group.join is not Join.NONE else not negated
        truths = [self.truth(item, scope, negated=negates_items) for item in group.items]
        return and_(true(), *truths) if is_all else or_(false(), *truths)

    def _condition(self, condition: Condition, scope: Scope, negated: bool) -> Truth:
        asked = self._field(condition.field)
        if asked.beside is not None:
            return self._beside(asked, condition, scope, negated)
        row = scope.row(condition.field.partition(".")[0])
        return self._held(asked, condition, row, scope, negated=negated)

    def _held(
        self, asked: Field, condition: Condition, row: Row, scope: Scope, *, negated: bool = False
    ) -> Truth:
        is_list = condition.operator in (Operator.ONE_OF, Operator.NONE_OF)
        if asked.among is not None and is_list:
            condition = replace(condition, values=self.meant(asked, condition.values))
        return compared(asked, condition, row, self.moment, scope.anchor, negated=negated)

    def _beside(self, asked: Field, condition: Condition, scope: Scope, negated: bool) -> Truth:
        """A value of a table beside: no row there is a value that is not known."""
        if condition.operator is Operator.UNKNOWN:
            known = replace(condition, operator=Operator.KNOWN)
            return self._beside(asked, known, scope, not negated)
        key, rows = self._beside_rows(asked, condition, scope)
        found: Truth = rows.where(next(iter(rows.selected_columns)) == key).exists()
        return not_(found) if negated else found

    def _having(self, rule: Having, scope: Scope, negated: bool) -> Truth:
        asks_for_any = rule.sum_of is None and (
            (rule.operator is Operator.AT_LEAST and rule.values == (1,))
            or (rule.operator is Operator.AT_MOST and rule.values == (0,))
        )
        if asks_for_any:
            return self._any(rule, scope, negated != (rule.operator is Operator.AT_MOST))
        total = self.total(rule, scope)
        match rule.operator:
            case Operator.AT_LEAST:
                held: Truth = total >= rule.values[0]
            case Operator.AT_MOST:
                held = total <= rule.values[0]
            case _:
                low, high = rule.values
                held = and_(total >= low, total <= high)
        return not_(held) if negated else held

    def _any(self, rule: Having, scope: Scope, negated: bool) -> Truth:
        relation = self._relation(rule.relation)
        row, inner = self._related(relation, scope)
        wanted = self.truth(rule.where, inner)
        found = self._rows(true(), relation, row, scope, wanted).exists()
        return not_(found) if negated else found

    def _newest(self, rule: Newest, scope: Scope, negated: bool) -> Truth:
        relation = self._relation(rule.relation)
        row, wanted = self._newest_row(rule, relation, scope)
        found = self._rows(true(), relation, row, scope, wanted).exists()
        return not_(found) if negated else found

    def _newest_row(self, rule: Newest, relation: Relation, scope: Scope) -> tuple[Row, Truth]:
        """A related row, and that it is the newest of those meant and holds what is wanted."""
        row, inner = self._related(relation, scope)
        later, later_inner = self._related(relation, scope)
        day, later_day = self._day(relation, row), self._day(relation, later)
        no_later = not_(
            self._rows(
                true(), relation, later, scope,
                and_(
                    later_day >= day,
                    or_(later_day > day, later.id > row.id),
                    self.truth(rule.among, later_inner),
                ),
                of=row,
            ).exists()
        )  # fmt: skip
        return row, and_(
            day.is_not(None), self.truth(rule.among, inner), self.truth(rule.where, inner), no_later
        )

    def _related(self, relation: Relation, scope: Scope) -> tuple[Row, Scope]:
        entity = self.catalogue.entities[relation.target]
        row = aliased(entity.table)
        keys = {entity.code: row.id} if hasattr(row, "id") else {}
        anchor = None
        if relation.anchor is not None:
            anchor = getattr(scope.row(relation.code.partition(".")[0]), relation.anchor)
        return row, Scope(keys, {entity.code: row}, anchor)

    def _rows(
        self,
        what: ColumnElement[Any],
        relation: Relation,
        row: Row,
        scope: Scope,
        wanted: Truth,
        *,
        of: Row | None = None,
    ) -> Select[Any]:
        """The related rows of the scope's row, or (``of``) of that which this one belongs to."""
        rows = select(what).select_from(row)
        inner = getattr(row, relation.inner)
        if relation.through is not None:
            between = aliased(relation.through.table)
            rows = rows.join(between, getattr(between, relation.through.far) == inner)
            rows = rows.where(relation.through.narrowed(between))
            inner = getattr(between, relation.through.near)
        same = scope.outer(relation)
        if of is not None and relation.through is None:
            # Related to the same one: said of the rows themselves, it stands for itself.
            same = getattr(of, relation.inner)
        rows = rows.where(inner == same)
        if relation.narrowed is not None:
            rows = rows.where(relation.narrowed(row))
        if relation.anchored is not None:
            around = scope.row(relation.code.partition(".")[0])
            rows = rows.where(relation.anchored(around, row, self.moment))
        return rows.where(wanted)

    def _all_rows(self, relation: Relation, row: Row, wanted: Truth) -> Select[Any]:
        """What all related rows that are wanted belong to."""
        key = getattr(row, relation.inner)
        if relation.through is not None:
            between = aliased(relation.through.table)
            rows = select(getattr(between, relation.through.near)).select_from(row)
            rows = rows.join(between, getattr(between, relation.through.far) == key)
            rows = rows.where(relation.through.narrowed(between))
        else:
            rows = select(key)
        if relation.narrowed is not None:
            rows = rows.where(relation.narrowed(row))
        return rows.where(wanted)

    def _day(self, relation: Relation, row: Row) -> ColumnElement[Any]:
        assert relation.day is not None
        return self._field(relation.day).expression(row, self.moment)

    def _field(self, code: str) -> Field:
        found = self.catalogue.field(code)
        assert found is not None, code
        return found

    def _relation(self, code: str) -> Relation:
        found = self.catalogue.relation(code)
        assert found is not None, code
        return found


def _is_found(scope: Scope, subject: Subject, found: Select[Any]) -> Truth:
    """Whether another selection finds the scope's vehicle, or else its client."""
    inner = found.subquery()
    if subject is Subject.VEHICLE and "vehicle" in scope.keys:
        return scope.keys["vehicle"].in_(select(inner.c.asset_id))
    return scope.keys["client"].in_(select(inner.c.client_id))
