"""The statement of a rule finds what a plain reading of it finds, on both engines (rule 17)."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.db import Database
from selections.checking import is_turned_round, problems_of
from selections.fields import Moment
from selections.reading import meant_now
from selections.rules import (
    Condition,
    Definition,
    FromToday,
    Group,
    Having,
    Join,
    Newest,
    Operator,
    Rule,
    Span,
    Subject,
    walk,
)
from selections.statements import Question
from selections.wire import from_wire, to_wire
from tests.properties.rule_days import TODAY, ZONE
from tests.properties.rule_reading import Reading
from tests.properties.rule_trees import SUB_SELECTIONS, answers, beyond, definitions
from tests.properties.rule_world import World, random_world
from worklists.selection_fields import CATALOGUE

UNITS = (2, 3, 4)
SEEDS = (1, 2, 3)


@pytest.fixture
def worlds(database: Database) -> Iterator[tuple[Session, World]]:
    """One world, in the database and beside it."""
    world = random_world(SEEDS[0])
    with database.writing_session() as session:
        world.write(session)
        yield session, world
        session.rollback()


def question(session: Session, given_answers: dict[str, Any], seed: int = 0) -> Question:
    return Question(
        catalogue=CATALOGUE,
        moment=Moment(TODAY, ZONE),
        unit_ids=UNITS,
        answers=given_answers,
        definition_of=SUB_SELECTIONS.__getitem__,
        meant=meant_now(session),
        seed=seed,
    )


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(definition=definitions(CATALOGUE, SUB_SELECTIONS), told=answers(), seed=st.integers(0, 9))
def test_the_statement_finds_what_reading_row_by_row_finds(
    worlds: tuple[Session, World], definition: Definition, told: dict[str, Any], seed: int
) -> None:
    session, world = worlds
    asked = question(session, told, seed)
    rows = session.execute(asked.found(definition)).all()
    reading = Reading(world, UNITS, told, SUB_SELECTIONS, seed)
    found = [(row.client_id, row.asset_key) for row in rows]
    assert len(found) == len(set(found))
    assert set(found) == reading.found(definition)
    assert session.scalar(asked.count(definition)) == len(found)
    explained = session.execute(asked.explained(definition)).all()
    assert {(row.client_id, row.asset_key) for row in explained} == set(found)


def _between(field: str, before: int, after: int) -> Condition:
    ends = (FromToday(-before, Span.DAY), FromToday(after, Span.DAY))
    return Condition(field, Operator.BETWEEN, ends)


_COVER = (
    _between("vehicle.warranty_until", 1500, 1500),
    _between("vehicle.insured_until", 1500, 1500),
)
_VISITED = Newest("vehicle.visits", where=Group(Join.ALL, (_between("visit.done_on", 3000, 0),)))


@pytest.mark.parametrize(
    ("subject", "rule", "is_begun_with"),
    [
        (Subject.VEHICLE, Group(Join.ANY, _COVER), True),
        (Subject.VEHICLE, Group(Join.ANY, (*_COVER, _VISITED)), True),
        (
            Subject.VEHICLE,
            Group(Join.ANY, (Group(Join.ANY, _COVER), Group(Join.ANY, (_VISITED, _COVER[0])))),
            True,
        ),
        (
            Subject.VEHICLE,
            Group(Join.ANY, (*_COVER, _between("vehicle.sold_on", 3000, 3000))),
            False,  # no index of days of sale
        ),
        (Subject.VEHICLE, Group(Join.NONE, (Group(Join.ANY, _COVER),)), False),
        (
            Subject.CLIENT,
            Having("client.vehicles", Group(Join.ALL, (Group(Join.ANY, _COVER),))),
            True,
        ),
    ],
)
def test_parts_of_which_one_must_hold_are_found_each_for_itself(
    worlds: tuple[Session, World], subject: Subject, rule: Rule, is_begun_with: bool
) -> None:
    session, world = worlds
    definition = Definition(subject, Group(Join.ALL, (rule,)))
    statement = question(session, {}).found(definition)
    found = {(row.client_id, row.asset_key) for row in session.execute(statement)}
    assert found
    assert found == Reading(world, UNITS, {}, SUB_SELECTIONS).found(definition)
    first = str(statement).partition("WHERE")[2]
    assert (" IN (SELECT" in first.partition("FROM")[0]) is is_begun_with


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(definition=beyond(CATALOGUE))
def test_what_nobody_means_is_refused_or_found_by_reading_as_well(
    worlds: tuple[Session, World], definition: Definition
) -> None:
    session, world = worlds
    if problems_of(
        definition, catalogue=CATALOGUE, today=TODAY, definition_of=SUB_SELECTIONS.__getitem__
    ):
        return
    assert from_wire(to_wire(definition)) == definition
    rows = session.execute(question(session, {}).found(definition)).all()
    reading = Reading(world, UNITS, {}, SUB_SELECTIONS)
    assert {(row.client_id, row.asset_key) for row in rows} == reading.found(definition)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(definition=definitions(CATALOGUE, SUB_SELECTIONS))
def test_a_definition_survives_being_written_down(definition: Definition) -> None:
    assert from_wire(to_wire(definition)) == definition


@settings(max_examples=200, deadline=None, derandomize=True)
@given(definition=definitions(CATALOGUE, SUB_SELECTIONS))
def test_what_is_well_formed_has_no_fault_but_ends_turned_round(definition: Definition) -> None:
    found = problems_of(
        definition, catalogue=CATALOGUE, today=TODAY, definition_of=SUB_SELECTIONS.__getitem__
    )
    turned = {
        path
        for path, node in walk(definition.rule)
        if isinstance(node, Condition | Having)
        and node.operator is Operator.BETWEEN
        and is_turned_round(node.values, {}, TODAY)
    }
    assert {problem.path for problem in found} == turned
