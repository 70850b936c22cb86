"""People who work here, their roles at units, their sign-in sessions."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.units.models import Unit


class Role(StrEnum):
    """What a person does here; one may have several and works in one at a time (B1)."""

    MANAGER = "manager"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    HEAD = "head"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class Employee(Base):
    """A person who signs in."""

    __tablename__ = "employees"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    """Lower case."""
    full_name: Mapped[str]
    password_hash: Mapped[str | None]
    """argon2id; None: this person cannot sign in yet."""
    locale: Mapped[str] = mapped_column(default="ru")
    time_zone: Mapped[str | None]
    theme: Mapped[str] = mapped_column(default="auto")
    hotkeys: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """Action to physical key, only those that the person chose (``directory.staff.hotkeys``)."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Appointment(Base):
    """A role that a person has at a unit and everything below it."""

    __tablename__ = "appointments"
    __table_args__ = (UniqueConstraint("employee_id", "role", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    role: Mapped[Role]
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), index=True)


class SignInSession(Base):
    """A browser that is signed in. Ended ones stay as a record (P27)."""

    __tablename__ = "sign_in_sessions"
    __table_args__ = (Index("ix_sign_in_sessions_employee", "employee_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the cookie's 256-bit token; the token itself is kept nowhere."""
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    role: Mapped[Role | None]
    """None until a person with several roles has chosen one."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    """sign_out, switched, disabled, password, expired."""


class SignInFailure(Base):
    """Wrong passwords of one login (or address) in one window, shared by all processes (P28)."""

    __tablename__ = "sign_in_failures"

    key: Mapped[str] = mapped_column(primary_key=True)
    """``login:`` or ``address:`` and the SHA-256 of the value: no personal data."""
    window_started_at: Mapped[datetime]
    failures: Mapped[int]
