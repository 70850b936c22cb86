"""Selections are made, changed and shared: by whom, and over nobody's work (rules 17, 22)."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import Database
from core.errors import NotFound, NotPermitted
from core.journal import history_of
from directory.staff.models import Role
from directory.units.models import Unit
from selections.checking import Fault
from selections.directory_fields import DIRECTORY
from selections.editing import (
    archive_selection,
    copy_selection,
    create_selection,
    restore_selection,
    save_version,
    share_selection,
)
from selections.models import Selection
from selections.reading import definition_of, get_selection, selections_seen, versions_of
from selections.refusals import (
    DefinitionFaulty,
    SelectionChangedByAnother,
    SelectionNameMissing,
    SelectionNameTaken,
    SelectionOutOfUse,
)
from selections.rules import Condition, Definition, Found, Group, Join, Operator
from selections.wire import DefinitionUnreadable
from tests.conftest import NOON
from tests.given import Given

KIA = Definition(rule=Group(Join.ALL, (Condition("vehicle.make", Operator.ONE_OF, ("Kia",)),)))
LADA = Definition(rule=Group(Join.ALL, (Condition("vehicle.make", Operator.ONE_OF, ("Lada",)),)))


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


def acting(given: Given, unit: Unit, role: Role = Role.HEAD) -> Actor:
    return given.actor(given.employee(unit=unit, role=role), role=role)


def made(given: Given, unit: Unit, definition: Definition = KIA, **values: Any) -> Selection:
    plain = {"name": "Киа", "actor": acting(given, unit)}
    return create_selection(given.session, unit_id=unit.id, definition=definition, now=NOON,
                            catalogue=DIRECTORY, **(plain | values))  # fmt: skip


def saved(given: Given, selection: Selection, definition: Definition, **values: Any) -> int:
    unit = given.session.get_one(Unit, selection.unit_id)
    plain = {"name": selection.name, "note": "", "opened_version": selection.version_no}
    return save_version(
        given.session, selection.id, definition=definition, now=NOON, catalogue=DIRECTORY,
        **({"actor": acting(given, unit)} | plain | values),
    ).number  # fmt: skip


def test_a_saving_is_a_version_and_nothing_new_is_none(given: Given) -> None:
    selection = made(given, given.unit())
    assert saved(given, selection, KIA) == 1
    assert saved(given, selection, LADA, name="Лада") == 2
    boss = acting(given, given.session.get_one(Unit, selection.unit_id))
    newest, first = versions_of(given.session, selection.id, actor=boss)
    assert (newest.number, newest.name, first.name) == (2, "Лада", "Киа")
    assert definition_of(given.session)(selection.id) == LADA
    events = [entry.event for entry in history_of(given.session, "selection", selection.id)]
    assert events == ["SelectionCreated", "SelectionSaved"]


def test_who_saves_over_somebody_is_told_and_nothing_is_lost(given: Given) -> None:
    selection = made(given, given.unit())
    saved(given, selection, LADA)
    with pytest.raises(SelectionChangedByAnother) as told:
        saved(given, selection, KIA, opened_version=1)
    assert told.value.version.number == 2
    assert definition_of(given.session)(selection.id) == LADA


def test_a_faulty_rule_is_not_saved_and_says_where(given: Given) -> None:
    with pytest.raises(DefinitionFaulty) as empty:
        made(given, given.unit(), Definition())
    assert [one.fault for one in empty.value.problems] == [Fault.EMPTY_GROUP]
    gone = Group(Join.ALL, (Condition("vehicle.wings", Operator.KNOWN),))
    with pytest.raises(DefinitionFaulty) as unknown:
        made(given, given.unit(), Definition(rule=gone))
    assert [(one.path, one.fault) for one in unknown.value.problems] == [
        ((0,), Fault.UNKNOWN_FIELD)
    ]
    deep = KIA.rule
    for _ in range(20):
        deep = Group(Join.ALL, (deep,))
    with pytest.raises(DefinitionUnreadable):
        made(given, given.unit(), Definition(rule=deep))
    with pytest.raises(SelectionNameMissing):
        made(given, given.unit(), name="  ")


def test_units_below_run_it_units_above_change_it_others_need_a_share(given: Given) -> None:
    company = given.unit("Компания")
    north, south = given.unit("Север", parent=company), given.unit("Юг", parent=company)
    below, far = given.unit("Цех", parent=north), given.unit("Цех Юга", parent=south)
    selection = made(given, north)

    def lines(unit: Unit, role: Role = Role.HEAD) -> list[tuple[str, bool]]:
        seen = selections_seen(given.session, actor=acting(given, unit, role))
        return [(line.unit_name, line.may_define) for line in seen]

    assert lines(company) == lines(north) == [("Север", True)]
    assert lines(below) == [("Север", False)] and lines(north, Role.MANAGER) == [("Север", False)]
    assert lines(south) == lines(far) == []
    with pytest.raises(NotFound):
        get_selection(given.session, selection.id, actor=acting(given, far))
    share_selection(given.session, selection.id, unit_ids=[south.id], actor=acting(given, north),
                    now=NOON)  # fmt: skip
    assert lines(south) == lines(far) == [("Север", False)]
    with pytest.raises(NotFound):
        saved(given, selection, LADA, actor=acting(given, south))
    share_selection(given.session, selection.id, unit_ids=[], actor=acting(given, north), now=NOON)
    assert lines(south) == []


def test_managers_define_nothing_and_administrators_see_nothing(given: Given) -> None:
    unit = given.unit()
    with pytest.raises(NotPermitted):
        made(given, unit, actor=acting(given, unit, Role.SUPERVISOR))
    with pytest.raises(NotPermitted):
        selections_seen(given.session, actor=acting(given, unit, Role.ADMINISTRATOR))
    with pytest.raises(NotFound):
        made(given, unit, actor=acting(given, given.unit()))


def test_a_copy_belongs_to_who_made_it(given: Given) -> None:
    company = given.unit("Компания")
    below = given.unit(parent=company)
    origin = made(given, company, kind="lost")
    boss = acting(given, below)
    copy = copy_selection(given.session, origin.id, name="Своя", actor=boss, now=NOON)
    assert (copy.unit_id, copy.kind, copy.version_no) == (below.id, "lost", 1)
    saved(given, copy, LADA)
    assert definition_of(given.session)(origin.id) == KIA


def test_a_name_is_given_once_in_a_unit(given: Given) -> None:
    session, unit = given.session, given.unit()
    boss, more = acting(given, unit), {"actor": acting(given, unit), "now": NOON}
    first = made(given, unit, name="Лёд")
    with pytest.raises(SelectionNameTaken):
        made(given, unit, name=" лёд ")
    made(given, given.unit(), name="Лёд")
    other = made(given, unit, name="Другая")
    with pytest.raises(SelectionNameTaken):
        save_version(session, other.id, name="ЛЁД", note="", definition=KIA, opened_version=1,
                     catalogue=DIRECTORY, **more)  # fmt: skip
    saved(given, first, LADA)
    copies = [copy_selection(session, first.id, name="Лёд", **more).name for _ in range(2)]
    assert copies == ["Лёд (2)", "Лёд (3)"]
    long = made(given, unit, name="Я" * 200)
    assert copy_selection(session, long.id, name=long.name, **more).name == "Я" * 196 + " (2)"
    # In the archive it keeps its name, which may be given anew meanwhile.
    archive_selection(session, first.id, actor=boss, now=NOON)
    session.flush()
    save_version(session, other.id, name="Лёд", note="", definition=KIA, opened_version=1,
                 catalogue=DIRECTORY, **more)  # fmt: skip
    session.flush()
    assert restore_selection(session, first.id, actor=boss, now=NOON).name == "Лёд (4)"


def test_two_of_one_name_saved_at_once_are_one(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        boss = acting(given, unit)
    ready, said = Barrier(2), list[str]()

    def make() -> None:
        ready.wait()
        try:
            with database.unit_of_work() as session:
                create_selection(session, unit_id=unit.id, definition=KIA, name="Лёд", actor=boss,
                                 now=NOON, catalogue=DIRECTORY)  # fmt: skip
            said.append("saved")
        except SelectionNameTaken:
            said.append("taken")

    _at_once([make, make])
    assert sorted(said) == ["saved", "taken"]


def test_an_archived_selection_is_not_changed_until_it_is_restored(given: Given) -> None:
    unit = given.unit()
    selection, boss = made(given, unit), acting(given, unit)
    archive_selection(given.session, selection.id, actor=boss, now=NOON)
    given.session.flush()
    assert selections_seen(given.session, actor=boss) == []
    assert len(selections_seen(given.session, actor=boss, archived=True)) == 1
    with pytest.raises(SelectionOutOfUse):
        saved(given, selection, LADA)
    restore_selection(given.session, selection.id, actor=boss, now=NOON)
    assert saved(given, selection, LADA) == 2


def test_it_is_found_by_words_of_its_name_and_note(given: Given) -> None:
    unit = given.unit()
    boss = acting(given, unit)
    made(given, unit, name="Потерянные клиенты", note="Цех № 3")
    plain = made(given, unit, name="Дни рождения")
    assert saved(given, plain, KIA, name="День рождения") == 1
    given.session.flush()
    seen = selections_seen(given.session, actor=boss, text="ЦЕХ потерянные")
    assert [line.selection.name for line in seen] == ["Потерянные клиенты"]
    assert len(selections_seen(given.session, actor=boss)) == 2


def test_a_rule_names_only_selections_that_its_author_sees(given: Given) -> None:
    mine, foreign = given.unit(), given.unit()
    hidden = made(given, foreign)
    uses = Definition(rule=Group(Join.ALL, (Found(hidden.id),)))
    with pytest.raises(DefinitionFaulty) as told:
        made(given, mine, uses)
    assert [one.fault for one in told.value.problems] == [Fault.SELECTION_GONE]
    share_selection(given.session, hidden.id, unit_ids=[mine.id], actor=acting(given, foreign),
                    now=NOON)  # fmt: skip
    made(given, mine, uses)


def _at_once(steps: list[Callable[[], None]]) -> None:
    threads = [Thread(target=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_savings_at_once_close_no_circle(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        boss = acting(given, unit)
        one, two = made(given, unit), made(given, unit, name="Другая")
    ready, said = Barrier(2), list[str]()

    def save(selection: Selection, other: Selection) -> None:
        uses = Definition(rule=Group(Join.ALL, (Found(other.id),)))
        ready.wait()
        try:
            with database.unit_of_work() as session:
                save_version(
                    session, selection.id, name=selection.name, note="", definition=uses,
                    opened_version=1, actor=boss, now=NOON, catalogue=DIRECTORY,
                )  # fmt: skip
            said.append("saved")
        except DefinitionFaulty as refused:
            said.extend(one.fault for one in refused.problems)

    _at_once([lambda: save(one, two), lambda: save(two, one)])
    assert sorted(said) == ["circle", "saved"]


def test_of_two_savings_at_once_the_second_is_told(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        boss = acting(given, unit)
        selection = made(given, unit)
    ready, said = Barrier(2), list[object]()

    def save(make: str) -> None:
        rule = Group(Join.ALL, (Condition("vehicle.make", Operator.ONE_OF, (make,)),))
        ready.wait()
        try:
            with database.unit_of_work() as session:
                version = save_version(session, selection.id, name="А", note="",
                                       definition=Definition(rule=rule), opened_version=1,
                                       actor=boss, now=NOON, catalogue=DIRECTORY)  # fmt: skip
            said.append(version.number)
        except SelectionChangedByAnother as refused:
            said.append(("told", refused.version.number))

    _at_once([lambda: save("Ford"), lambda: save("Opel")])
    assert sorted(said, key=str) == [("told", 2), 2]
