"""The book of all invented work: each step of a task changes it and writes its journal.

Steps go through the table of transitions, so that no task stands where it could not have come to.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from campaigns.models import Outcome
from entrypoints.demo.book import SCHEDULER, Book, by
from entrypoints.demo.facts import Purpose
from entrypoints.demo.records import AttemptRow, TaskRow, WorkListRow
from worklists.lifecycle import OPEN, TaskAction, TaskState, after
from worklists.models.task import Finish, TaskKind


class Chronicle(Book):
    """Tasks and their work-lists, step by step."""

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[tuple[int, int], WorkListRow] = {}
        self._tasks_of: dict[int, list[TaskRow]] = defaultdict(list)

    def open_list(
        self,
        unit_id: int,
        centre_id: int,
        client_id: int,
        campaign_id: int,
        *,
        at: datetime,
        initiator: str,
        origin: WorkListRow | None = None,
        responsible_id: int | None = None,
    ) -> WorkListRow:
        """The client's open work-list in the unit, a new one if there is none (rule 1)."""
        standing = self._open.get((unit_id, client_id))
        if standing is not None:
            return standing
        row = WorkListRow(
            id=len(self.work_lists) + 1,
            unit_id=unit_id,
            client_id=client_id,
            centre_id=centre_id,
            campaign_id=campaign_id,
            initiator=initiator,
            responsible_id=responsible_id,
            origin_id=origin.id if origin else None,
            opened_at=at,
        )
        self.work_lists.append(row)
        self._open[unit_id, client_id] = row
        self.known_to.add((client_id, unit_id))
        details = {"unit_id": unit_id, "client_id": client_id, "campaign_id": campaign_id}
        if origin:
            details["origin_id"] = origin.id
        self.note(at, initiator, "work_list", row.id, "WorkListOpened", details)
        return row

    def has_open_list(self, unit_id: int, client_id: int) -> bool:
        """Whether the unit has an open work-list of the client."""
        return (unit_id, client_id) in self._open

    def untouched_beside(self, task: TaskRow) -> list[TaskRow]:
        """The other calls of the work-list that nobody has begun."""
        return [
            one
            for one in self._tasks_of[task.work_list_id]
            if one is not task
            and one.kind is TaskKind.CALL
            and one.state is TaskState.PLANNED
            and not one.claim_token
        ]

    def add_task(
        self,
        work_list: WorkListRow,
        campaign: Purpose,
        *,
        asset_id: int | None,
        at: datetime,
        due_at: datetime,
        zone: str,
        actor: str,
        kind: TaskKind = TaskKind.CALL,
        goal: str = "",
        comment: str = "",
        performer_id: int | None = None,
        predecessor: TaskRow | None = None,
        lead: tuple[int, int] | None = None,
    ) -> TaskRow:
        """A planned task; ``lead`` is the lead's and its run's key."""
        task = TaskRow(
            id=len(self.tasks) + 1,
            work_list_id=work_list.id,
            unit_id=work_list.unit_id,
            client_id=work_list.client_id,
            campaign_id=campaign.id,
            asset_id=asset_id,
            asset_key=asset_id or 0,
            kind=kind,
            priority=1 if kind is TaskKind.CALLBACK else campaign.priority,
            goal=goal or campaign.goal,
            due_at=due_at,
            time_zone=zone,
            created_at=at,
            created_by=actor,
            comment=comment,
            performer_id=performer_id,
            predecessor_id=predecessor.id if predecessor else None,
            lead_id=lead[0] if lead else None,
        )
        self.tasks.append(task)
        self._tasks_of[work_list.id].append(task)
        details: dict[str, Any]
        if lead:
            event, details = "TaskAppended", {"campaign_id": campaign.id, "run_id": lead[1]}
        else:
            event, details = "TaskPlanned", {"kind": kind.value, "due_at": due_at.isoformat()}
            if predecessor:
                details["predecessor_id"] = predecessor.id
            if performer_id:
                details["performer_id"] = performer_id
        self.note(at, actor, "task", task.id, event, details, to_state=task.state)
        return task

    def take(self, task: TaskRow, employee_id: int, at: datetime, *, lease: timedelta) -> None:
        """Somebody takes the task into work."""
        from_state = self._move(task, TaskAction.TAKE)
        task.performer_id = employee_id
        task.claim_token += 1
        task.taken_at, task.lease_until, task.overdue_at = at, at + lease, None
        details = {
            "performer_id": employee_id,
            "token": task.claim_token,
            "client_id": task.client_id,
            "lease_until": task.lease_until.isoformat(),
        }
        self._step(task, at, by(employee_id), "TaskTaken", from_state, details)

    def release(self, task: TaskRow, at: datetime, *, ran_out: bool) -> None:
        """Given back without an outcome, or the browser is gone."""
        holder = task.performer_id
        from_state = self._move(task, TaskAction.RELEASE)
        details = {"performer_id": holder, "token": task.claim_token}
        task.performer_id = task.lease_until = task.taken_at = None
        event, actor = (
            ("LeaseRanOut", SCHEDULER) if ran_out else ("TaskReleased", f"employee:{holder}")
        )
        self._step(task, at, actor, event, from_state, details)

    def attempt(
        self,
        task: TaskRow,
        outcome: Outcome,
        at: datetime,
        *,
        result: int | None = None,
        comment: str = "",
        contact_id: int | None = None,
        mileage: int | None = None,
        acquisition: int | None = None,
        copied_from: AttemptRow | None = None,
    ) -> AttemptRow:
        """One contact by the task's performer; how the task goes on is a step of its own."""
        assert task.performer_id is not None
        row = AttemptRow(
            id=len(self.attempts) + 1,
            task_id=task.id,
            unit_id=task.unit_id,
            client_id=task.client_id,
            campaign_id=task.campaign_id,
            asset_id=task.asset_id,
            employee_id=task.performer_id,
            contact_point_id=contact_id,
            outcome=outcome,
            at=at,
            result_version_id=result,
            comment=comment,
            mileage_km=mileage,
            acquisition_id=acquisition,
            copied_from_id=copied_from.id if copied_from else None,
        )
        self.attempts.append(row)
        task.attempts += 1
        task.outcome, task.result_version_id, task.comment = outcome, result, comment
        return row

    def defer(self, task: TaskRow, row: AttemptRow, until: datetime, keep: bool) -> None:
        """Comes back at that time; ``keep``: to the same person."""
        from_state = self._move(task, TaskAction.DEFER)
        actor = by(row.employee_id)
        task.due_at, task.lease_until, task.taken_at = until, None, None
        if not keep:
            task.performer_id = None
        details = _outcome(row) | {"due_at": until.isoformat()}
        self._step(task, row.at, actor, "AttemptRecorded", from_state, details)

    def come_back(self, task: TaskRow) -> None:
        """The sweep brings a deferred task back when its time has come."""
        from_state = self._move(task, TaskAction.RETURN)
        task.occurrence += 1
        self._step(task, task.due_at, SCHEDULER, "TaskReturned", from_state, {})

    def watch(self, task: TaskRow, row: AttemptRow, until: datetime) -> None:
        """The result is recorded and watched until its control date."""
        from_state = self._move(task, TaskAction.PUT_ON_CONTROL)
        task.control_at, task.control_by_id = until, row.employee_id
        task.lease_until = None
        details = _outcome(row) | {"control_at": until.isoformat()}
        self._step(task, row.at, by(row.employee_id), "AttemptRecorded", from_state, details)

    def notice_control(self, task: TaskRow) -> None:
        """The sweep has told that the control date has come."""
        assert task.control_at is not None and task.control_by_id is not None
        task.control_due_at = task.control_at
        self.note(task.control_at, SCHEDULER, "task", task.id, "ControlCameDue", {})
        occasion = f"control:{task.id}:{task.occurrence}"
        self.notify(task.control_by_id, "control_due", task, occasion, task.control_at)

    def finish(self, task: TaskRow, row: AttemptRow, finish: Finish) -> None:
        """The attempt ends the task."""
        details = _outcome(row) | {"finish": finish.value}
        if row.copied_from_id:
            details["copied_from_id"] = row.copied_from_id
        self.close(
            task, TaskAction.COMPLETE, finish, row.at, row.employee_id, "AttemptRecorded", details
        )

    def close(
        self,
        task: TaskRow,
        action: TaskAction,
        finish: Finish,
        at: datetime,
        employee_id: int,
        event: str,
        details: dict[str, Any],
    ) -> None:
        """Close the task and, with its last one, the work-list (rule 3)."""
        from_state = self._move(task, action)
        task.finish, task.closed_at, task.closed_by_id = finish, at, employee_id
        task.lease_until = task.overdue_at = None
        self._step(task, at, by(employee_id), event, from_state, details)
        self.finish_involvement(task, at, employee_id)
        work_list = self.work_lists[task.work_list_id - 1]
        tasks = self._tasks_of[work_list.id]
        if any(one.state in OPEN for one in tasks):
            return
        # Stories are told one after another: the task told last need not be the last in time.
        closed_at, closer = max((one.closed_at or at, one.closed_by_id or 0) for one in tasks)
        work_list.closed_at = closed_at
        del self._open[work_list.unit_id, work_list.client_id]
        self.note(closed_at, by(closer), "work_list", work_list.id, "WorkListClosed", {})

    def become_overdue(self, task: TaskRow, at: datetime) -> None:
        """The sweep noticed that nobody took the task in time."""
        task.overdue_at = at
        self.note(at, SCHEDULER, "task", task.id, "TaskBecameOverdue", {})

    def _move(self, task: TaskRow, action: TaskAction) -> TaskState:
        from_state, task.state = task.state, after(task.state, action)
        if action not in (TaskAction.TAKE, TaskAction.RELEASE):
            task.version += 1
        return from_state

    def _step(
        self, task: TaskRow, at: datetime, actor: str, event: str, from_state: TaskState,
        details: dict[str, Any],
    ) -> None:  # fmt: skip
        self.note(at, actor, "task", task.id, event, details, from_state, task.state)


def _outcome(row: AttemptRow) -> dict[str, Any]:
    details: dict[str, Any] = {"attempt_id": row.id, "outcome": row.outcome.value}
    if row.result_version_id:
        details["result_version_id"] = row.result_version_id
    return details
