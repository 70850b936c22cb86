"""A selection runs: whom it finds, why, with which answers, once per submit (rules 18, 19)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import Database
from core.errors import NotFound, NotPermitted
from directory.staff.models import Role
from directory.units.models import Unit, UnitKind
from directory.visits.models import Visit
from selections.answering import answers_from_wire, read_answers
from selections.checking import Fault
from selections.directory_fields import DIRECTORY
from selections.editing import archive_selection, create_selection
from selections.models import Lead, RunSource, Selection, SelectionRun
from selections.naming import free_name
from selections.reading import newest_version, question_for
from selections.refusals import (
    AnswerMissing,
    AnswerRefused,
    AnswerUnitForeign,
    AnswerUnitUnknown,
    AnswerUnusable,
    DefinitionFaulty,
    HoldOutImpossible,
    PeriodTurnedRound,
    SelectionOutOfUse,
)
from selections.rules import (
    Asked,
    Condition,
    Definition,
    Found,
    FromToday,
    Group,
    Having,
    Join,
    Newest,
    Operator,
    Parameter,
    ParameterType,
    Rule,
    Span,
    Subject,
)
from selections.running import (
    Preview,
    examples,
    get_run,
    preview_count,
    run_selection,
    runs_of,
)
from selections.wire import to_wire
from tests.conftest import NOON
from tests.given import Given

TODAY = NOON.date()
LADA = Condition("vehicle.make", Operator.ONE_OF, ("Lada",))


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


def acting(given: Given, unit: Unit, role: Role = Role.HEAD) -> Actor:
    return given.actor(given.employee(unit=unit, role=role), role=role)


def selection(given: Given, unit: Unit, *rules: Rule, **values: Any) -> Selection:
    definition = Definition(rule=Group(Join.ALL, rules or (LADA,)), **values)
    name = free_name(given.session, "Лады", unit_id=unit.id)
    return create_selection(
        given.session, name=name, unit_id=unit.id, definition=definition,
        actor=acting(given, unit), now=NOON, catalogue=DIRECTORY,
    )  # fmt: skip


def run(given: Given, one: Selection, unit: Unit, **values: Any) -> SelectionRun:
    plain = {"answers": {}, "form_key": None, "actor": acting(given, unit), "now": NOON}
    return run_selection(given.session, one.id, unit_id=unit.id, default_zone="Europe/Moscow",
                         catalogue=DIRECTORY, **(plain | values))  # fmt: skip


def leads(given: Given, of: SelectionRun) -> list[Lead]:
    found = select(Lead).where(Lead.run_id == of.id).order_by(Lead.client_id, Lead.asset_key)
    return list(given.session.scalars(found))


def owner(given: Given, unit: Unit, **values: Any) -> int:
    client = given.client(unit=unit)
    given.asset(client, **values)
    return client.id


def test_a_run_writes_down_whom_it_found_and_why(given: Given) -> None:
    unit = given.unit()
    client = given.client("Иванов", unit=unit)
    lada = given.asset(client, year=2019, is_confirmed=True)
    given.asset(client, make="Kia")
    workshop = given.workshop(parent=unit)
    given.session.add(
        Visit(number="1", asset_id=lada.id, client_id=client.id, workshop_id=workshop.id,
              opened_on=date(2025, 3, 1), done_on=date(2025, 3, 2), total=Decimal("1500.50"))
    )  # fmt: skip
    one = selection(
        given, unit, LADA,
        Having("vehicle.visits", operator=Operator.AT_LEAST, values=(1,)),
        Newest("vehicle.visits", where=Group(Join.ALL, (
            Condition("visit.done_on", Operator.AT_MOST, (FromToday(-12, Span.MONTH),)),))),
        Having("vehicle.visits", operator=Operator.AT_LEAST, values=(1000,),
               sum_of="visit.total"),
        Condition("vehicle.is_confirmed", Operator.IS, (True,)),
        Group(Join.ANY, (Condition("client.birth_on", Operator.KNOWN),
                         Condition("vehicle.year", Operator.AT_MOST, (2020,)))),
        columns=("vehicle.vin", "client.name", "vehicle.wings"),
    )  # fmt: skip
    done = run(given, one, unit)
    assert (done.leads_found, done.clients_found, done.held_out) == (1, 1, 0)
    assert (done.source, done.title, done.day_on) == (RunSource.RULE, "Лады", TODAY)
    (lead,) = leads(given, done)
    assert (lead.client_id, lead.asset_id, lead.asset_key) == (client.id, lada.id, lada.id)
    # The birthday is not known: it told nothing.
    assert lead.why == {
        "rule": {"0": "Lada", "1": 1, "2": "2025-03-02", "3": 1500.5, "4": True, "5.1": 2019},
        "columns": {"vehicle.vin": lada.vin, "client.name": "Иванов"},
    }


def test_clients_of_other_units_are_not_found(given: Given) -> None:
    company = given.unit("Компания")
    north, south = given.unit("Север", parent=company), given.unit("Юг", parent=company)
    below = given.unit("Цех", parent=north)
    mine = {owner(given, north), owner(given, below)}
    owner(given, south)
    one = selection(given, company)
    assert {lead.client_id for lead in leads(given, run(given, one, north))} == mine
    with pytest.raises(NotFound):
        run(given, one, north, actor=acting(given, south))
    with pytest.raises(NotPermitted):
        run(given, one, north, actor=acting(given, north, Role.OPERATOR))


def test_a_lead_may_be_a_client_without_a_vehicle(given: Given) -> None:
    unit = given.unit()
    client = given.client(unit=unit)
    one = selection(given, unit, Condition("client.has_phone", Operator.IS, (True,)),
                    subject=Subject.CLIENT)  # fmt: skip
    (lead,) = leads(given, run(given, one, unit))
    assert (lead.client_id, lead.asset_id, lead.asset_key) == (client.id, None, 0)
    assert lead.why == {"rule": {"0": True}}


def test_as_many_reasons_as_there_are_conditions_are_told(given: Given) -> None:
    unit = given.unit()
    owner(given, unit, year=2019)
    years = [Condition("vehicle.year", Operator.AT_LEAST, (1900 + n,)) for n in range(100)]
    (lead,) = leads(given, run(given, selection(given, unit, *years), unit))
    assert lead.why["rule"] == {str(n): 2019 for n in range(100)}


def test_one_submit_is_one_run(given: Given) -> None:
    unit = given.unit()
    owner(given, unit)
    one, boss = selection(given, unit), acting(given, unit)
    first = run(given, one, unit, form_key="k", actor=boss)
    assert run(given, one, unit, form_key="k", actor=boss).id == first.id
    assert len(leads(given, first)) == 1
    second = run(given, one, unit, form_key="l", actor=boss)
    seen = runs_of(given.session, one.id, most=9, actor=boss)
    assert [each.id for each in seen] == [second.id, first.id]
    assert runs_of(given.session, one.id, most=1, actor=boss) == [second]
    assert get_run(given.session, first.id, actor=boss).id == first.id
    with pytest.raises(NotFound):
        get_run(given.session, first.id, actor=acting(given, given.unit()))


def test_two_submits_at_once_are_one_run(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        owner(given, unit)
        one, boss = selection(given, unit), acting(given, unit)
    ready, seen = Barrier(2), list[int]()

    def submit() -> None:
        ready.wait()
        with database.unit_of_work() as session:
            done = run_selection(
                session,
                one.id,
                unit_id=unit.id,
                answers={},
                form_key="k",
                actor=boss,
                now=NOON,
                default_zone="UTC",
                catalogue=DIRECTORY,
            )
            seen.append(done.id)  # fmt: skip

    threads = [Thread(target=submit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 2 and len(set(seen)) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Lead)) == 1


SINCE, UNTIL = (Parameter(code, ParameterType.DAY) for code in ("since", "until"))
MAKE = Parameter("make", ParameterType.TEXT, is_required=False)
WHERE = Parameter("where", ParameterType.UNIT, is_required=False)
SHOP = Parameter("shop", ParameterType.WORKSHOP, is_required=False)
AGE = Parameter("age", ParameterType.NUMBER, default=3)


def asking(given: Given, unit: Unit) -> Selection:
    visits = Group(Join.ALL, (
        Condition("visit.unit", Operator.ONE_OF, (Asked("where"),)),
        Condition("visit.workshop", Operator.ONE_OF, (Asked("shop"),)),
    ))  # fmt: skip
    return selection(
        given, unit,
        Condition("vehicle.sold_on", Operator.BETWEEN, (Asked("since"), Asked("until"))),
        Condition("vehicle.make", Operator.ONE_OF, (Asked("make"),)),
        Condition("vehicle.age", Operator.AT_LEAST, (Asked("age"),)),
        Group(Join.ANY, (Having("vehicle.visits", visits, Operator.AT_LEAST, (0,)), LADA)),
        parameters=(SINCE, UNTIL, MAKE, WHERE, SHOP, AGE),
    )  # fmt: skip


def test_answers_are_checked_and_kept(given: Given) -> None:
    company = given.unit("Компания", kind=UnitKind.COMPANY)
    unit, other = given.unit(parent=company), given.unit(parent=company)
    shop = given.workshop(parent=other)
    owner(given, unit, sold_on=date(2020, 1, 1), year=2020)
    owner(given, unit, sold_on=date(2020, 1, 1), year=2024)
    one = asking(given, unit)
    period = {"since": date(2020, 1, 1), "until": FromToday(0, Span.DAY)}

    def refused(**answers: Any) -> tuple[type[AnswerRefused], str]:
        with pytest.raises(AnswerRefused) as told:
            run(given, one, unit, answers=period | answers)
        return type(told.value), told.value.field

    assert refused(since=None) == (AnswerMissing, "since")
    assert refused(until="") == (AnswerMissing, "until")
    assert refused(since=FromToday(1, Span.DAY)) == (PeriodTurnedRound, "since")
    assert refused(since="2020") == (AnswerUnusable, "since")
    assert refused(age=Decimal("2.5")) == (AnswerUnusable, "age")
    assert refused(age=True) == (AnswerUnusable, "age")
    assert refused(age=99_999_999_999) == (AnswerUnusable, "age")
    for day in (date(1, 1, 1), date(9999, 12, 31), FromToday(-10_000, Span.YEAR)):
        assert refused(since=day) == (AnswerUnusable, "since")
    assert refused(where=10**30) == (AnswerUnitUnknown, "where")
    assert refused(where=(unit.id, 999_999)) == (AnswerUnitUnknown, "where")
    assert refused(where=other.id) == (AnswerUnitForeign, "where")
    assert refused(shop=unit.id) == (AnswerUnitUnknown, "shop")
    answers = period | {"make": ("Lada", "Kia"), "where": company.id, "shop": shop.id, "more": 1}
    done = run(given, one, unit, answers=answers)
    assert done.leads_found == 1
    kept = answers_from_wire(done.parameters["answers"])
    assert kept == {key: value for key, value in answers.items() if key != "more"} | {"age": 3}


def test_what_was_typed_is_read_as_the_question_wants_it() -> None:
    typed = {"since": ["2020-01-01"], "make": ["Lada\n Kia \n\n"], "where": ["3", "4"],
             "age": ["1\N{NO-BREAK SPACE}000,5"], "until": [""], "other": ["?"]}  # fmt: skip
    assert read_answers((SINCE, UNTIL, MAKE, WHERE, SHOP, AGE), typed) == {
        "since": date(2020, 1, 1), "make": ("Lada", "Kia"), "where": (3, 4),
        "age": Decimal("1000.5"), "until": (),
    }  # fmt: skip
    for wrong in (
        {"since": ["завтра"]},
        {"since": ["0001-01-01"]},
        {"where": ["цех"]},
        {"age": ["1e"]},
    ):
        with pytest.raises(AnswerUnusable):
            read_answers((SINCE, WHERE, AGE), wrong)


def test_a_birthday_is_not_so_many_days_ago(given: Given) -> None:
    unit = given.unit()
    coming = Group(Join.ALL, (Condition("client.birth_on", Operator.COMING, (Asked("age"),)),))
    around = selection(given, unit, coming, parameters=(AGE,))
    inner = selection(given, unit, Found(around.id), parameters=(AGE,))
    for one in (around, inner):
        for days in (-1, -(10**9), 10_001):
            with pytest.raises(AnswerUnusable):
                run(given, one, unit, answers={"age": days})
        assert run(given, one, unit, answers={"age": 10_000}).leads_found == 0


def test_a_selection_within_another_is_asked_with_its_own_defaults(given: Given) -> None:
    unit = given.unit()
    for sold_on in (date(2020, 1, 1), date(2024, 1, 1)):
        owner(given, unit, sold_on=sold_on)
    sold = Condition("vehicle.sold_on", Operator.AT_LEAST, (Asked("since"),))
    default = replace(SINCE, default=date(2023, 1, 1))
    inner = selection(given, unit, sold, parameters=(default,))
    plain = selection(given, unit, Found(inner.id))
    assert run(given, plain, unit).leads_found == 1
    of_text = replace(MAKE, code="since", default="Lada")
    make = Condition("vehicle.make", Operator.ONE_OF, (Asked("since"),))
    other_type = selection(given, unit, make, Found(inner.id), parameters=(of_text,))
    assert run(given, other_type, unit).leads_found == 1
    asks = selection(given, unit, Found(inner.id), parameters=(SINCE,))
    assert run(given, asks, unit, answers={"since": date(2019, 1, 1)}).leads_found == 2
    assert run(given, selection(given, unit, Found(asks.id), parameters=(SINCE,)), unit,
               answers={"since": date(2022, 1, 1)}).leads_found == 1  # fmt: skip


def test_what_is_wrong_within_is_told_where_the_selection_is_named(given: Given) -> None:
    unit = given.unit()
    sold = Condition("vehicle.sold_on", Operator.AT_LEAST, (Asked("since"),))
    needs = selection(given, unit, sold, parameters=(SINCE,))

    def fault(inner: Selection, *asked: Parameter) -> tuple[Fault, str]:
        with pytest.raises(DefinitionFaulty) as told:
            selection(given, unit, Found(inner.id), parameters=asked)
        (problem,) = told.value.problems
        assert problem.path == (0,)
        return problem.fault, problem.name

    for asked in ((), (replace(SINCE, is_required=False),), (replace(MAKE, code="since"),)):
        assert fault(needs, *asked) == (Fault.QUESTION_OPEN, "since")
    gone = selection(given, unit)
    version = newest_version(given.session, gone.id)
    wings = Group(Join.ALL, (Condition("vehicle.wings", Operator.KNOWN),))
    version.definition = to_wire(Definition(rule=wings))
    given.session.flush()
    assert fault(gone) == (Fault.SELECTION_FAULTY, str(gone.id))
    wrong = to_wire(Definition(rule=Group(Join.ALL, (sold,)), parameters=(
        replace(SINCE, default="вчера"),)))  # fmt: skip
    version.definition = wrong
    given.session.flush()
    assert fault(gone) == (Fault.SELECTION_FAULTY, str(gone.id))


def test_the_share_that_is_held_out_is_the_same_clients_at_each_run(given: Given) -> None:
    unit = given.unit()
    for number in range(60):
        client = given.client(str(number), unit=unit, phone=None)
        given.asset(client)
        given.asset(client)
    one = selection(given, unit)
    first, later = (
        run(given, one, unit, hold_out_share=3_000, now=NOON + timedelta(days=days))
        for days in (0, 90)
    )
    held = {lead.client_id for lead in leads(given, first) if lead.is_held_out}
    assert 5 < len(held) < 35
    assert first.held_out == 2 * len(held), "both vehicles of a client"
    assert {lead.client_id for lead in leads(given, later) if lead.is_held_out} == held
    with pytest.raises(HoldOutImpossible):
        run(given, one, unit, hold_out_share=5_001)


def test_a_sample_is_the_same_all_day_and_another_one_tomorrow(given: Given) -> None:
    unit = given.unit()
    for number in range(60):
        given.asset(given.client(str(number), unit=unit, phone=None))
    one = selection(given, unit, sample=10)

    def drawn(days: int) -> set[int]:
        done = run(given, one, unit, now=NOON + timedelta(days=days))
        return {lead.client_id for lead in leads(given, done)}

    assert len(drawn(0)) == 10 and drawn(0) == drawn(0) != drawn(1)


def test_archived_selections_and_units_do_not_run(given: Given) -> None:
    unit = given.unit()
    one, boss = selection(given, unit), acting(given, unit)
    unit.is_archived = True
    given.session.flush()
    with pytest.raises(NotFound):
        run(given, one, unit)
    unit.is_archived = False
    archive_selection(given.session, one.id, actor=boss, now=NOON)
    given.session.flush()
    with pytest.raises(SelectionOutOfUse):
        run(given, one, unit)


def test_counts_and_examples_while_editing(given: Given) -> None:
    unit = given.unit()
    client = given.client("Иванов", unit=unit)
    for plate in ("А001АА77", "А002АА77"):
        given.asset(client, plate=plate)
    question = question_for(
        given.session, unit_id=unit.id, answers={}, actor=acting(given, unit), now=NOON,
        default_zone="UTC", catalogue=DIRECTORY,
    )  # fmt: skip
    of_vehicles = Definition(rule=Group(Join.ALL, (LADA,)))
    assert preview_count(given.session, question, of_vehicles) == Preview(leads=2, clients=1)
    of_clients = Definition(Subject.CLIENT, Group(Join.ALL, (Having("client.vehicles"),)))
    assert preview_count(given.session, question, of_clients) == Preview(leads=1, clients=1)
    first, second = examples(given.session, question, of_vehicles)
    assert {first.vehicle, second.vehicle} == {
        f"Lada Vesta А00{n}АА\N{NO-BREAK SPACE}77" for n in (1, 2)
    }
    assert (first.client_name, first.reasons) == ("Иванов", {"0": "Lada"})
    assert [one.vehicle for one in examples(given.session, question, of_clients)] == [""]
    assert len(examples(given.session, question, of_vehicles, limit=1)) == 1
