"""What the directory knows of two cards of one client, put together: the kept one and its double.

The use-case is ``worklists.merging.merge_clients``: work moves in the same transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from core.access import Actor
from core.db import insert_into
from core.errors import NotFound, Refused
from core.locks import hold_soon
from directory.clients.merge_models import ClientMerge, ClientMergeMove
from directory.clients.merge_rows import point_elsewhere
from directory.clients.models import (
    Client,
    ClientUnit,
    ContactKind,
    ContactPoint,
    ContactState,
)
from directory.clients.visibility import client_is_visible

FILLED = ("tax_id", "birth_on", "external_key", "time_zone")
"""The double's where the kept client has none."""
_WAITS = 400


class SameClient(Refused):
    """A client is not merged with itself."""


class ClientsBusy(Refused):
    """Somebody is writing one of the two at this moment: try again in some seconds."""


class MergedOn(Refused):
    """The kept client was itself merged into ``into_id``: that merge is undone first."""

    def __init__(self, into_id: int) -> None:
        super().__init__(f"merged into client {into_id}")
        self.into_id = into_id


class KeyTaken(Refused):
    """The double's outside key belongs to another client by now: ``client_id``."""

    def __init__(self, client_id: int) -> None:
        super().__init__(f"the key is client {client_id}'s")
        self.client_id = client_id


def visible_client(session: Session, client_id: int, *, actor: Actor) -> Client:
    """The client as it is in the database now. Raises NotFound when the person sees none."""
    client = session.scalar(
        select(Client)
        .where(Client.id == client_id, client_is_visible(actor))
        .execution_options(populate_existing=True)
    )
    if client is None:
        raise NotFound("client", client_id)
    return client


def hold_clients(session: Session, client_ids: Iterable[int]) -> None:
    """Keep everybody else from the clients and from giving them anything, until the end.

    Waits but a moment: whoever holds one may want what this transaction holds. Raises ClientsBusy.
    """
    wanted = select(Client.id).where(Client.id.in_(sorted(set(client_ids)))).order_by(Client.id)
    if not hold_soon(session, wanted, milliseconds=_WAITS):
        raise ClientsBusy()


def merge_in_force(session: Session, double_id: int) -> ClientMerge | None:
    """The merge by which the client is a double; None: it is none."""
    return session.scalars(
        select(ClientMerge)
        .where(ClientMerge.double_id == double_id, ClientMerge.undone_at.is_(None))
        .order_by(ClientMerge.id.desc())
        .limit(1)
    ).first()


def merges_of(session: Session, client_id: int) -> list[tuple[ClientMerge, str]]:
    """The merges into this client, the newest first, with the name of the double."""
    rows = session.execute(
        select(ClientMerge, Client.name)
        .join(Client, Client.id == ClientMerge.double_id)
        .where(ClientMerge.kept_id == client_id)
        .order_by(ClientMerge.id.desc())
    )
    return [(merge, name) for merge, name in rows]


def kept_instead_of(session: Session, client_id: int, *, actor: Actor) -> int | None:
    """The client into which this one was merged, if the person sees it."""
    return session.scalar(
        select(Client.id).where(
            Client.id
            == select(Client.merged_into_id).where(Client.id == client_id).scalar_subquery(),
            client_is_visible(actor),
        )
    )


def point_instead_of(
    session: Session, contact_point_id: int, *, client_id: int
) -> ContactPoint | None:
    """The client's contact point with which a merge into it made this one, of the double, one.

    Whoever had the double's card open while it was merged still names the former.
    """
    gone = session.scalars(
        select(ClientMergeMove)
        .join(ClientMerge, ClientMerge.id == ClientMergeMove.merge_id)
        .where(
            ClientMerge.kept_id == client_id,
            ClientMerge.undone_at.is_(None),
            ClientMergeMove.table_name == ContactPoint.__tablename__,
        )
    )
    for move in gone:
        if move.row_key == [contact_point_id] and move.became is None and move.was is not None:
            return session.scalars(
                select(ContactPoint).where(
                    ContactPoint.client_id == client_id,
                    ContactPoint.kind == ContactKind(move.was["kind"]),
                    ContactPoint.value == move.was["value"],
                )
            ).one_or_none()
    return None


def fold_in(session: Session, kept: Client, double: Client) -> None:
    """Give the kept client what the directory knows of the double, which is none any more.

    A contact point that both have becomes one: a ban of either counts, a doubtful one takes the
    other's word. The card's own values are taken once. What the double's has no place for is the
    caller's to remember (``picture_of``).
    """
    _fold_contact_points(session, kept, double)
    _fold_units(session, kept, double)
    if double.merged_into_id is not None:
        # Rows that came late: what the card said was taken at the merge, and people edit it since.
        return
    filled: dict[str, Any] = {
        name: getattr(double, name) for name in FILLED if getattr(kept, name) is None
    }
    if filled.get("external_key") is not None:
        double.external_key = None
    if double.note and double.note not in kept.note:
        filled["note"] = f"{kept.note}\n{double.note}" if kept.note else double.note
    filled["cooling_off_until"] = later(kept.cooling_off_until, double.cooling_off_until)
    double.merged_into_id = kept.id
    flag_modified(double, "note")
    session.flush()  # the key is free now
    for name, value in filled.items():
        setattr(kept, name, value)
    flag_modified(kept, "note")
    session.flush()


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two moments that may be missing."""
    return max((moment for moment in (one, other) if moment is not None), default=None)


def require_free_key(session: Session, kept_id: int, key: str) -> None:
    """Raise KeyTaken when somebody else than the kept client has the outside key."""
    found = session.scalar(
        select(Client.id).where(Client.external_key == key, Client.id != kept_id)
    )
    if found is not None:
        raise KeyTaken(found)


def _fold_contact_points(session: Session, kept: Client, double: Client) -> None:
    mine = {(one.kind, one.value): one for one in _points_of(session, kept.id)}
    rank = max((one.rank for one in mine.values()), default=0)
    for point in _points_of(session, double.id):
        same = mine.get((point.kind, point.value))
        if same is None:
            point.client_id, point.rank = kept.id, point.rank + rank
            continue
        same.do_not_contact = same.do_not_contact or point.do_not_contact
        if same.state is ContactState.UNCONFIRMED:
            same.state = point.state
        same.label = same.label or point.label
        same.time_zone = same.time_zone or point.time_zone
        session.flush()
        point_elsewhere(session, "contact_points", point.id, same.id)
        session.delete(point)
    session.flush()


def _points_of(session: Session, client_id: int) -> list[ContactPoint]:
    query = select(ContactPoint).where(ContactPoint.client_id == client_id)
    return list(
        session.scalars(
            query.order_by(ContactPoint.rank, ContactPoint.id).execution_options(
                populate_existing=True
            )
        )
    )


def _fold_units(session: Session, kept: Client, double: Client) -> None:
    known = select(literal(kept.id), ClientUnit.unit_id).where(ClientUnit.client_id == double.id)
    into = insert_into(session, ClientUnit).from_select(["client_id", "unit_id"], known)
    session.execute(into.on_conflict_do_nothing())
    session.execute(
        delete(ClientUnit)
        .where(ClientUnit.client_id == double.id)
        .execution_options(synchronize_session=False)
    )
