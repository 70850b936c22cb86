"""Times in the demo workshops: their capacity, and places for the bookings that were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.bulk import copy_rows
from directory.units.models import Unit, UnitKind
from directory.workshops.models import WorkKind, WorkshopCapacity, WorkshopWork
from worklists.bookings.day_grid import cells_of, free_post, starts_of
from worklists.bookings.models import ServicePlace
from worklists.models.attempt import ServiceRequestState

_HOURS = ((9 * 60, 18 * 60),)
_SLOT = 30
_FEWEST_POSTS = 2
"""Every workshop has so many."""
_DONE = {"mechanics": (3, ("maintenance", "repair", "diagnostics")), "body": (2, ("body",)),
         "tyres": (2, ("tyres",))}  # fmt: skip
_WORKS = {"maintenance": 60, "repair": 120, "diagnostics": 30, "body": 240, "tyres": 45}
_STATE, _WORKSHOP, _ON, _MINUTE = 10, 5, 6, 7
Row = tuple[Any, ...]


@dataclass
class Appointments:
    """Rows of bookings with kind and duration, and the places that they take."""

    requests: list[Row]
    places: list[Row]


def write_capacities(session: Session) -> dict[int, list[tuple[int, int]]]:
    """Every workshop gets posts and work; returns workshop → kinds of work with minutes."""
    kinds = {kind.code: kind.id for kind in session.scalars(select(WorkKind))}
    found: dict[int, list[tuple[int, int]]] = {}
    posts: dict[int, int] = {}
    for unit in session.scalars(select(Unit).where(Unit.kind == UnitKind.WORKSHOP)):
        count, codes = _DONE[unit.code.rpartition("-")[2]]
        posts[unit.id] = count
        found[unit.id] = [(kinds[code], _WORKS[code]) for code in codes]
    copy_rows(
        session,
        WorkshopCapacity,
        ("workshop_id", "posts", "slot_minutes", "hold_minutes", "version"),
        ((one, count, _SLOT, 10, 1) for one, count in posts.items()),
    )
    copy_rows(
        session,
        WorkshopWork,
        ("workshop_id", "work_kind_id", "minutes", "is_offered"),
        ((one, kind, minutes, True) for one, works in found.items() for kind, minutes in works),
    )
    return found


def appoint(
    requests: Sequence[Row], works: dict[int, list[tuple[int, int]]], rng: Random, day: date
) -> Appointments:
    """Days gone by are settled; of the days to come most have a time that was free."""
    told = Appointments([], [])
    taken: dict[tuple[int, date], list[tuple[int, int]]] = {}
    for row in requests:
        values = list(row)
        kind, minutes = rng.choice(works[values[_WORKSHOP]])
        if values[_STATE] is not ServiceRequestState.CANCELLED:
            if values[_ON] < day:
                values[_STATE] = ServiceRequestState.ARRIVED
            elif values[_MINUTE] is not None:
                _place(told, taken, values, kind, minutes, rng)
        has_time = values[_MINUTE] is not None
        told.requests.append((*values, kind if has_time else None, minutes if has_time else None))
    return told


def write_places(session: Session, told: Appointments) -> int:
    """The places, after the bookings that take them."""
    columns = ("workshop_id", "day_on", "minute", "post", "hold_id", "request_id")
    return copy_rows(session, ServicePlace, columns, told.places)


def _place(
    told: Appointments,
    taken: dict[tuple[int, date], list[tuple[int, int]]],
    values: list[Any],
    kind: int,
    minutes: int,
    rng: Random,
) -> None:
    workshop_id, on = values[_WORKSHOP], values[_ON]
    busy = taken.setdefault((workshop_id, on), [])
    starts = starts_of(_HOURS, _SLOT)
    rng.shuffle(starts)
    for start in starts:
        cells = cells_of(_HOURS, start, minutes)
        post = free_post(busy, cells, _FEWEST_POSTS) if cells is not None else None
        if cells is None or post is None:
            continue
        values[_MINUTE] = start
        busy.extend((cell, post) for cell in cells)
        told.places.extend((workshop_id, on, cell, post, None, values[0]) for cell in sorted(cells))
        return
    values[_MINUTE] = None
