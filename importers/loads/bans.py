"""Numbers that are not to be called, whoever has them: what a list says of somebody in doubt.

A ban that a person lifted since the list told of it is not put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.among import among
from core.journal import Event, JournalEntry, event_name
from directory.clients.events import ContactPointAllowed, ContactPointForbidden
from directory.clients.models import Client, ContactPoint
from importers.loads.asked import Person, Point
from importers.loads.batch import Setting
from importers.loads.people import People
from importers.matching import in_chunks

Held = tuple[Person, Point]
"""A client, and a number or address on the client's card."""
_FREE, _FORBIDDEN = {"do_not_contact": False}, {"do_not_contact": True}
_COLUMNS = (ContactPoint.id, ContactPoint.client_id, ContactPoint.kind, ContactPoint.value)


class Bans:
    """The bans of one batch, written at once."""

    def __init__(self, setting: Setting, people: People) -> None:
        self._setting = setting
        self._people = people
        self._new: dict[Held, str] = {}

    def stands(self, held: Held) -> bool:
        """Whether the number is banned already."""
        return held in self._new or held in self._standing

    def was_lifted(self, held: Held, at: datetime) -> bool:
        """Whether a person has lifted a ban after ``at``, or after this very list banned it."""
        return any(
            of_this_list or lifted_at >= at
            for lifted_at, of_this_list in self._lifted.get(held, ())
        )

    def put(self, held: Held, reason: str) -> None:
        """To be written."""
        self._new[held] = reason

    def write(self) -> list[Event]:
        """Ban the numbers; the events, to be recorded by the caller."""
        session, setting = self._setting.session, self._setting
        wanted = {(one.id, *point): reason for (one, point), reason in self._new.items()}
        found: dict[int, ContactPointForbidden] = {}
        for chunk in in_chunks(value for _, _, value in wanted):
            query = select(*_COLUMNS).where(among(session, ContactPoint.value, chunk))
            for number, client_id, kind, value in session.execute(query):
                if (reason := wanted.get((client_id, kind, value))) is not None:
                    setting.added.change(ContactPoint, number, _FREE, _FORBIDDEN)
                    found[number] = ContactPointForbidden(
                        client_id=client_id, contact_point_id=number, reason=reason,
                        source=setting.source,
                    )  # fmt: skip
        _change(session, ContactPoint, found, do_not_contact=True)
        # Whoever has the card open is told that it has changed.
        holders = (one.client_id for one in found.values())
        _change(session, Client, holders, version=Client.version + 1)
        return list(found.values())

    @cached_property
    def _standing(self) -> set[Held]:
        return {
            held
            for chunk in in_chunks(self._people.known)
            for _, held in self._held(chunk, ContactPoint.do_not_contact)
        }

    @cached_property
    def _lifted(self) -> dict[Held, list[tuple[datetime, bool]]]:
        """When persons lifted bans, and whether this list was one that had banned the number."""
        session, lifted = self._setting.session, dict[Held, list[tuple[datetime, bool]]]()
        forbidden, allowed = event_name(ContactPointForbidden), event_name(ContactPointAllowed)
        entries = select(JournalEntry.at, JournalEntry.event, JournalEntry.details).where(
            JournalEntry.subject == ContactPointForbidden.subject,
            JournalEntry.event.in_((forbidden, allowed)),
        )
        for chunk in in_chunks(self._people.known):
            points = dict(self._held(chunk))
            ours: set[int] = set()
            query = entries.where(among(session, JournalEntry.subject_id, chunk))
            for at, event, details in session.execute(query.order_by(JournalEntry.id)):
                number, source = details["contact_point_id"], details.get("source")
                if event == forbidden and source == self._setting.source:
                    ours.add(number)
                elif event == allowed and source is None and number in points:
                    lifted.setdefault(points[number], []).append((at, number in ours))
        return lifted

    def _held(self, ids: Sequence[int], *only: Any) -> Iterable[tuple[int, Held]]:
        session, people = self._setting.session, self._people.known
        query = select(*_COLUMNS).where(among(session, ContactPoint.client_id, ids), *only)
        for number, client_id, kind, value in session.execute(query):
            yield number, (people[client_id], (kind, value))


def _change(session: Session, of: Any, ids: Iterable[int], **values: Any) -> None:
    for chunk in in_chunks(ids):
        session.execute(
            update(of)
            .where(among(session, of.id, chunk))
            .values(values)
            .execution_options(synchronize_session=False)
        )
