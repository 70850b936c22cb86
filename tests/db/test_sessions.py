"""Browsers that are signed in: rotation, limits, ends (P27)."""

from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound, NotPermitted
from core.journal import history_of
from directory.permissions import DirectoryPermission
from directory.staff.models import Appointment, Employee, Role, SignInSession
from directory.staff.passwords import hash_password
from directory.staff.people import disable_employee
from directory.staff.sessions import (
    SignedInActor,
    actor_of,
    choose_role,
    end_all_sessions,
    end_session,
    open_session,
    touch,
)
from directory.staff.sign_in import (
    CurrentPasswordWrong,
    Try,
    change_own_password,
    permit_try,
    set_password,
)
from directory.staff.visibility import installer
from directory.units.models import UnitKind
from tests.conftest import NOON
from tests.staff import PASSWORD, person, root, unit

IDLE = timedelta(hours=4)
LONGEST = timedelta(hours=14)
GRANTS = {
    Role.MANAGER: frozenset({DirectoryPermission.SEE_CLIENTS}),
    Role.HEAD: frozenset({DirectoryPermission.EDIT_CLIENTS}),
}
MINUTE = timedelta(minutes=1)


def opened(session: Session, employee: Employee, role: Role | None = None) -> str:
    return open_session(session, employee.id, role=role, now=NOON, longest=LONGEST)


def behind(session: Session, token: str, *, now: datetime = NOON) -> SignedInActor | None:
    return actor_of(session, token, now=now, idle=IDLE, grants=GRANTS)  # type: ignore[arg-type]


def test_the_token_is_kept_nowhere(session: Session) -> None:
    token = opened(session, person(session, "anna"))
    assert len(token) >= 43  # 256 bits
    kept = session.scalar(select(SignInSession.token_hash))
    assert kept == sha256(token.encode()).hexdigest()


def test_actor_has_units_below_and_permissions_of_the_role(session: Session) -> None:
    company = root(session)
    east = unit(session, "east", company, UnitKind.CENTRE)
    shop = unit(session, "shop", east)
    unit(session, "west", company)
    anna = person(session, "anna", at=east)
    session.add(Appointment(employee_id=anna.id, role=Role.HEAD, unit_id=company.id))
    session.flush()
    found = behind(session, opened(session, anna, Role.MANAGER))
    assert found is not None
    assert found.actor.unit_ids == {east.id, shop.id}
    assert found.actor.permissions == GRANTS[Role.MANAGER]
    assert found.roles == (Role.MANAGER, Role.HEAD)
    assert found.actor.key == f"employee:{anna.id}"


def test_the_zone_is_the_persons_else_the_units(session: Session) -> None:
    company = root(session)
    company.time_zone = "Asia/Omsk"
    anna = person(session, "anna")
    token = opened(session, anna)
    found = behind(session, token)
    assert found is not None
    assert found.actor.time_zone == "Asia/Omsk"
    anna.time_zone = "Europe/Samara"
    session.flush()
    found = behind(session, token)
    assert found is not None
    assert found.actor.time_zone == "Europe/Samara"


def test_without_a_choice_several_roles_give_nothing(session: Session) -> None:
    anna = person(session, "anna", roles=(Role.MANAGER, Role.HEAD))
    found = behind(session, opened(session, anna))
    assert found is not None
    assert found.role is None
    assert found.actor.permissions == frozenset()
    assert found.actor.unit_ids == frozenset()


def test_choosing_a_role_rotates_and_keeps_the_absolute_limit(session: Session) -> None:
    anna = person(session, "anna", roles=(Role.MANAGER, Role.HEAD))
    old = opened(session, anna)
    new = choose_role(session, old, Role.HEAD, now=NOON + MINUTE)
    assert behind(session, old, now=NOON + MINUTE) is None
    found = behind(session, new, now=NOON + MINUTE)
    assert found is not None
    assert found.role is Role.HEAD
    late = NOON + LONGEST
    touch(session, found.session_id, now=late - MINUTE)
    assert behind(session, new, now=late - timedelta(seconds=1)) is not None
    assert behind(session, new, now=late) is None


def test_a_role_one_does_not_have_cannot_be_chosen(session: Session) -> None:
    token = opened(session, person(session, "anna"))
    with pytest.raises(NotPermitted):
        choose_role(session, token, Role.ADMINISTRATOR, now=NOON)
    with pytest.raises(NotFound):
        choose_role(session, "made up", Role.MANAGER, now=NOON)


def test_a_role_that_was_taken_is_gone_at_the_next_request(session: Session) -> None:
    anna = person(session, "anna", roles=(Role.MANAGER, Role.HEAD))
    token = opened(session, anna, Role.HEAD)
    held = session.scalars(select(Appointment).where(Appointment.role == Role.HEAD)).one()
    session.delete(held)
    session.flush()
    found = behind(session, token)
    assert found is not None
    assert found.role is Role.MANAGER


def test_idle_sessions_end(session: Session) -> None:
    token = opened(session, person(session, "anna"))
    assert behind(session, token, now=NOON + IDLE - MINUTE) is not None
    assert behind(session, token, now=NOON + IDLE) is None


def test_signs_of_life_are_written_once_a_minute(session: Session) -> None:
    token = opened(session, person(session, "anna"))
    found = behind(session, token)
    assert found is not None
    seen = select(SignInSession.last_seen_at)
    touch(session, found.session_id, now=NOON + timedelta(seconds=59))
    assert session.scalar(seen) == NOON
    touch(session, found.session_id, now=NOON + MINUTE)
    assert session.scalar(seen) == NOON + MINUTE
    assert behind(session, token, now=NOON + IDLE) is not None


def test_signing_out_ends_this_browser_only(session: Session) -> None:
    anna = person(session, "anna")
    here, there = opened(session, anna), opened(session, anna)
    end_session(session, here, by="sign_out", now=NOON)
    assert behind(session, here) is None
    assert behind(session, there) is not None
    end_session(session, here, by="sign_out", now=NOON)
    assert [e.event for e in history_of(session, "employee", anna.id)] == ["SessionsEnded"]


def test_disabling_ends_all_browsers(session: Session) -> None:
    anna = person(session, "anna")
    tokens = [opened(session, anna) for _ in range(3)]
    disable_employee(session, anna.id, actor=installer(session), now=NOON)
    assert [behind(session, token) for token in tokens] == [None, None, None]
    ended = session.scalars(select(SignInSession.ended_by)).all()
    assert set(ended) == {"disabled"}


def test_a_new_password_ends_all_browsers(session: Session) -> None:
    anna = person(session, "anna")
    tokens = [opened(session, anna) for _ in range(2)]
    actor = installer(session)
    set_password(session, anna.id, password="четыре синих слона", actor=actor, now=NOON)
    assert [behind(session, token) for token in tokens] == [None, None]
    assert "PasswordSet" in [e.event for e in history_of(session, "employee", anna.id)]


NEW_PASSWORD = "четыре синих слона"


def tried(session: Session, login: str) -> Try:
    return permit_try(session, login=login, address="", known_device=True, now=NOON)


def test_ones_own_password_ends_the_other_browsers(session: Session) -> None:
    anna = person(session, "anna", roles=(Role.MANAGER, Role.HEAD))
    token, other = opened(session, anna, Role.HEAD), opened(session, anna, Role.MANAGER)
    found = behind(session, token)
    assert found is not None
    attempt = tried(session, "anna")
    assert attempt.is_right(PASSWORD)
    renewed = change_own_password(
        session, attempt, password=NEW_PASSWORD, token=token, actor=found.actor, now=NOON
    )
    assert behind(session, token) is behind(session, other) is None
    going_on = behind(session, renewed)
    assert going_on is not None
    assert going_on.role is Role.HEAD
    assert tried(session, "anna").is_right(NEW_PASSWORD)
    assert "PasswordSet" in [e.event for e in history_of(session, "employee", anna.id)]
    limits = session.scalars(select(SignInSession.expires_at)).all()
    assert len(set(limits)) == 1, "the absolute limit does not begin anew"


def test_ones_own_password_is_not_replaced_by_what_was_tried_before(session: Session) -> None:
    anna = person(session, "anna")
    person(session, "boris")
    token = opened(session, anna, Role.MANAGER)
    found = behind(session, token)
    assert found is not None
    stale, foreign = tried(session, "anna"), tried(session, "boris")
    anna.password_hash = hash_password("пароль, данный администратором")
    for attempt in (stale, foreign):
        with pytest.raises(CurrentPasswordWrong):
            change_own_password(
                session, attempt, password=NEW_PASSWORD, token=token, actor=found.actor, now=NOON
            )
    assert behind(session, token) is not None


def test_ending_all_tells_how_many(session: Session) -> None:
    anna = person(session, "anna")
    for _ in range(3):
        opened(session, anna)
    assert end_all_sessions(session, anna.id, by="sign_out", now=NOON) == 3
    assert end_all_sessions(session, anna.id, by="sign_out", now=NOON) == 0
