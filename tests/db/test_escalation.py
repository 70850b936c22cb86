"""Escalation: each level once per occurrence, in working time, one digest a person (rule 15)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign, CampaignState
from core.db import Database
from core.journal import JournalEntry
from core.outbox import OutboxMessage, send_due
from core.settings import Settings
from directory.calendars.models import CalendarDay, DayKind, DaySource
from directory.staff.models import Employee, Role
from directory.units.models import Unit
from tests.conftest import NOON
from tests.given import Given
from webui.notification_mail import notification_way
from worklists.card.mail_choices import MAIL_KIND
from worklists.card.models import MailAddress, MailChoice
from worklists.escalation import sweep
from worklists.escalation.models import Escalation, EscalationPerson, EscalationRule
from worklists.escalation.seen import Waits, escalations
from worklists.escalation.sweep import escalate
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.task import Task, TaskKind

HOUR = timedelta(hours=1)
MORNING = datetime(2026, 3, 18, 6, tzinfo=UTC)
"""Wednesday, nine in Moscow: the working day begins."""


class Scene:
    """A company with a head, a unit with a supervisor and a manager."""

    def __init__(self, session: Session) -> None:
        self.given = Given(session, now=MORNING - timedelta(days=9))
        self.company = self.given.unit("Компания")
        self.unit = self.given.unit("Сервис", parent=self.company)
        self.head = self.given.employee("Голова", role=Role.HEAD, unit=self.company)
        self.boss = self.given.employee("Супер", role=Role.SUPERVISOR, unit=self.unit)
        self.caller = self.given.employee("Мария", unit=self.unit)
        self.given.catalogue()

    def callback(self, **values: Any) -> Task:
        plain = {"unit": self.unit, "kind": TaskKind.CALLBACK, "performer": self.caller,
                 "due_at": MORNING}  # fmt: skip
        return self.given.task(**(plain | values))

    def rule(self, unit: Unit, **values: Any) -> None:
        plain = {"take_hours": 4, "done_hours": 8, "step_hours": 4, "highest": 3,
                 "with_calls": True, "changed_at": MORNING}  # fmt: skip
        self.given.session.add(EscalationRule(unit_id=unit.id, **(plain | values)))


@contextmanager
def scene(database: Database) -> Iterator[Scene]:
    with database.unit_of_work() as session:
        yield Scene(session)


def tick(database: Database, at: datetime) -> int:
    return escalate(database, lambda _session: at, default_zone="Europe/Moscow")


def levels(database: Database, task: Task) -> list[int]:
    with database.reading() as session:
        rows = select(Escalation.level).where(Escalation.task_id == task.id)
        return list(session.scalars(rows.order_by(Escalation.id)))


def digests(database: Database, person: Employee) -> list[int]:
    """How many tasks each digest of the person was about."""
    with database.reading() as session:
        rows = select(Notification.tasks).where(
            Notification.employee_id == person.id, Notification.kind == "escalated"
        )
        return list(session.scalars(rows.order_by(Notification.id)))


def test_levels_follow_each_other_in_working_time_each_once(database: Database) -> None:
    with scene(database) as s:
        task = s.callback()
        s.given.task(unit=s.unit, due_at=MORNING - timedelta(days=5))  # nobody's call: the queue's
    assert tick(database, MORNING + 4 * HOUR - timedelta(minutes=1)) == 0
    for _ in range(2):
        tick(database, MORNING + 4 * HOUR)
    assert levels(database, task) == [1] and digests(database, s.caller) == [1]
    for _ in range(2):
        tick(database, MORNING + 8 * HOUR)
    assert levels(database, task) == [1, 2]
    assert tick(database, MORNING + 13 * HOUR) == 0  # ten in the evening: nobody is told
    thursday = MORNING + timedelta(days=1)
    assert tick(database, thursday + 3 * HOUR) == 1  # one hour yesterday, three today
    assert levels(database, task) == [1, 2, 3]
    assert [digests(database, one) for one in (s.caller, s.boss, s.head)] == [[1]] * 3
    with database.reading() as session:
        entries = session.scalars(
            select(JournalEntry).where(JournalEntry.event == "TaskEscalated")
        ).all()
    assert [(e.subject_id, e.details["level"], e.details["told"]) for e in entries] == [
        (task.id, 1, [s.caller.id]), (task.id, 2, [s.boss.id]), (task.id, 3, [s.head.id])
    ]  # fmt: skip


def test_the_last_level_is_told_again_every_working_day(database: Database) -> None:
    with scene(database) as s:
        s.rule(s.company, highest=2, step_hours=1)
        s.callback()
    friday = MORNING + timedelta(days=2)
    tick(database, friday)
    for hours in (1, 1.5, 3, 8):
        tick(database, friday + hours * HOUR)
    assert digests(database, s.boss) == [1]
    for days in (1, 2):  # the weekend
        tick(database, friday + timedelta(days=days))
    assert digests(database, s.boss) == [1]
    for hours in (0, 1, 2):
        tick(database, friday + timedelta(days=3) + hours * HOUR)
    assert digests(database, s.boss) == [1, 1]
    assert digests(database, s.head) == [] and digests(database, s.caller) == [1]


def test_a_pause_is_caught_up_without_a_storm(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 3)
    with scene(database) as s:
        mine = [s.callback(due_at=MORNING + i * HOUR / 10) for i in range(7)]
        s.given.session.add_all(
            [MailAddress(employee_id=s.caller.id, address="m@example.org", changed_at=NOON),
             MailChoice(employee_id=s.caller.id, kind="escalated")]
        )  # fmt: skip
    late = MORNING + timedelta(days=5)
    assert tick(database, late) == 7
    assert all(levels(database, task) == [1] for task in mine)
    assert (digests(database, s.caller), digests(database, s.boss)) == ([7], [])
    assert tick(database, late + 4 * HOUR) == 7
    assert digests(database, s.boss) == [7]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_many_schedulers_tell_once(database: Database) -> None:
    with scene(database) as s:
        for minutes in range(30):
            s.callback(due_at=MORNING - timedelta(minutes=minutes))
    failures: list[BaseException] = []

    def run() -> None:
        try:
            for hours in (4, 8, 12):
                tick(database, MORNING + timedelta(days=hours // 12) + hours % 12 * HOUR)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        told = session.scalar(select(func.count()).select_from(EscalationPerson))
        journal = session.scalar(select(func.count()).where(JournalEntry.event == "TaskEscalated"))
        rows = session.scalar(select(func.count()).select_from(Escalation))
        tasks = session.scalar(select(func.sum(Notification.tasks)))
    assert rows == told == journal == 60
    assert tasks == 60


def test_absent_people_have_substitutes_and_the_gone_are_skipped(database: Database) -> None:
    with scene(database) as s:
        stand_in = s.given.employee("Замена", unit=s.unit)
        stranger = s.given.employee("Чужая", unit=s.given.unit("Чужое"))
        away = s.given.employee("В отпуске", unit=s.unit)
        alone = s.given.employee("Без замены", unit=s.unit)
        gone = s.given.employee("Уволена", unit=s.unit)
        unseen = s.given.employee("С чужой", unit=s.unit)
        gone.is_active = False
        s.given.absence(away, days=30, substitute=stand_in)
        s.given.absence(alone, days=30)
        s.given.absence(unseen, days=30, substitute=stranger)
        for performer in (away, alone, gone, unseen):
            s.callback(performer=performer)
    tick(database, MORNING + 4 * HOUR)
    assert digests(database, stand_in) == [1]
    assert digests(database, s.boss) == [3]
    assert [digests(database, one) for one in (away, alone, gone, unseen, stranger)] == [[]] * 5
    with database.unit_of_work() as session:
        session.get_one(Employee, s.boss.id).is_active = False
    tick(database, MORNING + 8 * HOUR)
    assert digests(database, s.head) == [4]


def test_callbacks_of_a_paused_campaign_rest_and_go_on_where_they_were(database: Database) -> None:
    with scene(database) as s:
        s.rule(s.company, highest=1)
        task = s.callback()
        resting = s.given.campaign("resting", state=CampaignState.PAUSED)
        never = s.callback(campaign=resting)
        control = s.callback(campaign=resting, state=TaskState.ON_CONTROL, control_at=MORNING,
                             control_by_id=s.caller.id)  # fmt: skip
    tick(database, MORNING + 4 * HOUR)
    assert (levels(database, task), levels(database, never)) == ([1], [])
    move(database, task, CampaignState.FINISHED)
    thursday = MORNING + timedelta(days=1)
    tick(database, thursday)
    assert levels(database, control) == [1] and digests(database, s.caller) == [1, 1]
    tick(database, thursday + timedelta(days=1))
    assert digests(database, s.caller) == [1, 1, 1], "the control alone"
    move(database, task, CampaignState.ACTIVE)
    tick(database, thursday + timedelta(days=4))
    assert digests(database, s.caller) == [1, 1, 1, 2]
    assert levels(database, task) == [1]


def move(database: Database, task: Task, state: CampaignState) -> None:
    with database.unit_of_work() as session:
        session.get_one(Campaign, task.campaign_id).state = state


def test_holidays_do_not_count_and_units_have_their_own_rules(database: Database) -> None:
    with scene(database) as s:
        calendar = s.given.calendar(s.company)
        s.given.session.add(
            CalendarDay(calendar_id=calendar.id, day_on=MORNING.date(), kind=DayKind.DAY_OFF,
                        source=DaySource.OWN)
        )  # fmt: skip
        s.rule(s.company, take_hours=2)
        quiet = s.given.unit("Тихое", parent=s.company)
        s.rule(quiet, highest=0)
        task, other = s.callback(), s.callback(unit=quiet)
    assert tick(database, MORNING + 8 * HOUR) == 0
    thursday = MORNING + timedelta(days=1)
    assert tick(database, thursday + HOUR) == 0
    assert tick(database, thursday + 2 * HOUR) == 1
    assert (levels(database, task), levels(database, other)) == ([1], [])


def test_hours_are_whole_hours_on_the_day_the_clock_moves(database: Database) -> None:
    """On 2026-03-29 Kyiv goes from three straight to four; the unit works Sunday from two."""
    with scene(database) as s:
        unit = s.given.unit("Киев", parent=s.company, time_zone="Europe/Kyiv")
        calendar = s.given.calendar(unit)
        calendar.week = [[[120, 600]]] * 7
        s.rule(unit, take_hours=2)
        begin = datetime(2026, 3, 29, 0, tzinfo=UTC)  # two o'clock there
        task = s.callback(unit=unit, due_at=begin)
    assert tick(database, begin + 2 * HOUR - timedelta(minutes=1)) == 0
    assert tick(database, begin + 2 * HOUR) == 1
    assert levels(database, task) == [1]


def test_what_was_done_or_begins_anew_escalates_anew_or_not_at_all(database: Database) -> None:
    with scene(database) as s:
        task, done = s.callback(), s.callback()
    tick(database, MORNING + 4 * HOUR)
    with database.unit_of_work() as session:
        session.get_one(Task, task.id).due_at = MORNING + 6 * HOUR
        gone = session.get_one(Task, done.id)
        gone.state, gone.closed_at = TaskState.DONE, MORNING + 5 * HOUR
    assert tick(database, MORNING + 8 * HOUR) == 0
    thursday = MORNING + timedelta(days=1)
    assert tick(database, thursday + HOUR) == 1
    assert levels(database, task) == [1, 1]
    with database.reading() as session:
        ended = select(func.count()).where(Escalation.ended_at.is_not(None))
        assert session.scalar(ended) == 2
    with database.unit_of_work() as session:  # an undo brings it back: it goes on where it was
        back = session.get_one(Task, done.id)
        back.state, back.closed_at = TaskState.PLANNED, None
    assert tick(database, thursday + 2 * HOUR) == 1
    assert levels(database, done) == [1, 2]


def test_control_jobs_and_given_calls_escalate_by_their_own_clock(database: Database) -> None:
    with scene(database) as s:
        control = s.given.task(unit=s.unit, state=TaskState.ON_CONTROL, control_at=MORNING,
                               control_by_id=s.caller.id)  # fmt: skip
        job = s.given.task(unit=s.unit, kind=TaskKind.DEPARTMENT, created_at=MORNING,
                           due_at=MORNING + timedelta(days=30))  # fmt: skip
        call = s.given.task(unit=s.unit, performer=s.caller, given_at=MORNING - timedelta(days=1),
                            due_at=MORNING - timedelta(days=8),
                            client=s.given.client(unit=s.unit))  # fmt: skip
        dead = s.given.task(unit=s.unit, performer=s.caller, due_at=MORNING - timedelta(days=8),
                            client=s.given.client(unit=s.unit, phone=None))  # fmt: skip
    tick(database, MORNING + 4 * HOUR)
    assert [levels(database, one) for one in (control, job, call, dead)] == [[], [1], [1], []]
    tick(database, MORNING + 8 * HOUR)
    assert levels(database, control) == [1]
    assert digests(database, s.caller) == [1, 1]
    assert digests(database, s.boss) == [1, 2]  # a job without performer goes straight to them


def test_an_accepted_job_is_late_with_its_due_date(database: Database) -> None:
    with scene(database) as s:
        asks = s.given.unit("Продажи", parent=s.company)
        source = s.given.task(unit=asks)
        jobs = [
            s.given.task(unit=s.unit, kind=TaskKind.DEPARTMENT, created_at=MORNING,
                         performer=s.caller, due_at=MORNING + timedelta(days=1))
            for _ in range(2)
        ]  # fmt: skip
        ties = [s.given.involvement(source, s.boss, there=job) for job in jobs]
        accepted, new = jobs
        ties[0].accepted_task_id = accepted.id
        ties[1].accepted_task_id = source.id  # another one: nobody has promised this one
        boss = s.given.actor(s.boss, role=Role.SUPERVISOR)
    assert tick(database, MORNING + 4 * HOUR) == 1
    assert (levels(database, accepted), levels(database, new)) == ([], [1])
    due = MORNING + timedelta(days=1)
    tick(database, due + 8 * HOUR)
    assert levels(database, accepted) == [1]
    with database.reading() as session:
        lines = escalations(session, only_mine=False, actor=boss, now=due + 8 * HOUR)
    assert {line.task_id: (line.waits, line.is_in_no_hands) for line in lines} == {
        accepted.id: (Waits.NOT_DONE, True), new.id: (Waits.NOT_TAKEN, True),
    }  # fmt: skip


def test_the_letter_of_a_digest_names_tasks_and_no_client(
    database: Database, settings: Settings
) -> None:
    with scene(database) as s:
        tasks = [s.callback() for _ in range(2)]
        s.given.session.add_all(
            [MailAddress(employee_id=s.caller.id, address="m@example.org", changed_at=NOON),
             MailChoice(employee_id=s.caller.id, kind="escalated")]
        )  # fmt: skip
    tick(database, MORNING + 4 * HOUR)
    sent: list[Any] = []
    mailing = replace(settings, smtp_host="localhost", mail_from="a@example.org",
                      public_url="https://calls.example.org")  # fmt: skip
    ways = {MAIL_KIND: notification_way(mailing, sent.append)}
    send_due(database, lambda _session: MORNING + 5 * HOUR, ways=ways)
    (letter,) = sent
    body = letter.get_content()
    assert all(f"№ {task.id}," in body for task in tasks)
    assert "https://calls.example.org/escalations?digest=" in body and "Иванов" not in body
