"""Trying again in the unit's working time, with shared caps, as outcomes are recorded."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from core.journal import history_of
from directory.calendars.editing import add_calendar, set_day
from directory.calendars.models import DayKind
from directory.staff.models import Role
from tests.conftest import NOON
from tests.given import LEASE, Given
from tests.staff import administrator
from worklists.attempts import AttemptReport, ConsequenceKind, Recorded, record_attempt
from worklists.lifecycle import TaskState
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.undoing import undo_attempt


class Desk:
    """A client with two vehicles and a task for each, and a manager who tries in vain."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.given = Given(session)
        self.unit = self.given.unit(time_zone="Europe/Moscow")
        client = self.given.client(unit=self.unit)
        self.campaign = self.given.campaign()
        self.first = self.given.task(
            unit=self.unit, client=client, asset=self.given.asset(client), campaign=self.campaign
        )
        work_list = session.get_one(WorkList, self.first.work_list_id)
        self.second, self.callback = (
            self.given.task(
                work_list, asset=self.given.asset(client), campaign=self.campaign, kind=kind
            )
            for kind in (TaskKind.CALL, TaskKind.CALLBACK)
        )
        self.manager = self.given.manager(self.unit)
        self.keys = 0

    def try_in_vain(self, task: Task, now: datetime = NOON) -> Recorded:
        self.keys += 1
        report = AttemptReport(
            outcome=Outcome.NO_ANSWER, version=task.version, token=None, form_key=f"k{self.keys}"
        )
        return record_attempt(
            self.session, task.id, report, actor=self.manager, now=now, lease=LEASE
        )


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_a_ladder_in_working_time_follows_the_calendar_of_the_unit(desk: Desk) -> None:
    desk.campaign.retry_ladder = [{"working_days": 1}, {"working_hours": 4}]
    assert desk.try_in_vain(desk.first).consequence.at == NOON + timedelta(days=1)
    chief = desk.given.employee(role=Role.ADMINISTRATOR, unit=desk.unit)
    actor = administrator(chief, desk.unit, session=desk.session)
    row = add_calendar(desk.session, unit_id=desk.unit.id, actor=actor, now=NOON)
    for day in (19, 20):
        off = datetime(2026, 3, day).date()  # noqa: DTZ001
        set_day(desk.session, row.id, off, kind=DayKind.DAY_OFF, actor=actor, now=NOON)
    # Thursday and Friday are off now, then the weekend.
    assert desk.try_in_vain(desk.second).consequence.at == datetime(2026, 3, 23, 9, tzinfo=UTC)
    assert desk.second.due_at == datetime(2026, 3, 23, 9, tzinfo=UTC)


def test_the_parts_rotate_over_the_attempts_that_were_made(desk: Desk) -> None:
    desk.campaign.retry_ladder = [{"days": 1, "part": "other"}] * 4
    hours = []
    at = datetime(2026, 3, 16, 7, tzinfo=UTC)  # ten in the morning
    for _ in range(4):
        again = desk.try_in_vain(desk.first, at).consequence.at
        assert again is not None
        at = again
        hours.append(at.hour)
    thirds = [6, 9, 13]  # the window is 9-20: thirds from 9:00, 12:40, 16:20
    assert [thirds.index(hour) for hour in hours] == [1, 2, 0, 1]


def test_the_cap_of_a_task_ends_it_before_its_ladder(desk: Desk) -> None:
    desk.campaign.retry_ladder = [{"hours": 1}] * 5
    desk.campaign.attempts_per_task = 2
    first = desk.try_in_vain(desk.first).consequence
    assert (first.kind, first.attempts, first.of) == (ConsequenceKind.TRY_AGAIN, 1, 2)
    last = desk.try_in_vain(desk.first).consequence
    assert (last.kind, last.attempts, last.of) == (ConsequenceKind.UNREACHABLE, 2, 2)
    assert desk.first.finish is Finish.UNREACHABLE


def test_the_cap_of_a_client_ends_its_other_calls_too_and_undo_brings_them_back(
    desk: Desk,
) -> None:
    desk.campaign.retry_ladder = [{"hours": 1}] * 5
    desk.campaign.attempts_per_client = 3
    desk.try_in_vain(desk.first)
    desk.try_in_vain(desk.second)
    assert desk.first.state is desk.second.state is TaskState.DEFERRED
    last = desk.try_in_vain(desk.first)
    assert last.consequence.kind is ConsequenceKind.UNREACHABLE
    assert (desk.second.state, desk.second.finish) == (TaskState.CANCELLED, Finish.UNREACHABLE)
    assert history_of(desk.session, "task", desk.second.id)[-1].event == "TaskDroppedByCap"
    assert desk.callback.state is TaskState.PLANNED  # promised: it stays
    undo_attempt(desk.session, last.attempt.id, actor=desk.manager, now=NOON, lease=LEASE)
    desk.session.refresh(desk.second)
    assert desk.second.state is TaskState.DEFERRED
    # What was taken back does not count: the next one reaches the cap again.
    again = desk.try_in_vain(desk.first)
    assert again.consequence.kind is ConsequenceKind.UNREACHABLE
    # A callback that is not answered is not tried again either: the cap is shared.
    missed = desk.try_in_vain(desk.callback)
    assert missed.consequence.kind is ConsequenceKind.UNREACHABLE
