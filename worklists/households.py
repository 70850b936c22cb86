"""One call per household: who shares a number with somebody who was called waits (rule 14).

``clients.household_until`` keeps until when, so that the claim reads it in the row that it looks at
anyway; who is in hand at this moment is asked of the tasks. Nothing is kept and nothing asked where
the option is off. A client's own attempts never make that client wait: retries go on.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, func, null, select, update
from sqlalchemy.orm import Session, aliased

from campaigns.contact_caps import household_days
from core.clock import Clock
from core.db import Database, UtcDateTime
from core.locks import exclusively
from directory.clients.models import Client, ContactPoint
from worklists.contact_conditions import household_lease, shares_number
from worklists.models.attempt import Attempt


def held_relatives(session: Session, client_id: int) -> Sequence[int]:
    """``relatives_of``, locked together with the client in the order of ids.

    Else two calls in one household at once would each hold the client of the other.
    """
    relatives = relatives_of(session, client_id)
    if relatives:
        household = select(Client.id).where(Client.id.in_([client_id, *relatives]))
        session.execute(household.order_by(Client.id).with_for_update(key_share=True))
    return relatives


def measure_relatives(session: Session, relatives: Sequence[int], days: int) -> None:
    """After an attempt, or after one was undone: note anew how long the others wait.

    ``days``: of ``household_days``.
    """
    if relatives:
        _note(session, relatives, _called(session, days, since=None, relatives=relatives))


def measure_households(session: Session, *, now: datetime) -> int:
    """Note it anew for everybody: the option or numbers changed; how many clients wait now."""
    days = household_days(session)
    waiting = Client.household_until.is_not(None)
    if days is None:
        session.execute(
            update(Client).where(waiting).values(household_until=null()).execution_options(
                synchronize_session=False
            )
        )  # fmt: skip
        return 0
    until = _called(session, days, since=now - timedelta(days=days))
    known = dict(session.execute(select(Client.id, Client.household_until).where(waiting)).all())
    changed = [
        client_id for client_id in {*until, *known} if until.get(client_id) != known.get(client_id)
    ]
    _note(session, changed, until)
    return len(until)


def measure_households_by_clock(database: Database, clock: Clock) -> int:
    """A sweep: numbers are added, corrected and imported all day."""
    with database.unit_of_work() as session:
        return measure_households(session, now=clock(session))


def relatives_of(session: Session, client_id: int) -> Sequence[int]:
    """The others with a number of this client, in the order of their ids."""
    mine, theirs = aliased(ContactPoint), aliased(ContactPoint)
    return session.scalars(
        select(theirs.client_id)
        .join(mine, shares_number(mine, theirs))
        .where(mine.client_id == client_id)
        .distinct()
        .order_by(theirs.client_id)
    ).all()


def is_alone(session: Session, client_id: int, performer_id: int) -> bool:
    """Whether nobody else phones the household of a client who was claimed in this transaction.

    Others who claim in the same household at this instant wait here until the end of it.
    """
    mine, theirs = aliased(ContactPoint), aliased(ContactPoint)
    shared = session.scalars(
        select(mine.value)
        .join(theirs, shares_number(mine, theirs))
        .where(mine.client_id == client_id)
        .distinct()
        .order_by(mine.value)
    ).all()
    if not shared:
        return True
    for number in shared:
        exclusively(session, f"household:{number}")
    lease = household_lease(bindparam("client", client_id), bindparam("viewer", performer_id))
    return session.scalar(select(lease)) is None


def _called(
    session: Session,
    days: int,
    *,
    since: datetime | None,
    relatives: Collection[int] | None = None,
) -> dict[int, datetime]:
    """Client → until when they wait for the sake of the others of the household."""
    mine, theirs = aliased(ContactPoint), aliased(ContactPoint)
    query = (
        select(theirs.client_id, func.max(Attempt.at))
        .select_from(Attempt)
        .join(mine, mine.client_id == Attempt.client_id)
        .join(theirs, shares_number(mine, theirs))
        .where(
            Attempt.undone_at.is_(None),
            Attempt.exemption.is_(None),
            Attempt.copied_from_id.is_(None),
        )
        .group_by(theirs.client_id)
    )
    if since is not None:
        query = query.where(Attempt.at > since)
    if relatives is not None:
        query = query.where(theirs.client_id.in_(relatives))
    return {client_id: at + timedelta(days=days) for client_id, at in session.execute(query)}


def _note(session: Session, client_ids: Collection[int], until: dict[int, datetime]) -> None:
    if not client_ids:
        return
    clients = cast(Table, Client.__table__)
    new_until = bindparam("until", type_=UtcDateTime())
    session.connection().execute(
        update(clients)
        .where(
            clients.c.id == bindparam("of_client"),
            clients.c.household_until.is_distinct_from(new_until),
        )
        .values(household_until=new_until),
        [{"of_client": one, "until": until.get(one)} for one in sorted(client_ids)],
    )
