"""One submit of a form has one effect, however often the browser or a proxy repeats it (P4)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, insert_into


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
    taken = session.execute(
        insert_into(session, Submission)
        .values(key=key, actor=actor_key, at=at)
        .on_conflict_do_nothing()
        .returning(Submission.key)
    ).first()
    return taken is not None


def remember_location(session: Session, key: str, location: str | None) -> None:
    """Keep where the answer to this form led, for a repeat of it."""
    submission = session.get(Submission, key)
    if submission is not None:
        submission.location = location


def location_of(session: Session, key: str) -> str | None:
    """Where the answer to the form with this key led; None when it led nowhere."""
    return session.scalar(select(Submission.location).where(Submission.key == key))
