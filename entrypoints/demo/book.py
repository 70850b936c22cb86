"""What surrounds the invented tasks: bookings, involvements, notifications and the journal."""

from datetime import date, datetime
from typing import Any

from directory.clients.models import RefusalScope
from entrypoints.demo.records import AttemptRow, JournalRow, TaskRow, WorkListRow
from worklists.models.attempt import ServiceRequestState
from worklists.models.task import TaskKind

SCHEDULER = "scheduler"


def by(employee_id: int) -> str:
    """The journal's key of a person."""
    return f"employee:{employee_id}"


class Book:
    """Rows of everything that happened, with the keys already given."""

    def __init__(self) -> None:
        self.work_lists: list[WorkListRow] = []
        self.tasks: list[TaskRow] = []
        self.attempts: list[AttemptRow] = []
        self.journal: list[JournalRow] = []
        self.requests: list[tuple[Any, ...]] = []
        self.involvements: list[list[Any]] = []
        self.notifications: list[tuple[Any, ...]] = []
        self.refusals: list[tuple[Any, ...]] = []
        self.readings: list[tuple[Any, ...]] = []
        self.known_to: set[tuple[int, int]] = set()
        """Client and unit: involving a unit lets it see the client."""
        self.phoned_now: set[int] = set()
        """Clients of whom a task is in work: one at a time over all units (rule 8)."""

    def involve(self, source: TaskRow, target: TaskRow, employee_id: int, at: datetime) -> None:
        """``target`` was made in another unit's work-list because of ``source`` (rule 4)."""
        key = len(self.involvements) + 1
        self.involvements.append(
            [key, source.work_list_id, source.id, target.work_list_id, target.id,
             employee_id, at, None]
        )  # fmt: skip
        asked = {"involvement_id": key, "to_task_id": target.id}
        self.note(
            at,
            by(employee_id),
            "work_list",
            source.work_list_id,
            "UnitInvolved",
            asked | {"unit_id": target.unit_id, "to_work_list_id": target.work_list_id},
        )
        self.note(at, by(employee_id), "work_list", target.work_list_id, "AskedByUnit",
                   asked | {"from_work_list_id": source.work_list_id})  # fmt: skip

    def request_service(
        self, task: TaskRow, workshop_id: int, wanted_on: date, minute: int | None, work: str,
        at: datetime, state: ServiceRequestState = ServiceRequestState.REQUESTED,
    ) -> None:  # fmt: skip
        """A booking into a workshop made in the call."""
        assert task.performer_id is not None
        key = len(self.requests) + 1
        self.requests.append(
            (key, task.work_list_id, task.id, task.client_id, task.asset_id, workshop_id,
             wanted_on, minute, work, "", state, task.performer_id, at)
        )  # fmt: skip
        details = {"service_request_id": key, "workshop_id": workshop_id,
                   "wanted_on": wanted_on.isoformat()}  # fmt: skip
        self.note(at, by(task.performer_id), "task", task.id, "ServiceRequested", details)

    def notify(
        self, employee_id: int, kind: str, task: TaskRow, occasion: str, at: datetime
    ) -> None:  # fmt: skip
        """Tell a person, once per occasion."""
        self.notifications.append((employee_id, kind, task.id, task.work_list_id, occasion, at))

    def refuse(
        self, row: AttemptRow, scope: RefusalScope, purpose: str | None, reason: str
    ) -> None:
        """The client does not want to be called any more."""
        self.refusals.append(
            (row.client_id, scope, None, purpose, None, reason, f"attempt:{row.id}", row.at)
        )

    def finish_involvement(self, task: TaskRow, at: datetime, employee_id: int) -> None:
        """What another unit asked for is closed: both sides and the one who asked are told."""
        if task.kind is not TaskKind.DEPARTMENT or task.finish is None:
            return
        for row in self.involvements:
            if row[4] == task.id:
                row[7] = at
                details = {"involvement_id": row[0], "to_task_id": task.id,
                           "finish": task.finish.value, "comment": task.comment}  # fmt: skip
                for work_list_id in (row[1], row[3]):
                    self.note(at, by(employee_id), "work_list", work_list_id,
                               "InvolvementFinished", details)  # fmt: skip
                # The asker's own task stands for it: the other unit's is not seen by them.
                asking = self.tasks[row[2] - 1]
                self.notify(row[5], "involvement_done", asking, f"involvement:{row[0]}", at)

    def note(
        self, at: datetime, actor: str, subject: str, key: int, event: str,
        details: dict[str, Any], from_state: str | None = None, to_state: str | None = None,
    ) -> None:  # fmt: skip
        """Write one line of the journal."""
        self.journal.append(
            JournalRow(at, actor, subject, key, event, from_state and str(from_state),
                       to_state and str(to_state), details)
        )  # fmt: skip
