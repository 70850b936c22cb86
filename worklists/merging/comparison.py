"""Two cards side by side before they are merged: what each knows, what moves, what to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from directory.assets.card import OwnedVehicle, vehicles_of_client
from directory.clients.card import ClientCard, client_card
from directory.clients.merge_rows import references_to
from directory.clients.merging import SameClient
from directory.clients.models import Client
from directory.permissions import DirectoryPermission
from worklists.merging.pouring import twins_in
from worklists.models.work_list import WorkList

_MUST_AGREE = ("name_norm", "birth_on", "tax_id", "kind", "external_key")


class Difference(StrEnum):
    """Why the two may be two people after all."""

    NAME = "name_norm"
    BIRTHDAY = "birth_on"
    TAX_ID = "tax_id"
    KIND = "kind"
    KEY = "external_key"


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedClient:
    """One of the two: its card, vehicles and how many rows it has, by table."""

    card: ClientCard
    vehicles: tuple[OwnedVehicle, ...]
    rows: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The client that stays and the one that becomes its double."""

    kept: ComparedClient
    double: ComparedClient
    differences: tuple[Difference, ...]
    poured: int
    """Open work-lists of the double that go into one of the kept client."""
    twins: int
    """Open tasks that stand with both and go on once."""


def compare_clients(
    session: Session, kept_id: int, double_id: int, *, actor: Actor, now: datetime
) -> Comparison:
    """What merging the two would bring; writes nothing.

    Rows are counted in all units: they move whoever sees them. Raises NotPermitted, NotFound,
    SameClient.
    """
    actor.require(DirectoryPermission.MERGE_CLIENTS)
    kept, double = (
        _compared(session, client_id, actor=actor, now=now) for client_id in (kept_id, double_id)
    )
    if kept_id == double_id:
        raise SameClient()
    pairs = _common_lists(session, kept_id, double_id)
    return Comparison(
        kept=kept,
        double=double,
        differences=tuple(_differences(kept.card.client, double.card.client)),
        poured=len(pairs),
        twins=sum(len(twins_in(session, mine, theirs)) for mine, theirs in pairs),
    )


def _compared(session: Session, client_id: int, *, actor: Actor, now: datetime) -> ComparedClient:
    rows: dict[str, int] = {}
    card = client_card(session, client_id, actor=actor, now=now)
    for one in references_to("clients"):
        found = select(func.count()).select_from(one.table).where(one.column == client_id)
        if one.table.name == WorkList.__tablename__:
            found = found.where(one.table.c.merged_into_id.is_(None))
        rows[one.table.name] = session.scalar(found) or 0
    return ComparedClient(card=card, vehicles=vehicles_of_client(session, client_id), rows=rows)


def _differences(kept: Client, double: Client) -> list[Difference]:
    """What both have and have differently."""

    def differs(name: str) -> bool:
        values: list[Any] = [getattr(kept, name), getattr(double, name)]
        return None not in values and values[0] != values[1]

    return [Difference(name) for name in _MUST_AGREE if differs(name)]


def _common_lists(session: Session, kept_id: int, double_id: int) -> list[tuple[int, int]]:
    mine, theirs = aliased(WorkList), aliased(WorkList)
    rows = session.execute(
        select(mine.id, theirs.id)
        .join(theirs, theirs.unit_id == mine.unit_id)
        .where(
            mine.client_id == kept_id,
            theirs.client_id == double_id,
            mine.closed_at.is_(None),
            theirs.closed_at.is_(None),
        )
    )
    return [(row[0], row[1]) for row in rows]
