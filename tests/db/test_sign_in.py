"""Passwords, tries, and the answer to a wrong one (B1, P28, P29)."""

from collections.abc import Iterator
from datetime import timedelta

import argon2
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.journal import JournalEntry
from directory.staff import passwords
from directory.staff.logins import SnilsIsWrong, login_hash, same_login, usable_login
from directory.staff.models import Employee, Role
from directory.staff.sign_in import SignedIn, SignInRefused, sign_in
from directory.staff.tries import PER_ADDRESS, PER_LOGIN, WINDOW, TooManyFailures
from tests.conftest import NOON
from tests.staff import PASSWORD, password_hash, person


def enter(
    session: Session,
    password: str = PASSWORD,
    *,
    login: str = "anna",
    address: str = "10.0.0.1",
    known: bool = False,
    later: timedelta = timedelta(),
) -> SignedIn:
    return sign_in(
        session,
        login=login,
        password=password,
        address=address,
        known_device=known,
        now=NOON + later,
    )


def fail(session: Session, times: int = 1, **kwargs: object) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            enter(session, "wrong", **kwargs)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashing takes 40 ms by design; these tests count tries."""
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    caches = (passwords._dummy_hash, password_hash)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def test_login_in_any_case_and_all_roles_to_choose(session: Session) -> None:
    employee = person(session, "anna", roles=(Role.HEAD, Role.MANAGER))
    entered = enter(session, login="  ANNA ")
    assert entered.employee.id == employee.id
    assert entered.roles == (Role.MANAGER, Role.HEAD)


def test_wrong_unknown_disabled_and_without_password_are_told_alike(session: Session) -> None:
    person(session, "anna")
    person(session, "boris").is_active = False
    person(session, "vera").password_hash = None
    session.flush()
    for login, password in [
        ("anna", "wrong"), ("nobody", PASSWORD), ("boris", PASSWORD), ("vera", PASSWORD),
    ]:  # fmt: skip
        with pytest.raises(SignInRefused) as refusal:
            enter(session, password, login=login)
        assert refusal.value.args == ()


def test_ten_tries_and_then_the_right_password_waits_too(session: Session) -> None:
    person(session, "anna")
    fail(session, PER_LOGIN)
    with pytest.raises(TooManyFailures) as refusal:
        enter(session)
    assert refusal.value.until == NOON + WINDOW
    with pytest.raises(TooManyFailures):
        enter(session, later=WINDOW - timedelta(seconds=1))
    assert enter(session, later=WINDOW).employee.login == "anna"


def test_unknown_logins_are_counted_alike(session: Session) -> None:
    fail(session, PER_LOGIN, login="nobody")
    with pytest.raises(TooManyFailures):
        enter(session, login="nobody")


def test_success_starts_anew(session: Session) -> None:
    person(session, "anna")
    fail(session, PER_LOGIN - 1)
    enter(session)
    fail(session, PER_LOGIN - 1)
    enter(session)


def test_the_owner_at_a_known_device_is_not_locked_out(session: Session) -> None:
    person(session, "anna")
    fail(session, PER_LOGIN)
    assert enter(session, known=True).employee.login == "anna"
    fail(session, PER_LOGIN, known=True)
    with pytest.raises(TooManyFailures):
        enter(session, known=True)


def test_one_address_may_not_try_many_logins(session: Session) -> None:
    person(session, "anna")
    for number in range(PER_ADDRESS):
        fail(session, login=f"guess{number}")
    with pytest.raises(TooManyFailures):
        enter(session)
    assert enter(session, address="10.0.0.2")


def test_the_journal_keeps_tries_without_personal_data(session: Session) -> None:
    employee = person(session, "anna")
    fail(session)
    fail(session, login="nobody@example.org")
    enter(session)
    entries = session.scalars(
        select(JournalEntry).where(
            JournalEntry.event.in_(["SignInFailed", "PersonSignedIn"]), JournalEntry.at == NOON
        )
    ).all()
    assert [(e.event, e.subject_id) for e in entries] == [
        ("SignInFailed", employee.id),
        ("SignInFailed", 0),
        ("PersonSignedIn", employee.id),
    ]
    assert entries[1].details["login_hash"] == login_hash("nobody@example.org")[:32]
    assert "nobody" not in str([e.details for e in entries])


def test_an_old_hash_is_renewed(session: Session) -> None:
    employee = person(session, "anna")
    employee.password_hash = argon2.PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(
        PASSWORD
    )
    session.flush()
    enter(session)
    assert employee.password_hash
    assert not passwords.needs_rehash(employee.password_hash)
    enter(session)


def test_parameters_are_those_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    made = argon2.extract_parameters(passwords.hash_password("any"))
    assert (made.type, made.time_cost, made.memory_cost, made.parallelism) == (
        argon2.Type.ID, 2, 19456, 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    "password",
    [
        "qwertyuiop[]", "йцукенгшщзхъ", "Password12345", "aaaaaaaaaaaa", "123123123123",
        "пароль2024!!", "QwertyQwerty", "administrator", "anna.petrova", "anna.petrova1",
        "1234567890123", "яяяяяяяяяяяя", "moskva2026!!", "Йцукен123456",
    ],
)  # fmt: skip
def test_obvious_passwords_are_refused(password: str) -> None:
    with pytest.raises(passwords.PasswordObvious):
        passwords.check_password(password, login="anna.petrova")


def test_a_password_made_of_the_login_is_told_as_such() -> None:
    for password in ("anna.petrova", "Anna.Petrova2026", "anna.petrovaanna.petrova"):
        with pytest.raises(passwords.PasswordIsLogin):
            passwords.check_password(password, login="anna.petrova")


@pytest.mark.parametrize(
    "password",
    ["тридцать три коровы", "kqmvzuxhrwpa", "correct horse", "839201748265", "x" * 11 + "y"],
)
def test_no_rules_of_composition(password: str) -> None:
    passwords.check_password(password, login="anna")


def test_length_is_the_rule() -> None:
    with pytest.raises(passwords.PasswordTooShort):
        passwords.check_password("k7#Qv!m2Zx9", login="anna")
    with pytest.raises(passwords.PasswordTooLong):
        passwords.check_password("ab cd" * 60, login="anna")


def test_made_passwords_may_be_used() -> None:
    made = {passwords.make_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check_password(password, login="anna")


def test_snils_is_a_login() -> None:
    assert usable_login("11223344595") == "112-233-445 95"
    assert same_login(" 112-233-445 95") == same_login("112 233 445 95")
    with pytest.raises(SnilsIsWrong):
        usable_login("112-233-445 96")


def test_a_login_is_one_persons(session: Session) -> None:
    person(session, "anna")
    assert session.scalar(select(func.count()).where(Employee.login == "anna")) == 1
