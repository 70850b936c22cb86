"""Which changed rows of a merge go back to the double, and which stay with the kept client.

What people did since stays where they did it. A task that somebody worked on since stays with all
that hangs on it; a work-list that has such a task, or a new one, stays whole; what the clock did
hinders nothing. A task that had been poured into the kept client's work-list goes back alone.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Base
from core.journal import JournalEntry, event_name
from directory.clients.merge_models import ClientMerge, ClientMergeMove
from directory.clients.merge_rows import columns_as_left
from worklists.events.merging import TaskFoundTwice, TaskMergeUndone, TaskOfMergedClient
from worklists.events.queue import TaskRefused
from worklists.lifecycle import OPEN
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList

_ONE_BY_ONE = {
    "clients": None,
    "contact_points": frozenset({"state", "do_not_contact", "label", "time_zone", "rank"}),
    "tasks": frozenset({"time_zone"}),
    "work_lists": frozenset({"origin_id"}),
}
"""Columns that go back each for itself (None: all of the table); all others only together."""
_NOBODYS_WORK = (TaskRefused, TaskOfMergedClient, TaskFoundTwice, TaskMergeUndone)
"""What a person causes without having worked on the task."""


class Returning:
    """The changed rows of one merge against what there is now."""

    def __init__(
        self, session: Session, merge: ClientMerge, moves: Sequence[ClientMergeMove]
    ) -> None:
        self._session, self._merge = session, merge
        self.of: dict[str, list[ClientMergeMove]] = {}
        for move in moves:
            self.of.setdefault(move.table_name, []).append(move)
        self.tasks = {
            _id(move): move
            for move in self.of.get("tasks", ())
            if move.was is not None and move.was.get("client_id") == merge.double_id
        }
        """The double's, by id."""
        lists = {_id(move): move for move in self.of.get("work_lists", ())}
        self.given_lists = {
            key for key, move in lists.items()
            if (move.was or {}).get("client_id") == merge.double_id
        }  # fmt: skip
        self.poured = {
            key: move.became["merged_into_id"]
            for key, move in lists.items()
            if key not in self.given_lists and move.became and "closed_at" in move.became
        }
        """Emptied work-lists with the one that they were poured into."""

    @cached_property
    def staying_tasks(self) -> frozenset[int]:
        """The double's tasks that stay with the kept client."""
        staying = set(self._worked_on)
        for key, move in self.tasks.items():
            if not columns_as_left(self._session, move, self._together(move)):
                staying.add(key)
        for list_id in self.given_lists:
            inside = set(self._session.scalars(select(Task.id).where(Task.work_list_id == list_id)))
            if inside & staying or inside - set(self.tasks):
                staying |= inside & set(self.tasks)
                self._staying_lists.add(list_id)
        return frozenset(staying)

    @cached_property
    def staying_lists(self) -> frozenset[int]:
        """Work-lists given by the merge that stay, and emptied ones to which nothing returns."""
        staying_tasks = self.staying_tasks
        came_from: dict[int, set[int]] = {}
        for key, move in self.tasks.items():
            came_from.setdefault((move.was or {}).get("work_list_id", 0), set()).add(key)
        for list_id in self.poured:
            if list_id in came_from and came_from[list_id] <= staying_tasks:
                self._staying_lists.add(list_id)
        return frozenset(self._staying_lists)

    def columns(self, move: ClientMergeMove) -> list[str] | None:
        """Which columns of the row go back now; None: it was made or taken away as a whole."""
        if move.was is None or move.became is None:
            return None
        together = self._together(move)
        names = [name for name in move.became if name not in together]
        if self._stays(move):
            names = [] if move.table_name == "tasks" else names
            together = []
        if together and columns_as_left(self._session, move, together):
            names += together
        return [
            name
            for name in names
            if columns_as_left(self._session, move, [name]) and self._may(move, name)
        ]

    def _together(self, move: ClientMergeMove) -> list[str]:
        alone = _ONE_BY_ONE.get(move.table_name, frozenset())
        if alone is None or move.became is None:
            return []
        return [name for name in move.became if name not in alone]

    def _stays(self, move: ClientMergeMove) -> bool:
        key = move.row_key[0]
        match move.table_name:
            case "tasks":
                return key in self.staying_tasks or (key not in self.tasks and self._is_barred(key))
            case "work_lists":
                return key in self.staying_lists
            case "leads":
                return key in self._leads_that_stay
            case "involvements":
                return self._involvement_stays(move)
            case _:
                return self._task_of.get(move.table_name, {}).get(key) in self.staying_tasks

    def _may(self, move: ClientMergeMove, name: str) -> bool:
        """A work-list that came of one that stays emptied still comes of the standing one."""
        was = (move.was or {})[name]
        return not (
            move.table_name == "work_lists"
            and name in ("origin_id", "merged_into_id")
            and was in self.staying_lists
        )

    def _is_barred(self, task_id: int) -> bool:
        """Whether a task of the kept client, ended as a twin, has no place to open again (rule 2).

        Its twin is back with the double by now, unless it stays.
        """
        task = self._session.get_one(Task, task_id, populate_existing=True)
        if task.state in OPEN:
            return False
        is_open = select(WorkList.id).where(
            WorkList.id == task.work_list_id, WorkList.closed_at.is_(None)
        )
        twin = select(Task.id).where(
            Task.work_list_id == task.work_list_id,
            Task.campaign_id == task.campaign_id,
            Task.asset_key == task.asset_key,
            Task.kind == TaskKind.CALL,
            Task.predecessor_id.is_(None),
            Task.state.in_(OPEN),
        )
        return (
            self._session.scalar(is_open) is None or self._session.scalar(twin.limit(1)) is not None
        )

    def _involvement_stays(self, move: ClientMergeMove) -> bool:
        asked, given = self._ends[move.row_key[0]]
        changed = move.was or {}
        if "from_work_list_id" in changed:
            if asked in self.staying_tasks:
                return True
            if asked is None and changed["from_work_list_id"] in self.staying_lists:
                return True
        return "to_work_list_id" in changed and given in self.staying_tasks

    @cached_property
    def _staying_lists(self) -> set[int]:
        return set()

    @cached_property
    def _worked_on(self) -> set[int]:
        """The double's tasks that a person did something with since."""
        since = (
            JournalEntry.id > self._merge.journal_id,
            JournalEntry.actor.startswith("employee:"),
            JournalEntry.event.not_in(map(event_name, _NOBODYS_WORK)),
        )
        told = select(JournalEntry.subject_id).where(JournalEntry.subject == "task", *since)
        ours = Task.id.in_(list(self.tasks))
        return set(self._session.scalars(select(Task.id).where(ours, Task.id.in_(told))))

    @cached_property
    def _leads_that_stay(self) -> set[int]:
        formed = select(Task.lead_id).where(
            Task.id.in_(self.staying_tasks), Task.lead_id.is_not(None)
        )
        return {lead for lead in self._session.scalars(formed) if lead is not None}

    @cached_property
    def _task_of(self) -> dict[str, dict[int, int | None]]:
        """Table → row → the task that it hangs on."""
        found: dict[str, dict[int, int | None]] = {}
        for name, moves in self.of.items():
            table = Base.metadata.tables[name]
            if name != "tasks" and "task_id" in table.c and "id" in table.c:
                rows = self._session.execute(
                    select(table.c.id, table.c.task_id).where(table.c.id.in_(_ids(moves)))
                )
                found[name] = {row[0]: row[1] for row in rows}
        return found

    @cached_property
    def _ends(self) -> dict[int, tuple[int | None, int | None]]:
        table = Base.metadata.tables["involvements"]
        rows = self._session.execute(
            select(table.c.id, table.c.from_task_id, table.c.to_task_id).where(
                table.c.id.in_(_ids(self.of.get("involvements", ())))
            )
        )
        return {row[0]: (row[1], row[2]) for row in rows}


def _id(move: ClientMergeMove) -> int:
    return int(move.row_key[0])


def _ids(moves: Iterable[ClientMergeMove]) -> list[Any]:
    return [move.row_key[0] for move in moves]
