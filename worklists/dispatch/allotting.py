"""Who gets how many: groups of like tasks shared out among people with room. Pure."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from worklists.models.dispatch import SkipReason


@dataclass(frozen=True, kw_only=True)
class Group:
    """Tasks that the same people can take; ``size`` of them."""

    number: int
    size: int
    fits: tuple[int, ...]
    """Ids of the people who can take them."""
    reason: SkipReason
    """What is told of those that nobody gets."""


@dataclass
class Allotment:
    """For each group the people in the order of its tasks: the n-th task is the n-th one's."""

    seats: dict[int, list[int]] = field(default_factory=dict)
    given: dict[int, int] = field(default_factory=dict)


def allot(
    groups: Sequence[Group], room: dict[int, int], load: dict[int, int], *, by_load: bool
) -> Allotment:
    """Share the tasks out, nobody beyond their room.

    Each next task goes to whoever has got fewest in this run (``by_load``: to whoever would have
    fewest in hand), so that the urgent ones are spread among all. Groups that few people can take
    go first.
    """
    found = Allotment(given=dict.fromkeys(room, 0))
    for group in sorted(groups, key=lambda one: (len(one.fits), one.number)):
        found.seats[group.number] = _share(group, room, load, found.given, by_load)
    return found


def _share(
    group: Group,
    room: dict[int, int],
    load: dict[int, int],
    given: dict[int, int],
    by_load: bool,
) -> list[int]:
    def level(person: int) -> tuple[int, int, int]:
        in_hand = load[person] + given[person]
        return (in_hand if by_load else given[person], in_hand, person)

    waiting = [level(person) for person in group.fits if given[person] < room[person]]
    heapq.heapify(waiting)
    seats: list[int] = []
    while waiting and len(seats) < group.size:
        person = heapq.heappop(waiting)[-1]
        seats.append(person)
        given[person] += 1
        if given[person] < room[person]:
            heapq.heappush(waiting, level(person))
    return seats
