"""The clients that a batch of rows may concern: looked up at once, then found row by row in memory.

Confidence: the outside key is certain; a phone, an e-mail address, the tax number, the VIN's owner
or name with day of birth count when the name agrees and nothing known contradicts. A contradiction,
two clients that fit equally well, or one who fits only because a better named one is contradicted
are doubtful. A name alone is never enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import exists, func, select, union_all
from sqlalchemy.orm import Session

from core.among import among
from directory.clients.models import Client, ClientUnit, ContactKind, ContactPoint, ContactState
from importers.loads.asked import FILLED, Asked, Person, Point, agrees, has_that_name, is_nearer
from importers.loads.batch import Answers, Setting
from importers.loads.decided import Decided, Decisions
from importers.loads.doubts import Doubt, doubt_about
from importers.loads.people_writing import DETAILS, write_people
from importers.loads.told import Doubtful
from importers.matching import in_chunks
from importers.problems import RowProblemCode

_COLUMNS = (Client.id, Client.kind, Client.name, Client.name_norm, Client.external_key,
            Client.tax_id, Client.birth_on, Client.note)  # fmt: skip
_Key = TypeVar("_Key")


class People:
    """The clients of one batch: those that are known, and those that the batch makes."""

    def __init__(
        self,
        session: Session,
        asked: Sequence[Asked],
        unit_id: int,
        owners: Iterable[int] = (),
        *,
        knows_dead: bool = False,
        answers: Answers | None = None,
    ) -> None:
        """``knows_dead``: a number known to be wrong still says whom it was called for.

        ``answers``: what a person says of those in doubt.
        """
        self._session, self._unit_id, self._knows_dead = session, unit_id, knows_dead
        self._by_id: dict[int, Person] = {}
        self._by_key: dict[str, Person] = {}
        self._by_point: dict[Point, list[Person]] = {}
        self._by_tax: dict[str, list[Person]] = {}
        self._by_birth: dict[tuple[str, date], list[Person]] = {}
        self._new: list[Person] = []
        self._was: dict[int, dict[str, Any]] = {}
        self._touched: dict[int, Person] = {}
        keys = self._keys(asked)
        self._decisions = Decisions(session, asked, unit_id, answers.said if answers else None)
        ids = {*owners, *keys.values(), *self._holders(asked), *self._others(asked)}
        self._read(ids | self._decisions.client_ids)
        self._decisions.meet(self._by_id)
        if answers is not None:
            answers.meet(self._by_id.keys())
        for key, client_id in keys.items():
            self._by_key[key] = self._by_id[client_id]

    @property
    def known(self) -> Mapping[int, Person]:
        """Those that were known before the batch."""
        return self._by_id

    def by_id(self, client_id: int) -> Person:
        """A client whose id was among ``owners``."""
        return self._by_id[client_id]

    def holders(self, point: Point) -> list[Person]:
        """All who have the phone or e-mail address, whatever their names."""
        return [one for one in self._by_point.get(point, ()) if point not in one.dead_points]

    def find(self, asked: Asked, owner: Person | None = None) -> Person | None:
        """The client of the row, ``owner`` being the present owner of its vehicle; None: new.

        Raises Doubtful.
        """
        decided = self.decided(asked)
        if decided is not None:
            return decided.person
        keyed = self._by_key.get(asked.external_key or "")
        if keyed is not None:
            if not has_that_name(keyed, asked):
                doubt = self.doubt(asked, owner)
                raise Doubtful(RowProblemCode.OTHER_NAME, asked.external_key or "", doubt)
            return keyed
        points = self._candidates(asked, owner)
        fitting = {one: count for one, count in points.items() if agrees(one, asked)}
        if fitting:
            most = max(fitting.values())
            best = [one for one, count in fitting.items() if count == most]
            if len(best) > 1:
                raise Doubtful(RowProblemCode.SEVERAL_FIT, doubt=self.doubt(asked, owner))
            rivals = [one for one, count in points.items() if one not in fitting and count >= most]
            if any(is_nearer(one, best[0], asked) for one in rivals):
                raise Doubtful(RowProblemCode.OTHER_DETAILS, doubt=self.doubt(asked, owner))
            return best[0]
        if points and set(points) == {owner}:
            raise Doubtful(RowProblemCode.OTHER_OWNER, doubt=self.doubt(asked, owner))
        if points:
            named = any(has_that_name(one, asked) for one in points)
            code = RowProblemCode.OTHER_DETAILS if named else RowProblemCode.OTHER_NAME
            raise Doubtful(code, doubt=self.doubt(asked, owner))
        if any(has_that_name(one, asked) for one in self._at_dead_points(asked)):
            raise Doubtful(RowProblemCode.WRONG_NUMBER, doubt=self.doubt(asked, owner))
        return None

    def decided(self, asked: Asked) -> Decided | None:
        """What a person has said of whom such a row means; None: nobody has been asked."""
        return self._decisions.of(asked)

    def doubt(self, asked: Asked, owner: Person | None, *others: Person) -> Doubt:
        """All who may be meant, ``others`` too."""
        keyed = self._by_key.get(asked.external_key or "")
        people = [keyed] if keyed is not None else []
        people += [*others, *self._candidates(asked, owner), *self._at_dead_points(asked)]
        return doubt_about(asked, people, owner)

    def make(self, asked: Asked) -> Person:
        """A new client out of the row."""
        name = asked.shown_name or asked.external_key or asked.tax_id or ""
        norm = asked.name_norm or name.lower()
        key = asked.external_key
        if key is not None and key in self._by_key:
            key = None  # a double's key stays with the double: it means this client already
        person = Person(
            None, asked.kind, name, norm, key, asked.tax_id, asked.birth_on, asked.note,
            is_ours=True, points=set(asked.points), fresh_points=dict(asked.points),
        )  # fmt: skip
        self._new.append(person)
        self._decisions.make(asked, person)
        self._register(person)
        return person

    def enrich(self, person: Person, asked: Asked) -> bool:
        """Fill in what the client does not have; whether that was anything."""
        news = False
        if asked.name and asked.name_norm and person.is_nameless:
            person.name, person.name_norm, person.kind = asked.name, asked.name_norm, asked.kind
            person.filled.add("name")
            news = True
        for name in FILLED:
            # A double's key stays with the double: it means this client already.
            is_taken = name == "external_key" and asked.external_key in self._by_key
            if getattr(asked, name) and not getattr(person, name) and not is_taken:
                setattr(person, name, getattr(asked, name))
                person.filled.add(name)
                news = True
        for point, typed in asked.points.items():
            if point not in person.points:
                person.fresh_points[point] = typed
                person.points.add(point)
                news = True
        news |= not person.is_ours
        person.is_ours = True
        if news:
            self._register(person)
            if person.id is not None:
                self._touched[person.id] = person
        return news

    def key_left(self, person: Person, asked: Asked) -> str:
        """The outside key of the row that the client did not get: it is another one's, or both
        have one. Empty where there is none, or it means the client anyway."""
        key = asked.external_key or ""
        is_theirs = key in ("", person.external_key) or self._by_key.get(key) is person
        return "" if is_theirs else key

    def flush(self, setting: Setting) -> None:
        """Write what is new; every person has an id then."""
        known = list(self._touched.values())
        write_people(self._session, self._new, known, self._was, setting)
        self._decisions.write()
        self._new, self._touched = [], {}

    def _candidates(self, asked: Asked, owner: Person | None) -> Counter[Person]:
        """Who may be meant, and how much of the row points at each."""
        found: Counter[Person] = Counter([owner] if owner is not None else [])
        for point in asked.points:
            if point[0] is not ContactKind.ADDRESS:
                found.update(self.holders(point))
        found.update(self._by_tax.get(asked.tax_id or "", ()))
        if asked.name_norm and asked.birth_on:
            found.update(self._by_birth.get((asked.name_norm, asked.birth_on), ()))
        return found

    def _at_dead_points(self, asked: Asked) -> list[Person]:
        return [one for point in asked.points for one in self._by_point.get(point, ())]

    def _register(self, person: Person) -> None:
        if person.external_key:
            self._by_key.setdefault(person.external_key, person)
        for point in person.points:
            _put(self._by_point, point, person)
        if person.tax_id:
            _put(self._by_tax, person.tax_id, person)
        if person.birth_on:
            _put(self._by_birth, (person.name_norm, person.birth_on), person)

    def _keys(self, asked: Sequence[Asked]) -> dict[str, int]:
        # A double's key means the client into which it was merged.
        columns = select(Client.external_key, func.coalesce(Client.merged_into_id, Client.id))
        found: dict[str, int] = {}
        for chunk in in_chunks(one.external_key for one in asked if one.external_key):
            for key, client_id in self._session.execute(
                columns.where(among(self._session, Client.external_key, chunk))
            ):
                found[str(key)] = client_id
        return found

    def _holders(self, asked: Sequence[Asked]) -> set[int]:
        found: set[int] = set()
        reached = select(ContactPoint.client_id)
        queries = [
            reached.where(
                ContactPoint.kind == kind, among(self._session, ContactPoint.value, chunk)
            )
            for kind in (ContactKind.PHONE, ContactKind.EMAIL)
            for chunk in in_chunks(value for one in asked for of, value in one.points if of is kind)
        ]
        if queries:
            found.update(self._session.scalars(union_all(*queries)))
        return found

    def _others(self, asked: Sequence[Asked]) -> set[int]:
        """By tax number, and by name where both sides know the day of birth."""
        found: set[int] = set()
        for chunk in in_chunks(one.tax_id for one in asked if one.tax_id):
            query = select(Client.id).where(among(self._session, Client.tax_id, chunk))
            found.update(self._session.scalars(query))
        names = (one.name_norm for one in asked if one.birth_on and one.name_norm)
        for chunk in in_chunks(names):
            query = select(Client.id).where(
                among(self._session, Client.name_norm, chunk), Client.birth_on.is_not(None)
            )
            found.update(self._session.scalars(query))
        return found

    def _read(self, ids: set[int]) -> None:
        is_ours = exists().where(
            ClientUnit.client_id == Client.id, ClientUnit.unit_id == self._unit_id
        )
        # A double is nobody any more; its contact points are with the client that was kept.
        known = select(*_COLUMNS, is_ours).where(Client.merged_into_id.is_(None))
        points = select(
            ContactPoint.client_id, ContactPoint.kind, ContactPoint.value,
            ContactPoint.is_valid & (ContactPoint.state != ContactState.WRONG),
        )  # fmt: skip
        for chunk in in_chunks(sorted(ids)):
            for row in self._session.execute(known.where(among(self._session, Client.id, chunk))):
                person = self._by_id[row[0]] = Person(*row)
                self._was[row[0]] = {name: getattr(person, name) for name in DETAILS}
            for client_id, kind, value, is_alive in self._session.execute(
                points.where(among(self._session, ContactPoint.client_id, chunk))
            ):
                holder = self._by_id.get(client_id)
                if holder is not None:
                    holder.points.add((kind, value))
                    if not is_alive and not self._knows_dead:
                        holder.dead_points.add((kind, value))
        for person in self._by_id.values():
            self._register(person)


def _put(index: dict[_Key, list[Person]], key: _Key, person: Person) -> None:
    there = index.get(key)
    if there is None:
        index[key] = [person]
    elif person not in there:
        there.append(person)
