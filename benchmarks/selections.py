"""Selections: the compiled statement against the best one written by hand, and the live count."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import log10
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from benchmarks.company import Company, found_company
from benchmarks.harness import (
    Goal,
    Line,
    Stopwatch,
    compare,
    is_noisy,
    plain_line,
    ratio_line,
)
from benchmarks.places import Place, fresh_place
from benchmarks.registry import Options
from benchmarks.selections_by_hand import Hand, by_hand
from benchmarks.selections_whole import whole_table
from benchmarks.service_history import fill_history
from core.bulk import lift_time_limits
from core.patience import patience
from selections.fields import Moment
from selections.reading import meant_now
from selections.rules import Definition
from selections.statements import Question
from worklists.selection_fields import CATALOGUE
from worklists.selection_kinds import KINDS

ZONE = "Europe/Moscow"
_ROUNDS = 5
_LONGEST = 60.0
_LIVE = 0.3
"""Seconds in which the count answers while a rule is edited, at the median of the kinds."""


@dataclass
class _Taken:
    """What all kinds together found at one size, in how many seconds, and in how many by hand."""

    rows: int = 0
    seconds: float = 0.0
    by_hand: float = 0.0


def run(options: Options) -> Iterator[Line]:
    """Every shipped kind in one unit: the same rows, the time as a ratio; then the live count.

    Then how the time of all kinds together grows with what they find, the first look for the makes
    that are offered, and the memory of the process while it runs and forms the largest kind.
    """
    sizes = (options.pick(20_000, 10_000), *(() if options.pick(1, 0) else (100_000, 1_000_000)))
    for engine in options.engines:
        taken: list[_Taken] = []
        for clients in sizes:
            with fresh_place(engine) as place:
                company = found_company(place)
                fill_history(place, company, clients)
                yield from _kinds(place, company, clients, taken, is_largest=clients == sizes[-1])
                if clients == sizes[-1]:
                    yield from whole_table(place, company, clients)
        if len(taken) > 1:
            first, last = taken[0], taken[-1]
            more = log10(last.rows / first.rows)
            yield plain_line(
                "selections", engine, sizes[-1], "all kinds: growth exponent of time in rows found",
                "", [log10(last.seconds / first.seconds) / more], Goal(1.15),
                by_hand=round(log10(last.by_hand / first.by_hand) / more, 2),
                rows=" ".join(str(one.rows) for one in taken),
                seconds=" ".join(f"{one.seconds:.2f}" for one in taken),
            )  # fmt: skip


def _kinds(
    place: Place, company: Company, clients: int, taken: list[_Taken], *, is_largest: bool
) -> Iterator[Line]:
    unit_id = company.unit_ids[0]
    today = company.base.date()
    counts: list[float] = []
    together = _Taken()
    taken.append(together)
    with place.database.reading() as session:
        lift_time_limits(session)
        for kind in KINDS:
            hand = by_hand(kind.code, unit_id, today, is_postgresql=place.is_postgresql)
            question = _question(session, unit_id, today, hand)
            ours = question.found(kind.definition)
            rows = _checked(session, place, kind.code, ours, hand)
            found = compare(
                ours=lambda sql=_text(place, ours): place.bare.execute(sql).fetchall(),  # type: ignore[misc]
                bare=lambda hand=hand: place.bare.execute(hand.sql).fetchall(),  # type: ignore[misc]
                before=lambda: None,
                rounds=_ROUNDS,
                watch=Stopwatch(place.server_cpu),
            )
            yield ratio_line(
                found, bench="selections", engine=place.engine, size=clients, goal=Goal(1.3),
                measure=f"{kind.code}: time of the statement written by hand", rows=rows,
            )  # fmt: skip
            together.rows += rows
            together.seconds += found.ours_wall
            together.by_hand += median(spent.wall for spent in found.bare)
            counts.append(_seconds(session, question.count(kind.definition)))
    if is_largest:
        yield Line(
            bench="selections", engine=place.engine, size=clients,
            measure="live count of a kind, median of the kinds", unit="s", value=median(counts),
            low=min(counts), high=max(counts), goal=Goal(_LIVE), noisy=is_noisy(),
        )  # fmt: skip


def _question(session: Session, unit_id: int, today: date, hand: Hand) -> Question:
    return Question(
        catalogue=CATALOGUE,
        moment=Moment(today, ZONE),
        unit_ids=(unit_id,),
        answers=hand.answers,
        definition_of=dict[int, Definition]().__getitem__,
        meant=meant_now(session),
    )


def _checked(session: Session, place: Place, code: str, ours: Select[Any], hand: Hand) -> int:
    """How many are found; an error when the statement written by hand finds others."""
    found = {(row.client_id, row.asset_key) for row in session.execute(ours)}
    wanted = {(row[0], row[1]) for row in place.bare.execute(hand.sql)}
    if found != wanted or not found:
        raise AssertionError(f"{code}: {len(found)} found, {len(wanted)} by hand")
    return len(found)


def _text(place: Place, statement: Select[Any]) -> str:
    """The compiled statement with its values in it: both sides go through the bare driver."""
    dialect = place.database.engine.dialect
    sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return sql.replace("%%", "%") if place.is_postgresql else sql


def _seconds(session: Session, statement: Select[Any]) -> float:
    times = []
    with patience(session, _LONGEST):
        for _ in range(_ROUNDS):
            started = perf_counter()
            session.execute(statement).all()
            times.append(perf_counter() - started)
    return median(times)
