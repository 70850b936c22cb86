"""Who is called for a row that names nobody, or somebody else than its client."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from directory.clients.contact_points import is_callable_phone
from directory.clients.models import ContactPoint
from directory.clients.names import name_norm
from importers.matching import is_same_name
from importers.plans import RowPlan


@dataclass(frozen=True, slots=True)
class Called:
    """The client whom the directory puts in the place of the row's person."""

    name: str
    phone: str
    """The number to be tried first; empty: there is none."""


def called_instead(
    named: str | None, plan: RowPlan, name: str | None, norm: str | None, phone: str | None
) -> Called | None:
    """Whom a task of the row calls, unless it is the person that the row names.

    ``named``: by the row; ``name``, ``norm`` and ``phone``: the client's.
    """
    if name is None or plan in (RowPlan.DUPLICATE, RowPlan.REJECTED):
        return None
    is_named = bool(named) and is_same_name(name_norm(named or ""), norm)
    return None if is_named else Called(name, phone or "")


def first_phone(client_id: ColumnElement[int | None]) -> ColumnElement[str | None]:
    """SQL: the client's number to be tried first; NULL: there is none."""
    return (
        select(ContactPoint.value)
        .where(ContactPoint.client_id == client_id, *is_callable_phone(ContactPoint))
        .order_by(ContactPoint.rank, ContactPoint.id)
        .limit(1)
        .scalar_subquery()
    )
