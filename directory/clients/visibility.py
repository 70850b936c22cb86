"""Which clients a person sees: those known to the units given to them and below (rule 22)."""

from sqlalchemy import ColumnElement, exists

from core.access import Actor
from directory.clients.models import Client, ClientUnit


def client_is_visible(actor: Actor) -> ColumnElement[bool]:
    """Condition on ``clients`` for joins."""
    return exists().where(ClientUnit.client_id == Client.id, ClientUnit.unit_id.in_(actor.unit_ids))
