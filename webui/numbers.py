"""Numbers of addresses and forms: what a database holds (for days: ``core.days``).

The only way in: a number beyond the column would be an error of the database, not of the person.
"""

from collections.abc import Iterable

from werkzeug.routing import IntegerConverter

MOST = 2_147_483_647
"""The largest id: PostgreSQL's ``integer``."""


class RowNumber(IntegerConverter):
    """``<int:…>`` of every route: an id that no row can have is no address (404)."""

    regex = r"\d{1,10}"

    def __init__(self, url_map: object, fixed_digits: int = 0) -> None:
        super().__init__(url_map, fixed_digits=fixed_digits, min=0, max=MOST)  # type: ignore[arg-type]


def row_number(text: str) -> int:
    """For ``request.args.get(…, type=row_number)`` and the like. Raises ValueError when beyond."""
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > MOST:
        raise ValueError("beyond what a row can be numbered")
    return int(text)


def row_number_or_none(text: str) -> int | None:
    """The same for a hidden field; None for what is no such number."""
    try:
        return row_number(text)
    except ValueError:
        return None


def row_numbers(texts: Iterable[str]) -> frozenset[int]:
    """Those of the ticked boxes of a form; without what is no such number."""
    return frozenset(found for text in texts if (found := row_number_or_none(text)) is not None)
