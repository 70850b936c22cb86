"""Clients, how to reach them, the units that know them, and what they refused."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.days import month_and_day
from core.db import Base, ByteOrdered
from directory.units.models import Unit


class ClientKind(StrEnum):
    """Who the client is in law."""

    PERSON = "person"
    SOLE_PROPRIETOR = "sole_proprietor"
    LEGAL_ENTITY = "legal_entity"


class ContactKind(StrEnum):
    """How a client can be reached."""

    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"


class ContactState(StrEnum):
    """Whether the contact point is known to be the client's."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    WRONG = "wrong"


class Client(Base):
    """A person, sole proprietor or legal entity that is called."""

    __tablename__ = "clients"
    __table_args__ = (
        Index("ix_clients_name_norm", "name_norm"),
        Index(
            "ix_clients_merged",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ClientKind] = mapped_column(default=ClientKind.PERSON)
    name: Mapped[str]
    name_norm: Mapped[str] = mapped_column(ByteOrdered)
    """``names.name_norm(name)``: neither engine folds Cyrillic in the same way."""
    external_key: Mapped[str | None] = mapped_column(unique=True)
    tax_id: Mapped[str | None]
    birth_on: Mapped[date | None]
    time_zone: Mapped[str | None]
    """The client's own IANA zone, asked or imported; None: from the number, else the unit's."""
    note: Mapped[str] = mapped_column(default="")
    cooling_off_until: Mapped[datetime | None]
    """After a refusal to talk no campaign may call before this moment (rule 9)."""
    pressed_until: Mapped[datetime | None]
    """The budget of contacts is spent until this moment (rule 14): ``worklists.pressure``."""
    household_until: Mapped[datetime | None]
    """Somebody with the same number was called: ``worklists.households``; None where not asked."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id"))
    """A double: all that it had belongs to this client, and nothing finds it any more. Never points
    to another double."""
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


Index("ix_clients_birthday", month_and_day(Client.__table__.c.birth_on))


class ClientUnit(Base):
    """A unit that knows the client: people of that unit (and above) see the client (rule 22)."""

    __tablename__ = "client_units"

    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True, index=True)


class ContactPoint(Base):
    """A phone, e-mail or address, as typed and normalised."""

    __tablename__ = "contact_points"
    __table_args__ = (
        Index("uq_contact_points_value", "client_id", "kind", "value", unique=True),
        Index("ix_contact_points_value", "kind", "value"),
        Index("ix_contact_points_reversed", "reversed_value"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id))
    kind: Mapped[ContactKind]
    typed: Mapped[str]
    value: Mapped[str] = mapped_column(ByteOrdered)
    """E.164 for a phone, lower case for an e-mail; as typed when it cannot be normalised."""
    reversed_value: Mapped[str | None] = mapped_column(ByteOrdered)
    """The phone backwards, for a search by its last digits."""
    is_valid: Mapped[bool] = mapped_column(default=True)
    """False: kept as typed, but nobody can be reached by it."""
    state: Mapped[ContactState] = mapped_column(default=ContactState.UNCONFIRMED)
    do_not_contact: Mapped[bool] = mapped_column(default=False)
    time_zone: Mapped[str | None]
    label: Mapped[str] = mapped_column(default="")
    rank: Mapped[int] = mapped_column(default=1)
    """1 is tried first."""


class RefusalScope(StrEnum):
    """How far a refusal reaches."""

    ALL = "all"
    CHANNEL = "channel"
    PURPOSE = "purpose"
    ASSET = "asset"


class Channel(StrEnum):
    """A way to reach a client that the client may refuse."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    MESSENGER = "messenger"


class ContactRefusal(Base):
    """The client does not want to be contacted. Monotonic: only a separate act lifts it."""

    __tablename__ = "contact_refusals"
    __table_args__ = (
        Index("ix_contact_refusals_client", "client_id", "lifted_at"),
        CheckConstraint("scope != 'purpose' OR purpose IS NOT NULL", "purpose_named"),
        CheckConstraint("scope != 'asset' OR asset_id IS NOT NULL", "asset_named"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id))
    scope: Mapped[RefusalScope]
    channel: Mapped[str | None]
    """``phone`` and later others; None: every channel."""
    purpose: Mapped[str | None]
    """The campaign's purpose that is refused."""
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id"), index=True)
    reason: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    """Where it was said: ``attempt:17``, ``import:3``, ``employee:7``."""
    recorded_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
