"""How a doubtful row is compared with those who may be meant, line by line."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from directory.assets.plates import vehicle_words
from directory.clients.models import ContactKind
from importers.fields import Field
from importers.loads.doubtful import CandidateSeen, DoubtSeen
from importers.loads.doubts import Sign
from webui.labels.spoken import gettext as _
from webui.labels.words import label
from webui.wording import phone


@dataclass(frozen=True)
class Line:
    """One line of the comparison: what the file says and what each candidate has."""

    words: str
    said: tuple[str, ...]
    known: tuple["Known", ...]


@dataclass(frozen=True)
class Known:
    """What a candidate has; ``mark``: ``agrees``, ``differs`` or nothing."""

    texts: tuple[str, ...]
    mark: str


def comparison(seen: DoubtSeen, awaited: Collection[int] | None) -> list[Line]:
    """What can agree or differ, line by line; lines that nobody fills are left out.

    ``awaited``: of results of calls the clients for whom a call waited then; else None.
    """
    asked = seen.asked
    said: dict[Sign, tuple[str, ...]] = {
        Sign.NAME: _some(asked.name),
        Sign.PHONE: tuple(phone(v) for kind, v in asked.points if kind is ContactKind.PHONE),
        Sign.EMAIL: tuple(v for kind, v in asked.points if kind is ContactKind.EMAIL),
        Sign.BIRTH_ON: _some(_day(asked.birth_on)),
        Sign.TAX_ID: _some(asked.tax_id),
        Sign.KEY: _some(asked.external_key),
        Sign.VEHICLE: _some(_vehicle(seen)),
    }
    lines = []
    for sign, texts in said.items():
        known = tuple(
            Known(_KNOWN[sign](one) if one.client is not None else (), _mark(sign, one))
            for one in seen.candidates
        )
        if texts or any(one.texts for one in known):
            lines.append(Line(label(sign), texts, known))
    if awaited is not None:
        calls = (
            (_("была"),) if one.client.id in awaited else (_("не было"),)
            for one in seen.candidates
            if one.client is not None
        )
        waiting = [Known(next(calls) if one.client else (), "") for one in seen.candidates]
        lines.append(Line(_("Задача на этот звонок"), (), tuple(waiting)))
    return lines


def _mark(sign: Sign, one: CandidateSeen) -> str:
    candidate = one.candidate
    if sign in candidate.agrees:
        return "agrees"
    is_dead = sign is Sign.PHONE and Sign.DEAD_POINT in candidate.differs
    return "differs" if is_dead or sign in candidate.differs else ""


def _points(one: CandidateSeen, kind: ContactKind) -> tuple[str, ...]:
    return tuple(
        phone(point.value) if kind is ContactKind.PHONE and point.is_valid else point.typed
        for point in one.points
        if point.kind is kind
    )


def _cars(one: CandidateSeen) -> tuple[str, ...]:
    return tuple(
        " ".join(filter(None, (vehicle_words(car.asset.make, car.asset.model, car.asset.plate),
                               car.asset.vin)))
        for car in one.vehicles
        if car.is_present
    )  # fmt: skip


_KNOWN: dict[Sign, Callable[[CandidateSeen], tuple[str, ...]]] = {
    Sign.NAME: lambda one: _some(one.client.name if one.client else None),
    Sign.PHONE: lambda one: _points(one, ContactKind.PHONE),
    Sign.EMAIL: lambda one: _points(one, ContactKind.EMAIL),
    Sign.BIRTH_ON: lambda one: _some(_day(one.client.birth_on if one.client else None)),
    Sign.TAX_ID: lambda one: _some(one.client.tax_id if one.client else None),
    Sign.KEY: lambda one: _some(one.client.external_key if one.client else None),
    Sign.VEHICLE: _cars,
}


def _vehicle(seen: DoubtSeen) -> str:
    told = (seen.row.values.get(field) for field in (Field.MAKE, Field.MODEL, Field.PLATE))
    vin = seen.row.values.get(Field.VIN)
    return " ".join(str(one) for one in (*told, vin) if one)


def row_cells(seen: DoubtSeen) -> list[tuple[str, str]]:
    """All that stands in the row, under its headings."""
    return [
        (str(heading), cell)
        for heading, cell in zip(seen.load.header, seen.row.cells, strict=False)
        if cell
    ]


def _day(day: Any) -> str | None:
    return day.strftime("%d.%m.%Y") if day else None


def _some(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()
