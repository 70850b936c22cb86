"""One submit of a form has one effect, however often the browser or a proxy repeats it (P4)."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, is_postgresql
from core.statements import ask


class Submission(Base):
    """A form that was accepted: its key, and where its answer led."""

    __tablename__ = "submissions"

    key: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    location: Mapped[str | None]


def first_time(session: Session, key: str, *, actor_key: str, at: datetime) -> bool:
    """Whether this form key is new; it is taken by the caller's transaction if so.

    A second transaction with the same key waits for the first and then gets False.
    """
    values = {"key": key, "actor": actor_key, "at": at}
    return ask(session, _take(is_postgresql(session)), values).first() is not None


def remember_location(session: Session, key: str, location: str | None) -> None:
    """Keep where the answer to this form led, for a repeat of it."""
    ask(session, _REMEMBER, {"of_key": key, "address": location})


def location_of(session: Session, key: str) -> str | None:
    """Where the answer to the form with this key led; None when it led nowhere."""
    return session.scalar(select(Submission.location).where(Submission.key == key))


_TABLE: Any = Submission.__table__
_REMEMBER = (
    update(_TABLE).where(_TABLE.c.key == bindparam("of_key")).values(location=bindparam("address"))
)


@cache
def _take(on_postgresql: bool) -> Executable:
    insert = postgresql.insert if on_postgresql else sqlite.insert
    return insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)
