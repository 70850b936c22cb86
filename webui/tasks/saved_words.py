"""What the toast tells of a saved call: of whom, what became of the task, what was asked for."""

from flask_babel import gettext as _

from directory.clients.models import Client, ClientKind
from webui.tasks.card import Card
from webui.wording import day, minute_words
from worklists.attempts import AttemptReport


def saved_words(card: Card, what: str, report: AttemptReport) -> str:
    """«Соколова М.: вернётся пн 10:00»; then the booking and the unit that was asked."""
    words = [of_client(card.page.client, what)]
    offer, booking, asked = card.offer, report.service_request, report.involve
    if offer is not None and booking is not None:
        name = dict(offer.workshops).get(booking.workshop_id, "")
        on = ", ".join(filter(None, (day(booking.wanted_on), minute_words(booking.wanted_minute))))
        words.append(_("Заявка: %(name)s, %(on)s.", name=name, on=on))
    if offer is not None and asked is not None:
        words.append(_("Поручено: %(name)s.", name=dict(offer.units).get(asked.unit_id, "")))
    return " ".join(words)


def of_client(client: Client, what: str) -> str:
    """«Соколова М.: контроль подтверждён»."""
    return str(_("%(client)s: %(what)s", client=_short(client), what=_lower(what)))


def _short(client: Client) -> str:
    """«Соколова М.» of a person; a firm keeps its name."""
    parts = client.name.split()
    if client.kind is not ClientKind.PERSON or len(parts) < 2:
        return client.name
    return f"{parts[0]} {parts[1][0]}."


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
