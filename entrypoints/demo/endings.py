"""What a call may come to, and how often it does."""

from enum import Enum, auto
from random import Random


class Ending(Enum):
    """How a task's story ends."""

    BOOKED_IN_CALL = auto()
    BOOKED = auto()
    WILL_COME = auto()
    THINKS = auto()
    ELSEWHERE = auto()
    COMPLAINT = auto()
    QUESTION = auto()
    UNREACHABLE = auto()
    REFUSED = auto()
    BAD_DATA = auto()


_WEIGHTS = {
    Ending.BOOKED_IN_CALL: 27,
    Ending.BOOKED: 9,
    Ending.WILL_COME: 12,
    Ending.THINKS: 12,
    Ending.ELSEWHERE: 9,
    Ending.COMPLAINT: 3,
    Ending.QUESTION: 3,
    Ending.UNREACHABLE: 11,
    Ending.REFUSED: 8,
    Ending.BAD_DATA: 6,
}


def choose_ending(rng: Random) -> Ending:
    """An ending as often as managers meet it."""
    return rng.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))[0]
