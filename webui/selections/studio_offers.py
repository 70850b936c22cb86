"""The values that the builder offers: from the data, from lists, and what they are called (A5)."""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign, ResultCode, ResultCodeVersion
from campaigns.result_codes import current_version_of_code, wording
from core.access import Actor
from core.clock import local_day
from directory.units.models import UnitKind
from directory.units.tree import unit_tree
from selections.fields import Catalogue, Field, Moment, Offers
from selections.reading import names_of_selections
from selections.rules import Definition, Found, walk
from webui.labels.rule_sentences import Names
from webui.labels.words import label
from webui.requests import settings
from webui.selections.catalogue import CATALOGUE
from webui.wording import language

_MOST_VALUES = 1_000
_KEPT_SECONDS = 600.0
_kept: dict[tuple[int, str], tuple[float, list[str]]] = {}


@dataclass(frozen=True)
class Offer:
    """A value that may be ticked."""

    value: str
    name: str
    depth: int = 0
    is_others: bool = False
    """Of a unit that is not the person's: such ones come last."""


class OfferedValues:
    """What is offered to one person on one page, looked up once for each field."""

    def __init__(self, session: Session, catalogue: Catalogue, actor: Actor, today: Moment) -> None:
        self._session, self._catalogue, self._actor = session, catalogue, actor
        self._moment = today
        self._found: dict[Offers | str, list[Offer]] = {}

    def of(self, field: Field) -> list[Offer]:
        """The values of the field in the order of a list; empty: it is typed."""
        offers = field.offers
        if offers is None:
            return []
        key = field.code if offers in (Offers.ENUM, Offers.DATA) else offers
        if key not in self._found:
            self._found[key] = self._look_up(field, offers)
        return self._found[key]

    def names(self, definitions: Collection[Definition]) -> Names:
        """What the values of these definitions are called, and the selections they mention."""
        named: dict[tuple[str, str], str] = {}
        for definition in definitions:
            for _path, rule in walk(definition.rule):
                field = self._catalogue.field(getattr(rule, "field", ""))
                if field is not None:
                    named |= {(field.code, one.value): one.name for one in self.of(field)}
        mentioned = found_ids(definitions)
        selections = names_of_selections(self._session, mentioned, actor=self._actor)
        return Names(self._catalogue, named, selections)

    def _look_up(self, field: Field, offers: Offers) -> list[Offer]:
        match offers:
            case Offers.ENUM:
                members = list(field.members or ())
                return [Offer(member.value, label(member)) for member in members]
            case Offers.DATA:
                return [Offer(text, text) for text in self._data(field)]
            case Offers.CAMPAIGNS:
                return [Offer(str(id_), name) for id_, name, _purpose in self._campaigns()]
            case Offers.PURPOSES:
                named: dict[str, list[str]] = {}
                for _id, name, purpose in self._campaigns():
                    named.setdefault(purpose, []).append(name)
                return [Offer(purpose, ", ".join(names)) for purpose, names in named.items()]
            case Offers.RESULTS:
                return self._results()
        return self._units(offers)

    def _units(self, offers: Offers) -> list[Offer]:
        kind = {Offers.CENTRES: UnitKind.CENTRE, Offers.WORKSHOPS: UnitKind.WORKSHOP}.get(offers)
        # Any workshop may be visited, whoever's clients they are.
        within = None if kind is UnitKind.WORKSHOP else self._actor.unit_ids
        rows = unit_tree(self._session, within=within)
        if kind is None:
            return [Offer(str(row.unit.id), row.unit.name, row.depth) for row in rows]
        mine = self._actor.unit_ids
        found = [
            Offer(str(row.unit.id), row.unit.name, is_others=row.unit.id not in mine)
            for row in rows
            if row.unit.kind is kind
        ]
        return sorted(found, key=lambda offer: offer.is_others)

    def _campaigns(self) -> list[tuple[int, str, str]]:
        query = select(Campaign.id, Campaign.name, Campaign.purpose).order_by(Campaign.name)
        return [(id_, name, purpose) for id_, name, purpose in self._session.execute(query)]

    def _results(self) -> list[Offer]:
        query = (
            select(ResultCode.id, ResultCodeVersion.names)
            .join(ResultCodeVersion, current_version_of_code())
            .order_by(ResultCode.position, ResultCode.id)
        )
        spoken = language()
        rows = self._session.execute(query)
        return [Offer(str(id_), wording(names, spoken)) for id_, names in rows]

    def _data(self, field: Field) -> list[str]:
        """The distinct values of a column; asked of the whole table, so kept for ten minutes."""
        key = (id(self._session.get_bind()), field.code)
        found = _kept.get(key)
        if found is not None and time.monotonic() - found[0] < _KEPT_SECONDS:
            return found[1]
        row = aliased(self._catalogue.entities[field.code.partition(".")[0]].table)
        value = field.expression(row, self._moment)
        query = select(value).where(value.is_not(None)).distinct().limit(_MOST_VALUES)
        texts = sorted({str(text) for text in self._session.scalars(query)} - {""}, key=str.lower)
        if texts:
            _kept[key] = (time.monotonic(), texts)
        return texts


def offered_now(session: Session) -> OfferedValues:
    """What is offered to the person of this request, on their day."""
    zone = g.actor.time_zone or settings().time_zone
    return OfferedValues(session, CATALOGUE, g.actor, Moment(local_day(g.now, zone), zone))


def found_ids(definitions: Iterable[Definition]) -> set[int]:
    """The selections that these definitions mention."""
    return {
        rule.selection_id
        for definition in definitions
        for _path, rule in walk(definition.rule)
        if isinstance(rule, Found)
    }
