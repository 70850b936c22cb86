"""What people have decided about whom rows mean, looked up for a batch at once (A8).

A unit's own word comes before that of the units above it. A client that was merged since means the
one that was kept; where the client is gone nothing is decided any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.orm import Session

from core.among import among
from directory.clients.models import Client
from directory.units.models import UnitPath
from importers.loads.asked import Asked, Person
from importers.loads.decision_models import Choice, LoadDecision, MatchDecision
from importers.loads.doubts import fingerprint_of
from importers.loads.models import RecordLoad
from importers.matching import in_chunks


@dataclass(slots=True, eq=False)
class Decided:
    """A decision; ``person`` None: a new client, who is still to be made."""

    id: int | None
    """None: it is being made with the batch, and is kept by whoever makes it."""
    client_id: int | None
    person: Person | None = None


class Decisions:
    """The decisions about the people of a batch."""

    def __init__(
        self,
        session: Session,
        asked: Sequence[Asked],
        unit_id: int,
        said: Mapping[str, Decided] | None = None,
    ) -> None:
        """``said``: decisions of this very moment, which come first; more may come meanwhile."""
        self._session = session
        self._said = said if said is not None else {}
        self._found: dict[str, Decided] = {}
        self._made: list[Decided] = []
        at_or_above = (UnitPath.ancestor_id == MatchDecision.unit_id) & (
            UnitPath.descendant_id == unit_id
        )
        # Most units have decided nothing: then no row needs a fingerprint.
        if not session.scalar(select(exists().where(at_or_above))):
            return
        kept = func.coalesce(Client.merged_into_id, Client.id)
        query = (
            select(MatchDecision.fingerprint, MatchDecision.id, MatchDecision.is_new,
                   MatchDecision.client_id, kept)
            .join(UnitPath, at_or_above)
            .outerjoin(Client, Client.id == MatchDecision.client_id)
            .order_by(UnitPath.depth.desc())
        )  # fmt: skip
        for chunk in in_chunks(fingerprint_of(one) for one in asked):
            rows = session.execute(query.where(among(session, MatchDecision.fingerprint, chunk)))
            for fingerprint, number, is_new, client_id, kept_id in rows:
                if kept_id is not None or (is_new and client_id is None):
                    self._found[fingerprint] = Decided(number, kept_id)

    @property
    def client_ids(self) -> set[int]:
        """The clients that were decided for."""
        return {one.client_id for one in self._found.values() if one.client_id is not None}

    def meet(self, people: Mapping[int, Person]) -> None:
        """Tie the decisions to their clients, among ``people`` by now."""
        for decided in self._found.values():
            if decided.client_id is not None:
                decided.person = people[decided.client_id]

    def of(self, asked: Asked) -> Decided | None:
        """What was decided about this person; None: nothing."""
        if not self._found and not self._said:
            return None
        fingerprint = fingerprint_of(asked)
        return self._said.get(fingerprint) or self._found.get(fingerprint)

    def make(self, asked: Asked, person: Person) -> None:
        """``person`` is the new client that was decided for, if one was."""
        decided = self.of(asked)
        if decided is not None and decided.person is None:
            decided.person = person
            if decided.id is not None:
                self._made.append(decided)

    def write(self) -> None:
        """Keep which clients were made: the next row that says the same means them."""
        if self._made:
            self._session.connection().execute(
                update(MatchDecision)
                .where(MatchDecision.id == bindparam("of"))
                .values(client_id=bindparam("made")),
                [{"of": one.id, "made": _id_of(one)} for one in self._made],
            )
        self._made = []


def _id_of(decided: Decided) -> int | None:
    return decided.person.id if decided.person is not None else None


def forget_decided(session: Session, load_id: int) -> None:
    """Nothing that was decided with the load is remembered any more: the load is taken back.

    What was decided anew since, with another load, stays.
    """
    with_it = exists().where(
        LoadDecision.load_id == load_id,
        LoadDecision.undone_at.is_(None),
        LoadDecision.choice.in_((Choice.SAME, Choice.NEW)),
        LoadDecision.fingerprint == MatchDecision.fingerprint,
        LoadDecision.at == MatchDecision.at,
    )
    session.execute(
        delete(MatchDecision)
        .where(MatchDecision.unit_id == select(RecordLoad.unit_id).where(RecordLoad.id == load_id)
               .scalar_subquery(), with_it)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
