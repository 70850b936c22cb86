"""Whom the work is about: a client with vehicles, a number to call and the zone to call in."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from directory.clients.models import ContactKind, ContactState
from directory.clients.phones import phone_prefix_zone
from entrypoints.demo.clientele import Clientele, Vehicle
from entrypoints.demo.company import Centre
from entrypoints.demo.records import ClientRow, ContactRow
from entrypoints.demo.service_history import VisitStory

LastVisit = tuple[date, int | None]


@dataclass(slots=True)
class Subject:
    """A client as the one who calls sees it."""

    client: ClientRow
    contact: ContactRow | None
    """The number that is tried first; None: there is none that may be called."""
    zone: str
    vehicles: list[Vehicle]
    last_visits: dict[int, LastVisit]
    """By the vehicle's id."""

    @property
    def last_seen_on(self) -> date:
        """The day of the last visit of any vehicle; very long ago if there was none."""
        return max((seen[0] for seen in self.last_visits.values()), default=date.min)


class Subjects:
    """Clients of one centre, handed out in a random order, each once per unit."""

    def __init__(self, rng: Random, subjects: list[Subject]) -> None:
        self._rng = rng
        self._subjects = subjects

    def for_unit(self) -> Iterator[Subject]:
        """All of them, once, in an order of this unit's own."""
        return iter(self._rng.sample(self._subjects, len(self._subjects)))


def subjects_of(rng: Random, centre: Centre, told: Clientele, visits: list[VisitStory]) -> Subjects:
    """The centre's clients that own a vehicle now."""
    vehicles: dict[int, list[Vehicle]] = defaultdict(list)
    for vehicle in told.vehicles:
        present = vehicle.owners[-1]
        if present.until_on is None:
            vehicles[present.client_id].append(vehicle)
    seen: dict[int, LastVisit] = {}
    for visit in visits:
        if visit.done_on is not None:
            seen[visit.vehicle.row.id] = (visit.done_on, visit.mileage_km)
    contacts = _first_contacts(told)
    found = []
    for client, home in zip(told.clients, told.centres, strict=True):
        if home is centre and client.id in vehicles:
            contact = contacts.get(client.id)
            own = vehicles[client.id]
            last = {one.row.id: seen[one.row.id] for one in own if one.row.id in seen}
            found.append(Subject(client, contact, _zone(client, contact, home), own, last))
    return Subjects(rng, found)


def _first_contacts(told: Clientele) -> dict[int, ContactRow]:
    first: dict[int, ContactRow] = {}
    for row in told.contacts:
        usable = row.is_valid and not row.do_not_contact and row.state is not ContactState.WRONG
        if row.kind is ContactKind.PHONE and usable:
            first.setdefault(row.client_id, row)
    return first


def _zone(client: ClientRow, contact: ContactRow | None, centre: Centre) -> str:
    by_prefix = phone_prefix_zone(contact.value) if contact else None
    return client.time_zone or by_prefix or centre.zone
