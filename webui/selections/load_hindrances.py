"""What hinders taking a load back, in words, with links to the first of what is needed (A8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, url_for
from sqlalchemy import select

from directory.assets.card import asset_is_visible
from directory.assets.models import Asset
from directory.assets.plates import vehicle_words
from importers.loads.models import RecordLoad
from importers.loads.result_rows import names_of_clients
from importers.taken_rows import LoadTouched, Needed, Touch
from webui.labels.words import label
from webui.requests import session


@dataclass(frozen=True, slots=True)
class Linked:
    """A client, a vehicle or a load by name."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; ``named``: the first of those it is about, ``others``: how many more.

    ``loads``: those that are taken back first, as far as the reader may see them.
    """

    words: str
    count: int
    named: tuple[Linked, ...]
    loads: tuple[Linked, ...] = ()

    @property
    def others(self) -> int:
        """How many there are beside those that are named."""
        return self.count - len(self.named)


@dataclass(frozen=True, slots=True)
class Hindrances:
    """Why a load stays. ``count``: of what it has loaded so much is needed, each once."""

    count: int
    reasons: tuple[Reason, ...]

    @property
    def overlap(self) -> bool:
        """Whether something is needed for several reasons: they add up to more than there is."""
        return sum(one.count for one in self.reasons) > self.count


def hindrances_of(touched: LoadTouched) -> Hindrances:
    """The reasons of a refusal for the page of the load; names are told as far as one may see."""
    reasons = []
    for touch, uses in touched.reasons.items():
        needed = touched.needed.get(touch, Needed(uses, ()))
        loads = tuple(_loads(touched.loads)) if touch is Touch.LATER_LOAD else ()
        reasons.append(Reason(label(touch), needed.count, tuple(_named(needed.first)), loads))
    return Hindrances(touched.count, tuple(reasons))


def _loads(numbers: Sequence[int]) -> list[Linked]:
    query = select(RecordLoad).where(
        RecordLoad.id.in_(numbers), RecordLoad.unit_id.in_(g.actor.unit_ids)
    )
    return [
        Linked(load.name, url_for("loads.show", load_id=load.id))
        for load in session().scalars(query.order_by(RecordLoad.id.desc()))
    ]


def _named(first: Sequence[tuple[str, int]]) -> list[Linked]:
    ids = [number for kind, number in first if kind == "clients"]
    clients = names_of_clients(session(), ids, actor=g.actor)
    found = [
        Linked(name, url_for("clients.card", client_id=number)) for number, name in clients.items()
    ]
    cars = select(Asset).where(
        Asset.id.in_([number for kind, number in first if kind == "assets"]),
        asset_is_visible(g.actor),
    )
    for car in session().scalars(cars.order_by(Asset.id)):
        words = vehicle_words(car.make, car.model, car.plate) or car.vin or str(car.id)
        found.append(Linked(words, url_for("vehicles.card", asset_id=car.id)))
    return found
