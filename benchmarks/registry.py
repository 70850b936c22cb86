"""What can be measured, and how large."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module

from benchmarks.harness import Line


class Size(StrEnum):
    """How much data."""

    SMOKE = "smoke"
    FULL = "full"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line asked for."""

    size: Size
    engines: tuple[str, ...]

    def pick(self, smoke: int, full: int) -> int:
        """The number that belongs to the size."""
        return full if self.size is Size.FULL else smoke


Bench = Callable[[Options], Iterator[Line]]

_MODULES = (
    "start_up",
    "reading",
    "importing",
    "loads",
    "forming",
    "selections",
    "claims",
    "crowds",
    "outcomes",
    "sweeps",
    "pages",
    "searches",
    "cycles",
    "exports",
)


def _later(module: str) -> Bench:
    """A bench whose module is loaded when it runs: one must not slow down another's start."""

    def run(options: Options) -> Iterator[Line]:
        bench: Bench = import_module(f"benchmarks.{module}").run
        return bench(options)

    return run


BENCHES: Mapping[str, Bench] = {module: _later(module) for module in _MODULES}
