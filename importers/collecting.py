"""Python's garbage collector, kept away from the handling of large files."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """Within the block nothing is collected; also a decorator."""
    # A million fresh objects and not one cycle: the collector would walk them again and again and
    # take more time than the work itself.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def collect_young() -> None:
    """Between two batches: let go what the last one has left in cycles; costs milliseconds."""
    gc.collect(1)
