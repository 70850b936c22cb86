"""How much the clients were contacted lately: one budget over all campaigns (rule 14).

``clients.pressed_until`` keeps until when the budget is spent, so that the claim reads it in the
row that it looks at anyway. An attempt spends, undoing it gives back. A claim reserves: only one
call to a client is in work at a time, and it ends in one attempt or in none.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, func, null, select, update
from sqlalchemy.orm import Session

from campaigns.contact_caps import caps_and_household, contact_caps, pressed_until
from campaigns.models import Campaign, ContactCap
from core.db import UtcDateTime
from directory.clients.models import Client
from worklists.households import held_relatives, measure_relatives
from worklists.models.attempt import Attempt, Exemption
from worklists.models.task import Task, TaskKind


def exemption_of(task: Task, campaign: Campaign) -> Exemption | None:
    """Why a contact by this task neither respects nor spends the budget; None: it does both."""
    if task.client_called:
        return Exemption.CLIENT_CALLED
    if task.kind is TaskKind.CALLBACK:
        return Exemption.PROMISED_CALLBACK
    return Exemption.CAMPAIGN if campaign.is_pressure_exempt else None


def measure(session: Session, client_id: int) -> datetime | None:
    """Note anew until when the client's budget is spent, and return that moment (None: it is not).

    After each attempt, and after one was undone.
    """
    session.flush()
    caps, household = caps_and_household(session)
    # Before the client itself is written: who shares its number is written in the same order.
    relatives = held_relatives(session, client_id) if household is not None else ()
    until = until_of(session, client_id, caps)
    session.execute(
        update(Client)
        .where(Client.id == client_id, Client.pressed_until.is_distinct_from(until))
        .values(pressed_until=until)
        .execution_options(synchronize_session=False)
    )
    if household is not None:
        measure_relatives(session, relatives, household)
    return until


def until_of(
    session: Session,
    client_id: int,
    caps: Sequence[ContactCap],
    *,
    one_more_at: datetime | None = None,
) -> datetime | None:
    """Until when the budget is spent; with ``one_more_at`` as if there were an attempt then too."""
    if not caps:
        return None
    newest = session.scalars(
        _spending(Attempt.at)
        .where(Attempt.client_id == client_id)
        .order_by(Attempt.at.desc())
        .limit(max(cap.most for cap in caps))
    ).all()
    more = [] if one_more_at is None else [one_more_at]
    return pressed_until(caps, sorted([*more, *newest], reverse=True))


def measure_all(session: Session, *, now: datetime) -> int:
    """Note it anew for every client, when the caps changed; the number of clients pressed now."""
    caps = contact_caps(session)
    until: dict[int, datetime] = {}
    for cap in caps:
        for client_id, at in session.execute(_nth_newest(cap, now)):
            end = at + timedelta(days=cap.days)
            until[client_id] = max(end, until.get(client_id, end))
    session.execute(
        update(Client)
        .where(Client.pressed_until.is_not(None))
        .values(pressed_until=null())
        .execution_options(synchronize_session=False)
    )
    if until:
        clients = cast(Table, Client.__table__)
        session.connection().execute(
            update(clients)
            .where(clients.c.id == bindparam("of_client"))
            .values(pressed_until=bindparam("until", type_=UtcDateTime())),
            [{"of_client": client_id, "until": end} for client_id, end in until.items()],
        )
    return len(until)


def _nth_newest(cap: ContactCap, now: datetime) -> Select[int, datetime]:
    """Clients for whom the cap is used up, with the moment of the attempt that ends it."""
    numbered = _spending(
        Attempt.client_id,
        Attempt.at,
        func.row_number()
        .over(partition_by=Attempt.client_id, order_by=Attempt.at.desc())
        .label("number"),
    ).where(Attempt.at > now - timedelta(days=cap.days))
    found = numbered.subquery()
    return select(found.c.client_id, found.c.at).where(found.c.number == cap.most)


def _spending(*columns: Any) -> Select[Any]:
    """Attempts that spend the budget: conversations, counted once, that nobody took back."""
    return select(*columns).where(
        Attempt.undone_at.is_(None), Attempt.exemption.is_(None), Attempt.copied_from_id.is_(None)
    )
