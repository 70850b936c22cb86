"""What became of the rows of a load: one verdict for each, and what is to be told about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from importers.loads.doubts import Doubt, cause_of
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


REJECTED = (Verdict.INVALID, Verdict.DOUBTFUL)
"""Verdicts of rows of which nothing was written: they can be decided, mended, loaded again."""
NOT_LOADED = (Verdict.BLOCKED, *REJECTED)
"""Verdicts of rows of which nothing was written and of which somebody should know why."""


class Numbered(Protocol):
    """A record that gets its number when its batch is written."""

    @property
    def id(self) -> int | None:
        """None before that."""


@dataclass(frozen=True, slots=True)
class Known:
    """A record that was there before the batch."""

    id: int | None


@dataclass(slots=True)
class Ruling:
    """The verdict of one row with what is to be told, and whom and which task it concerns.

    Not frozen: one is made for each row, and freezing doubles the price of making it.
    """

    verdict: Verdict
    problems: tuple[RowProblem, ...] = ()
    client: Numbered | None = None
    task: Numbered | None = None
    doubt: Doubt | None = None
    """Of a doubtful row whose person somebody can tell: who may be meant."""

    @property
    def client_id(self) -> int | None:
        """Known when the batch is written."""
        return self.client.id if self.client is not None else None

    @property
    def cause(self) -> str | None:
        """Why the person is doubtful: the key of ``importers.loads.doubts.Cause``."""
        return cause_of(self.problems[0].code, self.doubt).key if self.doubt is not None else None

    @property
    def task_id(self) -> int | None:
        """Known when the batch is written."""
        return self.task.id if self.task is not None else None


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
    unread: tuple[str, ...] = ()
    """Headings of columns of which nothing is loaded."""


class Doubtful(Exception):
    """The row is not certain to concern what it seems to; never leaves ``importers.loads``."""

    def __init__(self, code: RowProblemCode, value: str = "", doubt: Doubt | None = None) -> None:
        super().__init__(code.value)
        self.ruling = Ruling(Verdict.DOUBTFUL, (RowProblem("", code, value),), doubt=doubt)
