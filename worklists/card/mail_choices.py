"""Which notifications a person gets by e-mail too, and putting those into the outbox."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, delete, exists, literal, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from core.db import insert_into
from core.errors import Invalid
from core.outbox import OutboxMessage
from directory.staff.models import Appointment, Employee
from directory.units.models import Unit, UnitPath
from worklists.card.models import MailAddress, MailChoice
from worklists.models.attempt import Notification
from worklists.models.task import Task
from worklists.permissions import WorkPermission

MAIL_KIND = "notification"
"""Kind of these messages in the outbox; ``ref_id`` is the notification's id."""
GRACE = timedelta(minutes=1)
"""Whoever sees the notification in the page within this time gets no e-mail."""
USEFUL_FOR = timedelta(hours=24)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LONGEST = 254


class MailAddressInvalid(Invalid):
    """It does not look like an e-mail address."""

    field = "address"


@dataclass(frozen=True, kw_only=True)
class MailWish:
    """What the person chose."""

    address: str
    kinds: frozenset[str]


def mail_wish(session: Session, *, actor: Actor) -> MailWish:
    """This person's choice."""
    actor.require(WorkPermission.SEE)
    address = session.scalar(
        select(MailAddress.address).where(MailAddress.employee_id == actor.person)
    )
    kinds = session.scalars(
        select(MailChoice.kind).where(MailChoice.employee_id == actor.person)
    ).all()
    return MailWish(address=address or "", kinds=frozenset(kinds))


def choose_mail(
    session: Session, *, address: str, kinds: Collection[str], actor: Actor, now: datetime
) -> None:
    """Keep the choice; an empty address turns e-mail off. Raises MailAddressInvalid."""
    actor.require(WorkPermission.SEE)
    address = address.strip()
    if address and not (len(address) <= _LONGEST and _ADDRESS.fullmatch(address)):
        raise MailAddressInvalid()
    if kinds and not address:
        raise MailAddressInvalid()
    for table in (MailChoice, MailAddress):
        session.execute(delete(table).where(table.employee_id == actor.person))
    if address:
        session.add(MailAddress(employee_id=actor.person, address=address, changed_at=now))
    session.add_all(MailChoice(employee_id=actor.person, kind=kind) for kind in sorted(set(kinds)))
    session.flush()


def queue_mail(session: Session, which: ColumnElement[bool], *, now: datetime) -> None:
    """Put e-mails about these notifications into the outbox, for those who want that kind.

    One statement in the transaction that made them; a notification is mailed once.
    """
    moment = OutboxMessage.due_at.type
    rows = (
        select(
            literal(f"{MAIL_KIND}:") + cast(Notification.id, String),
            literal(MAIL_KIND),
            Notification.id,
            literal(now + GRACE, moment),
            literal(now + USEFUL_FOR, moment),
            literal(0),
        )
        .join(
            MailChoice,
            (MailChoice.employee_id == Notification.employee_id)
            & (MailChoice.kind == Notification.kind),
        )
        .join(MailAddress, MailAddress.employee_id == Notification.employee_id)
        .where(which)
    )
    columns = ["key", "kind", "ref_id", "due_at", "not_after", "tries"]
    session.execute(
        insert_into(session, OutboxMessage).from_select(columns, rows).on_conflict_do_nothing()
    )


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What an e-mail about a notification says: no client, no phone number."""

    address: str
    locale: str
    kind: str
    task_id: int
    campaign: str
    unit: str
    tasks: int
    """How many tasks it is about; one is named here."""


def letter_about(session: Session, notification_id: int) -> Letter | None:
    """What to write; None when the person has seen it, sees the task no more or turned it off."""
    row = session.execute(
        select(
            MailAddress.address, Employee.locale, Notification.kind, Task.id.label("task_id"),
            Campaign.name.label("campaign"), Unit.name.label("unit"), Notification.tasks,
        )
        .join(Employee, Employee.id == Notification.employee_id)
        .join(MailAddress, MailAddress.employee_id == Employee.id)
        .join(Task, Task.id == Notification.task_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Unit, Unit.id == Task.unit_id)
        .where(
            Notification.id == notification_id,
            Notification.seen_at.is_(None),
            Employee.is_active,
            exists().where(
                MailChoice.employee_id == Employee.id, MailChoice.kind == Notification.kind
            ),
            exists().where(
                Appointment.employee_id == Employee.id,
                UnitPath.ancestor_id == Appointment.unit_id,
                UnitPath.descendant_id == Task.unit_id,
            ),
        )
    ).first()  # fmt: skip
    return Letter(**row._mapping) if row is not None else None
