"""Mileage over time as points of an inline SVG: the template draws, this counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from directory.assets.models import MileageReading

WIDTH, HEIGHT = 958, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 12, 22
_STEPS = 3
_MOST_MARKS = 40


@dataclass(frozen=True, slots=True)
class Dot:
    """One reading at its place."""

    x: float
    y: float
    reading: MileageReading


@dataclass(frozen=True, slots=True)
class MileageChart:
    """What the template needs to draw a line; ``ticks`` are (y, kilometres)."""

    width: int
    height: int
    left: int
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, int], ...]
    first_on: date
    last_on: date

    @property
    def line(self) -> str:
        """The points of the polyline."""
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)

    @property
    def area(self) -> str:
        """The path of the area under the line."""
        floor = self.height - _BOTTOM
        return (
            f"M{self.dots[0].x:.1f},{floor} L{self.line.replace(' ', ' L')} "
            f"L{self.dots[-1].x:.1f},{floor} Z"
        )


def mileage_chart(readings: Sequence[MileageReading]) -> MileageChart | None:
    """Place the readings (the oldest first); None with fewer than two days, which make no line."""
    shown = readings[-_MOST_MARKS:]
    if len({reading.read_on for reading in shown}) < 2:
        return None
    first, last = shown[0].read_on, shown[-1].read_on
    step = _round_step(max(reading.km for reading in shown))
    top = step * _STEPS
    span = (last - first).days
    dots = tuple(
        Dot(_LEFT + _across(reading.read_on, first, span), _height_of(reading.km, top), reading)
        for reading in shown
    )
    ticks = tuple((_height_of(step * place, top), step * place) for place in range(_STEPS + 1))
    return MileageChart(WIDTH, HEIGHT, _LEFT, dots, ticks, first, last)


def _across(on: date, first: date, span: int) -> float:
    return (WIDTH - _LEFT - _RIGHT) * (on - first).days / span


def _height_of(km: int, top: int) -> float:
    return _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - km / top)


def _round_step(most: int) -> int:
    """A round step (1, 2, 2.5 or 5 times a power of ten) such that all fits under the top line."""
    size = 1000
    while True:
        for tenths in (10, 20, 25, 50):
            if size * tenths // 10 * _STEPS >= most:
                return size * tenths // 10
        size *= 10
