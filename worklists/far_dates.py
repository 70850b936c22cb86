"""Dates too far ahead: one mistyped year must not take a client out of the work (A14, A16)."""

from datetime import datetime, timedelta

from core.errors import Invalid

ASKED_BEYOND = timedelta(days=366)
"""A call promised for later than this is asked about."""
FARTHEST = timedelta(days=731)
"""Nothing is planned or watched for longer than two years."""


class TooFar(Invalid):
    """More than two years ahead; ``years``: how many whole years, ``field``: what it was typed in.

    Never right: campaigns do not look so far ahead, years are mistyped.
    """

    def __init__(self, at: datetime, *, now: datetime, field: str) -> None:
        super().__init__(at)
        self.years = (at - now).days // 365
        self.field = field


class FarAhead(Invalid):
    """More than a year ahead: the date counts once it is confirmed."""

    field = "new_task_due_at"

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


def check_not_too_far(at: datetime, *, now: datetime, field: str) -> None:
    """Raise TooFar at ``field`` for a moment that nobody can mean."""
    if at - now > FARTHEST:
        raise TooFar(at, now=now, field=field)


def check_planned_for(at: datetime, *, is_confirmed: bool, now: datetime) -> None:
    """Raise TooFar, or FarAhead unless the far date is confirmed."""
    check_not_too_far(at, now=now, field=FarAhead.field)
    if at - now > ASKED_BEYOND and not is_confirmed:
        raise FarAhead(at)
