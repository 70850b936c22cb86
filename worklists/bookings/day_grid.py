"""The times of one day at which a vehicle may be taken in. Pure: hours and numbers go in."""

from collections.abc import Collection

from directory.calendars.working_time import Hours

CELL = 15
"""Places are taken by so many minutes: other slots tomorrow do not move what was booked today."""

Cells = frozenset[int]
Taken = Collection[tuple[int, int]]
"""Cell and post."""


def starts_of(hours: Hours, slot_minutes: int) -> list[int]:
    """Every so many minutes from the beginning of each working interval, before its end."""
    return [minute for begin, end in hours for minute in range(begin, end, slot_minutes)]


def cells_of(hours: Hours, start: int, minutes: int) -> Cells | None:
    """The cells that so much work takes from ``start`` on; None: it does not fit into the day.

    Work goes on after a break, and the vehicle stays where it is.
    """
    left, cells = minutes, set[int]()
    for begin, end in hours:
        if end <= start or left <= 0:
            continue
        first = max(begin, start)
        last = min(end, first + left)
        left -= last - first
        cells.update(range(first // CELL * CELL, last, CELL))
    return frozenset(cells) if left <= 0 else None


def is_start(hours: Hours, start: int, slot_minutes: int) -> bool:
    """Whether a vehicle is taken in at this minute."""
    return start in starts_of(hours, slot_minutes)


def free_post(taken: Taken, cells: Cells, posts: int) -> int | None:
    """The first post that is free all the time; None: there is none.

    Where there were more posts once, those beyond count too: never more at once than ``posts``.
    """
    busy: set[int] = set()
    at_once = dict.fromkeys(cells, 0)
    for minute, post in taken:
        if minute in at_once:
            busy.add(post)
            at_once[minute] += 1
    if any(count >= posts for count in at_once.values()):
        return None
    return next((post for post in range(1, posts + 1) if post not in busy), None)
