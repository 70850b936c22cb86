"""What is chosen among a file's rows: ticked ones, or all of a filter but those unticked again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.access import Actor
from importers.choices import KeptChoice
from importers.plans import RowPlan
from importers.preview import Preview, PreviewRow, choosable_ids
from webui.numbers import row_numbers

EVERYTHING = "1"
WARNED = "warned"
"""The filter of rows that are taken with a warning."""


@dataclass(frozen=True)
class Filter:
    """One group of rows, those with warnings, or all."""

    plan: RowPlan | None = None
    warned: bool = False

    @classmethod
    def of(cls, text: str) -> "Filter":
        """The filter of an address or a form; an unknown one is all rows."""
        return cls(next((plan for plan in RowPlan if plan.value == text), None), text == WARNED)

    @property
    def text(self) -> str:
        """As ``of`` reads it."""
        return self.plan.value if self.plan is not None else WARNED if self.warned else ""

    def holds(self, row: PreviewRow) -> bool:
        """Whether a task of this row would be formed by «all of this filter»."""
        is_here = self.plan in (None, row.plan) and (not self.warned or bool(row.warnings))
        return row.is_choosable and is_here


@dataclass(frozen=True)
class Choice:
    """``scope``: all rows of this filter but the ``excluded`` ones, and the ``ticked`` beside."""

    scope: Filter | None
    ticked: frozenset[int]
    excluded: frozenset[int]

    @classmethod
    def from_form(cls, asked: Any) -> "Choice":
        """The boxes of the page that was shown, and the hidden fields for those of other pages."""
        # The pressed button stands behind the hidden field of the same name.
        scope = (asked.getlist("all") or [""])[-1]
        if asked.get("clear") == "1" or scope == "0":
            return cls(None, frozenset(), frozenset())
        ticked = row_numbers(asked.getlist("row"))
        if not scope:
            return cls(None, ticked, frozenset())
        unticked = row_numbers(asked.getlist("shown")) - row_numbers(asked.getlist("kept"))
        return cls(Filter.of(scope), ticked, row_numbers(asked.getlist("except")) | unticked)

    @classmethod
    def from_kept(cls, kept: KeptChoice) -> "Choice":
        """What the person ticked before the page was opened."""
        scope = Filter.of(kept.scope) if kept.scope else None
        return cls(scope, kept.ticked, kept.excluded)

    @property
    def scope_text(self) -> str:
        """The value of the hidden field."""
        return "" if self.scope is None else self.scope.text or EVERYTHING

    def takes(self, row: PreviewRow) -> bool:
        """Whether the box of the row is ticked."""
        if self.scope is not None and self.scope.holds(row):
            return row.id not in self.excluded
        return row.id in self.ticked

    def count(self, seen: Preview) -> int:
        """How many rows are chosen."""
        if self.scope is None:
            return len(self.ticked)
        everything = seen.choosable_of(self.scope.plan, warned=self.scope.warned)
        return everything - len(self.excluded) + len(self.ticked)

    def row_ids(
        self, session: Session, file_id: int, *, actor: Actor, now: datetime
    ) -> set[int] | None:
        """The chosen rows; None means all of the file."""
        if self.scope is None:
            return set(self.ticked)
        if self.scope == Filter() and not self.excluded:
            return None
        plan, warned = self.scope.plan, self.scope.warned
        found = choosable_ids(session, file_id, actor=actor, now=now, plan=plan, warned=warned)
        return (found - self.excluded) | self.ticked

    def settled(self, session: Session, file_id: int, *, actor: Actor, now: datetime) -> "Choice":
        """Without rows that the scope holds anyway or that cannot be chosen any more.

        So nothing counts twice, and what somebody else has formed meanwhile does not count.
        """
        if not self.ticked and not self.excluded:
            return self
        free = choosable_ids(session, file_id, actor=actor, now=now)
        if self.scope is None:
            return Choice(None, self.ticked & free, frozenset())
        plan, warned = self.scope.plan, self.scope.warned
        found = choosable_ids(session, file_id, actor=actor, now=now, plan=plan, warned=warned)
        return Choice(self.scope, (self.ticked & free) - found, self.excluded & found)
