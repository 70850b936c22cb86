"""Administration of people, within the units of the administrator (rule 22)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, NotPermitted
from core.journal import history_of
from directory.staff import people
from directory.staff.models import Appointment, Employee, Role
from directory.staff.sign_in import set_password
from directory.staff.visibility import (
    employees_visible_to,
    installer,
    is_manageable,
    people_found,
    posts_of,
)
from directory.units.models import Unit, UnitKind
from tests.conftest import NOON
from tests.staff import administrator, person, root, unit


@pytest.fixture
def east(session: Session) -> Unit:
    return unit(session, "east", root(session), UnitKind.CENTRE)


@pytest.fixture
def west(session: Session) -> Unit:
    return unit(session, "west", root(session), UnitKind.CENTRE)


@pytest.fixture
def chief(session: Session) -> Employee:
    return person(session, "chief", roles=(Role.ADMINISTRATOR,))


@pytest.fixture
def of_east(session: Session, east: Unit, west: Unit, chief: Employee) -> Actor:
    """The administrator of the eastern centre."""
    local = person(session, "local", roles=(Role.ADMINISTRATOR,), at=east)
    return administrator(local, east, session=session)


def added(session: Session, actor: Actor, **changes: object) -> Employee:
    values: dict[str, object] = {
        "login": "Anna", "full_name": " Анна   Петрова ", "role": Role.MANAGER,
    }  # fmt: skip
    return people.add_employee(session, **(values | changes), actor=actor, now=NOON)  # type: ignore[arg-type]


def visible(session: Session, actor: Actor) -> set[str]:
    return {e.login for e in session.scalars(employees_visible_to(actor))}


def test_added_with_a_role_inside_ones_units(session: Session, of_east: Actor, east: Unit) -> None:
    anna = added(session, of_east, unit_id=east.id)
    assert (anna.login, anna.full_name) == ("anna", "Анна Петрова")
    assert anna.password_hash is None
    assert [p.role for p in posts_of(session, anna.id, actor=of_east)] == [Role.MANAGER]
    events = [e.event for e in history_of(session, "employee", anna.id)]
    assert events == ["PersonAdded", "RoleGiven"]
    assert "Анна" not in str([e.details for e in history_of(session, "employee", anna.id)])


def test_no_role_outside_ones_units(
    session: Session, of_east: Actor, east: Unit, west: Unit
) -> None:
    with pytest.raises(NotFound):
        added(session, of_east, unit_id=west.id)
    with pytest.raises(NotFound):
        added(session, of_east, login="vera", unit_id=root(session).id)
    anna = added(session, of_east, login="olga", unit_id=east.id)
    with pytest.raises(NotFound):
        people.give_role(session, anna.id, role=Role.HEAD, unit_id=west.id, actor=of_east, now=NOON)
    with pytest.raises(people.RoleMissing):
        added(session, of_east, login="nina")


def test_people_of_other_units_are_not_found(
    session: Session, of_east: Actor, west: Unit, east: Unit
) -> None:
    stranger = person(session, "stranger", at=west)
    both = person(session, "both", at=west)
    session.add(Appointment(employee_id=both.id, role=Role.HEAD, unit_id=east.id))
    session.flush()
    assert visible(session, of_east) == {"local", "both"}
    for refused in (stranger, both):
        with pytest.raises(NotFound):
            people.disable_employee(session, refused.id, actor=of_east, now=NOON)
        with pytest.raises(NotFound):
            set_password(
                session, refused.id, password="четыре синих слона", actor=of_east, now=NOON
            )
    assert not is_manageable(session, both.id, actor=of_east)
    people.take_role(session, both.id, role=Role.HEAD, unit_id=east.id, actor=of_east, now=NOON)
    assert visible(session, of_east) == {"local"}


def test_people_without_roles_belong_to_the_root(session: Session, of_east: Actor) -> None:
    cli = installer(session)
    anna = added(session, cli, role=None)
    assert "anna" in visible(session, cli)
    assert "anna" not in visible(session, of_east)
    people.give_role(
        session, anna.id, role=Role.HEAD, unit_id=root(session).id, actor=cli, now=NOON
    )


def test_the_last_administrator_stays(
    session: Session, of_east: Actor, chief: Employee, east: Unit
) -> None:
    cli, top = installer(session), root(session)
    with pytest.raises(people.LastAdministrator):
        people.disable_employee(session, chief.id, actor=cli, now=NOON)
    with pytest.raises(people.LastAdministrator):
        people.take_role(
            session, chief.id, role=Role.ADMINISTRATOR, unit_id=top.id, actor=cli, now=NOON
        )
    # The centre's administrator may go: the company's is above.
    people.take_role(
        session, of_east.person, role=Role.ADMINISTRATOR, unit_id=east.id, actor=cli, now=NOON
    )
    second = person(session, "second", roles=(Role.ADMINISTRATOR,))
    people.disable_employee(session, chief.id, actor=cli, now=NOON)
    with pytest.raises(people.LastAdministrator):
        people.disable_employee(session, second.id, actor=cli, now=NOON)


def test_one_who_cannot_sign_in_is_no_administrator(session: Session, chief: Employee) -> None:
    person(session, "paper", roles=(Role.ADMINISTRATOR,)).password_hash = None
    session.flush()
    with pytest.raises(people.LastAdministrator):
        people.disable_employee(session, chief.id, actor=installer(session), now=NOON)


def test_changes_are_checked_and_recorded(session: Session, of_east: Actor, east: Unit) -> None:
    anna = added(session, of_east, unit_id=east.id)
    person(session, "boris", at=east)

    def change(**changes: object) -> Employee:
        values = {
            "login": "anna", "full_name": "Анна Петрова", "locale": "ru", "time_zone": None,
        }  # fmt: skip
        return people.change_employee(
            session, anna.id, **(values | changes), actor=of_east, now=NOON
        )  # type: ignore[arg-type]

    with pytest.raises(people.LoginTaken):
        change(login="BORIS")
    with pytest.raises(people.NameMissing):
        change(full_name="  ")
    with pytest.raises(people.UnknownZone):
        change(time_zone="Moscow")
    version = anna.version
    change(locale="uk", time_zone="Europe/Kyiv", version=version)
    session.flush()
    with pytest.raises(people.ChangedByAnother):
        change(version=version)
    change(locale="uk", time_zone="Europe/Kyiv")
    changed = [e for e in history_of(session, "employee", anna.id) if e.event == "PersonChanged"]
    assert [e.details["fields"] for e in changed] == [["locale", "time_zone"]]


def test_the_same_role_twice_is_one(session: Session, of_east: Actor, east: Unit) -> None:
    anna = added(session, of_east, unit_id=east.id)
    for _ in range(2):
        people.give_role(session, anna.id, role=Role.HEAD, unit_id=east.id, actor=of_east, now=NOON)
    posts = posts_of(session, anna.id, actor=of_east)
    assert sorted(p.role for p in posts) == [Role.HEAD, Role.MANAGER]


def test_search_by_name_or_login_in_any_case(session: Session, of_east: Actor, east: Unit) -> None:
    added(session, of_east, unit_id=east.id)
    added(session, of_east, unit_id=east.id, login="p_100", full_name="Пётр Ван")
    for text in ("петрова", "ПЕТР", "анна петр", "ann"):
        found = session.scalars(people_found(of_east, text=text)).all()
        assert [e.login for e in found] == ["anna"], text
    assert [e.login for e in session.scalars(people_found(of_east, text="p_1"))] == ["p_100"]
    assert not session.scalars(people_found(of_east, text="p%")).all()


def test_disabled_people_show_only_when_asked(session: Session, of_east: Actor, east: Unit) -> None:
    anna = added(session, of_east, unit_id=east.id)
    people.disable_employee(session, anna.id, actor=of_east, now=NOON)
    session.flush()
    assert anna not in session.scalars(people_found(of_east)).all()
    assert anna in session.scalars(people_found(of_east, with_disabled=True)).all()
    people.enable_employee(session, anna.id, actor=of_east, now=NOON)
    session.flush()
    assert anna in session.scalars(people_found(of_east)).all()


def test_the_permission_is_required(session: Session, east: Unit) -> None:
    nobody = Actor(key="employee:1", employee_id=1, unit_ids=frozenset({east.id}))
    with pytest.raises(NotPermitted):
        added(session, nobody, unit_id=east.id)


def test_own_look_makes_no_new_version(session: Session) -> None:
    anna = person(session, "anna")
    actor = Actor(key="x", employee_id=anna.id)
    people.choose_own_look(session, locale="uk", theme="neon", actor=actor)
    found = session.execute(select(Employee.locale, Employee.theme, Employee.version)).one()
    assert found == ("uk", "auto", 1)
