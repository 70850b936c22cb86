"""What became of the rows of a load: one verdict for each, and what is to be told about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from importers.loads.doubts import Doubt
from importers.problems import RowProblem, RowProblemCode, Skipped


class Verdict(StrEnum):
    """What became of a row: exactly one for each."""

    NEW = "new"
    """Made a record that was not there."""
    MATCHED = "matched"
    """All that it says was known."""
    APPENDED = "appended"
    """Added a part to a known record: a line to a work order."""
    REFRESHED = "refreshed"
    """Filled in what a known record did not have, or is news about it."""
    BLOCKED = "blocked"
    """Must not be taken: a person has decided otherwise before."""
    DOUBTFUL = "doubtful"
    """Whom or what it concerns is not certain: nothing was written."""
    INVALID = "invalid"
    """Lacks what a row of the format must have."""
    SKIPPED = "skipped"
    """Older than what is known: there is nothing to take from it."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict of one row with what is to be told."""

    verdict: Verdict
    problems: tuple[RowProblem, ...] = ()
    doubt: Doubt | None = None
    """Of a doubtful row whose person somebody can tell: who may be meant."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing to be told about a row; ``column``: the heading, "" for the whole row."""

    row: int
    column: str
    code: RowProblemCode
    value: str


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The whole load: ``counts`` holds every verdict and adds up to ``rows``.

    ``errors``: why rows were not taken, and what of taken rows was left out or mended.
    """

    rows: int
    counts: Mapping[Verdict, int]
    errors: tuple[RowError, ...]
    skipped_lines: Skipped = field(default_factory=Skipped)
    """Lines of the file that are no rows: blanks, totals, headings again."""


class Doubtful(Exception):
    """The row is not certain to concern what it seems to; never leaves ``importers.loads``."""

    def __init__(self, code: RowProblemCode, value: str = "", doubt: Doubt | None = None) -> None:
        super().__init__(code.value)
        self.ruling = Ruling(Verdict.DOUBTFUL, (RowProblem("", code, value),), doubt=doubt)
