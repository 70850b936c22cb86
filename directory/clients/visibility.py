"""Which clients a person sees: those known to the units given to them and below (rule 22)."""

from sqlalchemy import ColumnElement, Select, exists, select

from core.access import Actor
from directory.clients.models import Client, ClientUnit


def clients_visible_to(actor: Actor) -> Select[Client]:
    """The clients of this person's units."""
    return select(Client).where(client_is_visible(actor))


def client_is_visible(actor: Actor) -> ColumnElement[bool]:
    """Condition on ``clients`` for joins."""
    return exists().where(ClientUnit.client_id == Client.id, ClientUnit.unit_id.in_(actor.unit_ids))
