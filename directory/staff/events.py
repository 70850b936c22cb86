"""What can happen to the people who work here. Ids and plain values only, no personal data."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event
from directory.staff.models import Role


@dataclass(frozen=True, kw_only=True)
class EmployeeEvent(Event):
    """Something happened to a person."""

    subject: ClassVar[str] = "employee"
    employee_id: int


@dataclass(frozen=True, kw_only=True)
class PersonSignedIn(EmployeeEvent):
    """Login and password were right."""

    known_device: bool


@dataclass(frozen=True, kw_only=True)
class SignInFailed(EmployeeEvent):
    """They were not, or the person is disabled. ``employee_id`` 0: nobody has this login."""

    login_hash: str
    """First half of the SHA-256 of what was typed: the same login can be told again."""
    failures: int
    """How many in this window, this one included."""


@dataclass(frozen=True, kw_only=True)
class RoleChosen(EmployeeEvent):
    """The person goes on in this role."""

    role: Role
    before: Role | None


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(EmployeeEvent):
    """``count`` browsers were signed out. ``by``: sign_out, disabled, password."""

    by: str
    count: int


@dataclass(frozen=True, kw_only=True)
class PasswordSet(EmployeeEvent):
    """The person has a new password."""


@dataclass(frozen=True, kw_only=True)
class PersonAdded(EmployeeEvent):
    """A person was added to the directory."""


@dataclass(frozen=True, kw_only=True)
class PersonChanged(EmployeeEvent):
    """``fields`` were corrected."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PersonDisabled(EmployeeEvent):
    """The person can no longer sign in."""


@dataclass(frozen=True, kw_only=True)
class PersonEnabled(EmployeeEvent):
    """The person can sign in again."""


@dataclass(frozen=True, kw_only=True)
class RoleGiven(EmployeeEvent):
    """The person got a role at a unit and everything below it."""

    role: Role
    unit_id: int


@dataclass(frozen=True, kw_only=True)
class RoleTaken(EmployeeEvent):
    """The person no longer has the role at the unit."""

    role: Role
    unit_id: int
