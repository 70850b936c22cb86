"""What one batch of a load adds and fills in, so that the whole load can be taken back (A8).

Kept as JSON with the batch: table → spans of the numbers of its new rows, and table → [number,
values before, values after] of rows that were there. Only what changed is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.db import Base
from core.journal import plain_value

Span = Sequence[int]
"""The first and the last number of rows that stand one after another."""
Filling = tuple[int, dict[str, Any], dict[str, Any]]
"""Number of the row, what it had and what it has, in plain values as JSON holds them."""


class Added:
    """Collected by whoever writes the records of one batch; made anew for each batch."""

    def __init__(self) -> None:
        self._made: dict[str, list[int]] = {}
        self._filled: dict[str, list[list[Any]]] = {}

    def rows(self, table: type[Base], numbers: Iterable[int]) -> None:
        """These rows were inserted. ``client_units``: by their clients, in the unit of the load."""
        self._made.setdefault(table.__tablename__, []).extend(numbers)

    def change(
        self, table: type[Base], number: int, was: Mapping[str, Any], now: Mapping[str, Any]
    ) -> None:
        """The row was there, and has other values now; those that stayed are left out."""
        changed = [name for name in now if was[name] != now[name]]
        if changed:
            filling = [number, *({name: plain_value(of[name]) for name in changed}
                                 for of in (was, now))]  # fmt: skip
            self._filled.setdefault(table.__tablename__, []).append(filling)

    def as_json(self) -> dict[str, dict[str, Any]]:
        """``added`` and ``filled`` as ``LoadBatch`` keeps them."""
        made = {name: spans_of(numbers) for name, numbers in self._made.items() if numbers}
        return {"added": made, "filled": dict(self._filled)}


def numbers_in(spans: Iterable[Span]) -> Iterator[int]:
    """The numbers of kept spans."""
    for first, last in spans:
        yield from range(first, last + 1)


def fillings_in(kept: Iterable[Sequence[Any]]) -> Iterator[Filling]:
    """What a batch filled in, last first: a row may have been completed twice."""
    yield from ((number, was, now) for number, was, now in reversed(list(kept)))


def joined(kept: Mapping[str, Iterable[Span]], more: Added) -> dict[str, list[Span]]:
    """What was kept before and what was made since, as it is kept."""
    made = more.as_json()["added"]
    return {kind: merged([*kept.get(kind, ()), *made.get(kind, ())]) for kind in {*kept, *made}}


def spans_of(numbers: Iterable[int]) -> list[Span]:
    """The numbers as spans, in order."""
    return merged((number, number) for number in numbers)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same numbers in as few spans as there can be, in order."""
    found: list[list[int]] = []
    for first, last in sorted((first, last) for first, last in spans):
        if found and first <= found[-1][1] + 1:
            found[-1][1] = max(found[-1][1], last)
        else:
            found.append([first, last])
    return list(found)
