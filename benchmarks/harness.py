"""Rounds of bare, ours, bare, ours; wall clock and CPU; one line per measure with its goal.

Ratios inside one interleaved run hold on a machine that others use too; seconds do not. A verdict
is printed, never asserted.
"""

import gc
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Literal

from importers.child import REAPER

Step = Callable[[], Any]


@dataclass(frozen=True)
class Goal:
    """A limit of ``docs/performance.md``: at most, or at least, so much."""

    limit: float
    kind: Literal["at most", "at least"] = "at most"

    def is_met_by(self, value: float) -> bool:
        return value <= self.limit if self.kind == "at most" else value >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.kind == 'at most' else '≥'} {self.limit:g}"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One measure of one bench on one engine: the median of the rounds, with the extremes."""

    bench: str
    engine: str
    size: int
    measure: str
    unit: str
    value: float
    low: float
    high: float
    goal: Goal | None
    noisy: bool
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return "–"
        return "met" if self.goal.is_met_by(self.value) else "missed"

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "goal": str(self.goal) if self.goal else None,
            "verdict": self.verdict,
        }


def is_noisy() -> bool:
    """Whether others use the machine so much that seconds say little."""
    return os.getloadavg()[0] > (os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class Spent:
    """What one run of a step took."""

    wall: float
    cpu: float


class Stopwatch:
    """Times steps; ``server_cpu`` adds the seconds that a database server burned meanwhile."""

    def __init__(self, server_cpu: Callable[[], float] | None = None) -> None:
        self._server_cpu = server_cpu or (lambda: 0.0)

    def time(self, step: Step) -> Spent:
        gc.collect()
        cpu, wall = self._cpu(), time.perf_counter()
        step()
        wall = time.perf_counter() - wall
        wait_for_ending_children()
        return Spent(wall, self._cpu() - cpu)

    def _cpu(self) -> float:
        own = resource.getrusage(resource.RUSAGE_SELF)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = sum(usage.ru_utime + usage.ru_stime for usage in (own, children))
        return spent + self._server_cpu()


def wait_for_ending_children() -> None:
    """Nobody else waits for a child that reads; its processor time counts when it is gone."""
    for thread in threading.enumerate():
        if thread.name == REAPER:
            thread.join()


@contextmanager
def frozen_garbage() -> Iterator[None]:
    """What was made before the clock starts is no business of the collector."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@dataclass(kw_only=True)
class Comparison:
    """Seconds of ours and of the bare twin, round by round."""

    ours: list[Spent] = field(default_factory=list)
    bare: list[Spent] = field(default_factory=list)
    noisy: bool = False

    @property
    def ratios(self) -> list[float]:
        return [one.wall / other.wall for one, other in zip(self.ours, self.bare, strict=True)]

    @property
    def ours_wall(self) -> float:
        return median(spent.wall for spent in self.ours)

    def details(self) -> dict[str, Any]:
        return {
            "ours_s": round(self.ours_wall, 4),
            "bare_s": round(median(spent.wall for spent in self.bare), 4),
            "ours_cpu_s": round(median(spent.cpu for spent in self.ours), 4),
            "bare_cpu_s": round(median(spent.cpu for spent in self.bare), 4),
            "rounds": len(self.ours),
        }


def compare(
    *,
    ours: Step,
    bare: Step,
    rounds: int,
    before: Step = lambda: None,
    watch: Stopwatch | None = None,
    warm_up: bool = True,
) -> Comparison:
    """Run bare and ours in turn; ``before`` puts everything back and is not timed."""
    watch = watch or Stopwatch()
    found = Comparison(noisy=is_noisy())
    with frozen_garbage():
        for number in range(-1 if warm_up else 0, rounds):
            for step, kept in ((bare, found.bare), (ours, found.ours)):
                before()
                spent = watch.time(step)
                if number >= 0:
                    kept.append(spent)
    return found


def ratio_line(
    found: Comparison,
    *,
    bench: str,
    engine: str,
    size: int,
    goal: Goal | None,
    measure: str = "time of bare",
    **details: Any,
) -> Line:
    """How many times the bare twin's seconds ours took."""
    ratios = found.ratios
    return Line(
        bench=bench,
        engine=engine,
        size=size,
        measure=measure,
        unit="x",
        value=median(ratios),
        low=min(ratios),
        high=max(ratios),
        goal=goal,
        noisy=found.noisy,
        details=found.details() | details,
    )


def plain_line(
    bench: str,
    engine: str,
    size: int,
    measure: str,
    unit: str,
    values: list[float],
    goal: Goal | None = None,
    **details: Any,
) -> Line:
    """A measure without a twin: seconds, milliseconds, a rate, an exponent, a count."""
    return Line(
        bench=bench,
        engine=engine,
        size=size,
        measure=measure,
        unit=unit,
        value=median(values),
        low=min(values),
        high=max(values),
        goal=goal,
        noisy=is_noisy(),
        details=details,
    )


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
