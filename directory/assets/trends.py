"""How far a vehicle goes a day, from readings of which some are wrong. Pure.

Of the last readings the longest row is believed that never goes down (unless that was confirmed)
and never faster than a vehicle can; of rows equally long, the one nearest to the vehicle's usual
pace, then the older. The daily mileage is the median of the slopes of all pairs of that row
(Theil–Sen): one reading in five may be wrong and still not move it beyond the right ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from directory.assets.forecast_models import ForecastBasis

MOST_READINGS = 12
"""Older ones say how the vehicle was driven once, not how it is driven now."""
FASTEST_KM_A_DAY = 500
"""On average; a taxi in two shifts does not come to it."""
SLACK_KM = 1_000
"""A day's long drive on top."""
SHORTEST_SPAN = 14
"""Days between two readings that a pace can be told from."""
MEASURED_READINGS, MEASURED_DAYS = 3, 180

_JUMP_READINGS, _JUMP_TIMES, _JUMP_METRES, _JUMP_KM = 4, 5, 150_000, 3_000


class DropReason(StrEnum):
    """Why a reading is not believed."""

    LOWER = "lower"
    """Lower than one before it, and nobody confirmed that."""
    HIGHER = "higher"
    """Higher than those after it: a slip of the finger as a rule."""
    TOO_FAST = "too_fast"
    """No vehicle goes so far in so few days."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the odometer showed on a day."""

    on: date
    km: int
    is_lower_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """A reading that is not believed."""

    reading: Reading
    reason: DropReason


@dataclass(frozen=True, slots=True)
class Trend:
    """Readings believed (oldest first) and not; the pace, if they tell one."""

    used: tuple[Reading, ...]
    dropped: tuple[Dropped, ...]
    metres_per_day: int | None
    basis: ForecastBasis | None
    """MEASURED or FEW; None: they tell no pace."""

    @property
    def last(self) -> Reading | None:
        """The newest reading that is believed."""
        return self.used[-1] if self.used else None


def trend_of(readings: Sequence[Reading]) -> Trend:
    """Read the trend; order does not matter, a zero is taken as «not read»."""
    known = {(one.on, one.km): one for one in readings if one.km > 0}
    for one in readings:
        if one.is_lower_confirmed and one.km > 0:
            known[one.on, one.km] = one
    shown = [known[key] for key in sorted(known)][-MOST_READINGS:]
    kept = _believed(shown)
    if _is_lone_jump([shown[at] for at in kept]):
        kept = kept[:-1]
    used = tuple(shown[at] for at in kept)
    gone = sorted(set(range(len(shown))) - set(kept))
    dropped = tuple(Dropped(shown[at], _reason(shown, kept, at)) for at in gone)
    slopes = _slopes(used)
    if not slopes:
        return Trend(used, dropped, None, None)
    days = {one.on for one in used}
    is_measured = (
        min(len(days), len(slopes)) >= MEASURED_READINGS
        and (max(days) - min(days)).days >= MEASURED_DAYS
    )
    basis = ForecastBasis.MEASURED if is_measured else ForecastBasis.FEW
    return Trend(used, dropped, _median(slopes), basis)


def _believed(shown: Sequence[Reading]) -> list[int]:
    """Places of the readings that are believed."""
    if all(_may_follow(shown, at - 1, at) for at in range(1, len(shown))):
        return list(range(len(shown)))
    pairs = {(i, j) for j in range(len(shown)) for i in range(j) if _may_follow(shown, i, j)}
    usual = _median([slope for i, j in pairs if (slope := _slope(shown[i], shown[j])) is not None])
    # The best row that ends at each reading: how many, how far off the usual pace, what precedes.
    best: list[tuple[int, int, int]] = []
    for j in range(len(shown)):
        ends = (1, 0, -1)
        for i in range(j):
            if (i, j) in pairs:
                off = _off(shown[i], shown[j], usual)
                longer = (best[i][0] + 1, best[i][1] - off, i)
                ends = longer if longer[:2] > ends[:2] else ends
        best.append(ends)
    at = max(range(len(shown)), key=lambda end: (*best[end][:2], -end))
    row: list[int] = []
    while at >= 0:
        row.append(at)
        at = best[at][2]
    return row[::-1]


def _may_follow(shown: Sequence[Reading], i: int, j: int) -> bool:
    risen = shown[j].km - shown[i].km
    if risen < 0:
        return any(shown[at].is_lower_confirmed for at in range(i + 1, j + 1))
    return risen <= FASTEST_KM_A_DAY * (shown[j].on - shown[i].on).days + SLACK_KM


def _off(earlier: Reading, later: Reading, usual: int) -> int:
    """How far in metres the later reading is from the usual pace; a confirmed fall is not."""
    risen = later.km - earlier.km
    return abs(risen * 1_000 - usual * (later.on - earlier.on).days) if risen >= 0 else 0


def _is_lone_jump(row: Sequence[Reading]) -> bool:
    """Whether the newest reading leaps as never before: believed once the next one agrees."""
    if len(row) < _JUMP_READINGS:
        return False
    before = _slopes(row[:-1])
    risen = row[-1].km - row[-2].km
    metres = risen * 1_000 // max(1, (row[-1].on - row[-2].on).days)
    usual = max(_JUMP_TIMES * _median(before), _JUMP_METRES)
    return bool(before) and risen > _JUMP_KM and metres > usual


def _reason(shown: Sequence[Reading], kept: Sequence[int], at: int) -> DropReason:
    before = max((place for place in kept if place < at), default=None)
    after = min((place for place in kept if place > at), default=None)
    if before is not None and shown[at].km < shown[before].km:
        return DropReason.LOWER
    if before is not None and not _may_follow(shown, before, at):
        return DropReason.TOO_FAST
    if after is not None and shown[at].km > shown[after].km:
        return DropReason.HIGHER
    return DropReason.TOO_FAST


def _slopes(row: Sequence[Reading]) -> list[int]:
    """Metres a day of all pairs between which nothing fell."""
    slopes: list[int] = []
    for j in range(1, len(row)):
        for i in range(j - 1, -1, -1):
            if row[i + 1].km < row[i].km:
                break
            slope = _slope(row[i], row[j])
            if slope is not None:
                slopes.append(slope)
    return slopes


def _slope(earlier: Reading, later: Reading) -> int | None:
    days = (later.on - earlier.on).days
    risen = later.km - earlier.km
    return risen * 1_000 // days if days >= SHORTEST_SPAN and risen >= 0 else None


def _median(numbers: Sequence[int]) -> int:
    """The middle one, or between the two in the middle; 0 of none."""
    if not numbers:
        return 0
    ordered = sorted(numbers)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) // 2
