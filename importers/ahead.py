"""The next item is made while the last one is used: one ahead, in a thread of its own.

Worth it where whoever uses an item mostly waits for somebody else, as for a database.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")


@contextmanager
def made_ahead(items: Iterator[_T]) -> Iterator[Iterator[_T]]:
    """Within the block, the same items in their order; an error comes where its item would.

    Leaving the block waits for the item that is being made.
    """
    end = object()
    with ThreadPoolExecutor(1, "ahead") as thread:

        def taken() -> Iterator[_T]:
            coming = thread.submit(next, items, end)
            while (item := coming.result()) is not end:
                coming = thread.submit(next, items, end)
                yield item  # type: ignore[misc]

        yield taken()
