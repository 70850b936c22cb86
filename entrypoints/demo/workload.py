"""How much of what: ready-made work of every department, in every state."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from entrypoints.demo import talk
from entrypoints.demo.book import by
from entrypoints.demo.company import Centre
from entrypoints.demo.conversations import converse, play, promise_callback, repeat
from entrypoints.demo.desk import LEASE, Desk, World
from entrypoints.demo.endings import Ending
from entrypoints.demo.facts import LOST, MAINTENANCE
from entrypoints.demo.moments import callable_from, some_time
from entrypoints.demo.records import TaskRow
from entrypoints.demo.subjects import Subject, Subjects
from worklists.lifecycle import TaskAction
from worklists.models.task import Finish

_LOST_AFTER = timedelta(days=450)


class NobodyLeft(Exception):
    """Every client of the centre has been called."""


class Shift:
    """Everything that one department has done and has to do."""

    def __init__(self, desk: Desk, subjects: Iterator[Subject], *, only_lost: bool) -> None:
        self.desk, self._subjects, self._only_lost = desk, subjects, only_lost
        self.rng, self.now, self.book = desk.rng, desk.now, desk.book

    def finished(self) -> None:
        """A client called some time in the last two months; now and then with a second vehicle."""
        subject = self._next()
        days_ago = self.rng.randint(4, 62)
        task = self._form(subject, days_ago)
        if len(subject.vehicles) > 1 and self.rng.random() < 0.4:
            self.desk.form(subject, self.desk.purpose_of(task), days_ago, vehicle_at=1)
            play(self.desk, task, subject, Ending.BOOKED_IN_CALL)
        else:
            play(self.desk, task, subject)

    def repeated(self) -> None:
        """A task of the same client settled with the outcome of one finished before."""
        subject = self._next(vehicles=2)
        days_ago, person = self.rng.randint(8, 40), self.rng.choice(self.desk.people)
        first = self._form(subject, days_ago)
        second = self.desk.form(subject, self.desk.purpose_of(first), days_ago, vehicle_at=1)
        second.due_at = first.due_at = max(first.due_at, second.due_at)
        at = callable_from(first.due_at, subject.zone)
        if at < self.now - timedelta(hours=1):
            converse(self.desk, first, subject, Ending.ELSEWHERE, person, at)
            source = self.book.attempts[-1]
            self.book.take(second, person, at + timedelta(minutes=8), lease=LEASE)
            repeat(self.desk, second, source, at + timedelta(minutes=9))

    def due_today(self) -> None:
        """Waits for somebody: since this morning, or later today."""
        subject = self._next(anybody=True)
        self._maybe_earlier_story(subject)
        if self.book.has_open_list(self.desk.unit_id, subject.client.id):
            return
        due_at = self.now + timedelta(minutes=self.rng.randint(-100, 420))
        task = self._form(subject, self.rng.randint(1, 6), due_at=due_at)
        if len(subject.vehicles) > 1 and self.rng.random() < 0.5:
            self.desk.form(subject, self.desk.purpose_of(task), 1, due_at=due_at, vehicle_at=1)
        if self.rng.random() < 0.15:
            task.performer_id = self.rng.choice(self.desk.people)
        if self.rng.random() < 0.02:
            subject.client.cooling_off_until = self.now + timedelta(days=self.rng.randint(3, 25))

    def overdue(self) -> None:
        """Should have been called hours ago."""
        subject = self._next()
        late = self.now - timedelta(minutes=self.rng.randint(190, 1_700))
        task = self._form(subject, self.rng.randint(2, 6), due_at=late)
        noticed_at = task.due_at + timedelta(minutes=60)
        if self.rng.random() < 0.7 and noticed_at < self.now:
            self.book.become_overdue(task, noticed_at)

    def retry(self) -> None:
        """Nobody answered; comes back later today or tomorrow."""
        subject = self._next()
        task = self._form(subject, self.rng.randint(2, 6))
        rung_at = max(task.due_at, some_time(self.rng, self.now, subject.zone, 0))
        if rung_at >= self.now - timedelta(minutes=5):
            return
        self.desk.ring(task, subject, self.rng.choice(self.desk.people), rung_at,
                       self._soon(subject))  # fmt: skip

    def callback(self) -> None:
        """Promised for later today or tomorrow; a few are due now, at some nobody answered."""
        subject = self._next()
        task = self._form(subject, self.rng.randint(2, 6))
        at = max(task.due_at, some_time(self.rng, self.now, subject.zone, 0))
        if at >= self.now - timedelta(minutes=15):
            return
        person = self.rng.choice(self.desk.people)
        self.book.take(task, person, at, lease=LEASE)
        is_due = self.rng.random() < 0.2
        due_at = self.now - timedelta(minutes=8) if is_due else self._soon(subject)
        talked_at = at + timedelta(seconds=120)
        job = promise_callback(self.desk, task, subject, talked_at, max(due_at, talked_at))
        if is_due:
            self.book.notify(person, "callback_due", job, f"callback:{job.id}:0", job.due_at)
            if self.rng.random() < 0.6 and job.due_at + timedelta(minutes=4) < self.now:
                rung_at = job.due_at + timedelta(minutes=2)
                self.desk.ring(job, subject, person, rung_at, self._soon(subject))

    def in_work(self, person: int) -> None:
        """Held right now, with a lease as it is renewed by an open page."""
        subject = self._next()
        if subject.client.id in self.book.phoned_now:
            return
        due_at = self.now - timedelta(minutes=self.rng.randint(9, 90))
        task = self._form(subject, 1, due_at=due_at)
        held = timedelta(seconds=self.rng.randint(25, 200))
        if task.due_at < self.now - held:
            self.book.take(task, person, self.now - held, lease=LEASE)
            self.book.phoned_now.add(subject.client.id)

    def watched(self, *, due: bool) -> None:
        """On control, its date to come or here."""
        subject = self._next()
        task = self._form(subject, self.rng.randint(13, 16) if due else self.rng.randint(3, 6))
        control = self.desk.purpose_of(task).control
        days_ago = control.days + self.rng.random() if due else self.rng.random() * 2
        at = max(task.due_at, some_time(self.rng, self.now, subject.zone, days_ago))
        if at < self.now - timedelta(minutes=15):
            person = self.rng.choice(self.desk.people)
            converse(self.desk, task, subject, Ending.WILL_COME, person, at)

    def asks(self, ending: Ending) -> None:
        """A call of the last day or two that another department has to answer."""
        subject = self._next()
        task = self._form(subject, self.rng.randint(3, 6))
        at = max(task.due_at, some_time(self.rng, self.now, subject.zone, self.rng.random()))
        if at < self.now - timedelta(minutes=15):
            converse(self.desk, task, subject, ending, self.rng.choice(self.desk.people), at)

    def cancelled(self) -> None:
        """Closed by the supervisor with a reason."""
        subject = self._next(anybody=True)
        task = self._form(subject, self.rng.randint(4, 50))
        at = task.due_at + timedelta(hours=self.rng.randint(1, 20))
        self._close(task, TaskAction.CANCEL, Finish.CANCELLED, "TaskCancelled",
                    {"reason": self.rng.choice(talk.CANCELS)}, at)  # fmt: skip

    def redirected(self) -> None:
        """Closed here, its successor is somebody else's."""
        subject = self._next()
        task = self._form(subject, self.rng.randint(2, 30))
        at = min(task.due_at + timedelta(hours=2), self.now - timedelta(minutes=30))
        at = max(at, task.created_at + timedelta(minutes=2))
        person, actor = self.rng.choice(self.desk.people), by(self.desk.centre.supervisor)
        reason = self.rng.choice(talk.REDIRECTS)
        successor = self.book.add_task(
            self.book.work_lists[task.work_list_id - 1], self.desk.purpose_of(task),
            asset_id=task.asset_id, at=at, due_at=callable_from(at, subject.zone),
            zone=subject.zone, actor=actor, comment=reason, performer_id=person, predecessor=task,
        )  # fmt: skip
        details = {"successor_id": successor.id, "reason": reason}
        self._close(task, TaskAction.REDIRECT, Finish.REDIRECTED, "TaskRedirected", details, at)
        self.book.notify(person, "task_given", successor, f"given:{successor.id}:{person}", at)
        play(self.desk, successor, subject)

    def _maybe_earlier_story(self, subject: Subject) -> None:
        """Some were called weeks ago: their closed work-list is the history of the new one."""
        if subject.contact is None or self.rng.random() > 0.25:
            return
        task = self._form(subject, self.rng.randint(40, 60))
        ending = self.rng.choice((Ending.BOOKED, Ending.ELSEWHERE))
        play(self.desk, task, subject, ending, until=self.now - timedelta(days=14))

    def _close(
        self, task: TaskRow, action: TaskAction, finish: Finish, event: str,
        details: dict[str, Any], at: datetime,
    ) -> None:  # fmt: skip
        if at < self.now:
            supervisor = self.desk.centre.supervisor
            self.book.close(task, action, finish, at, supervisor, event, details)

    def _soon(self, subject: Subject) -> datetime:
        later = self.now + timedelta(minutes=self.rng.randint(10, 1_500))
        return callable_from(later, subject.zone)

    def _next(self, *, anybody: bool = False, vehicles: int = 1) -> Subject:
        """Somebody whom this department has not called yet. Raises NobodyLeft."""
        for subject in self._subjects:
            fits = anybody or subject.contact is not None
            if self._only_lost and not self._is_lost(subject) and self.rng.random() < 0.8:
                continue
            if fits and len(subject.vehicles) >= vehicles and not self.book.has_open_list(
                self.desk.unit_id, subject.client.id
            ):  # fmt: skip
                return subject
        raise NobodyLeft

    def _is_lost(self, subject: Subject) -> bool:
        return subject.last_seen_on < (self.now - _LOST_AFTER).date()

    def _form(self, subject: Subject, days_ago: int, *, due_at: datetime | None = None) -> TaskRow:
        lost = self._only_lost or self._is_lost(subject)
        campaign = self.desk.world.facts.campaigns[LOST if lost else MAINTENANCE]
        return self.desk.form(subject, campaign, days_ago, due_at=due_at)


def work_of(world: World, centre: Centre, subjects: Subjects, scale: float) -> None:
    """All work of a centre: the call department's, and the service department's lost clients."""
    callers = Desk(world, centre, centre.call_id, centre.callers)
    service = Desk(world, centre, centre.service_id, centre.service_managers)
    _fill(Shift(service, subjects.for_unit(), only_lost=True), scale * centre.share * 0.6)
    _fill(Shift(callers, subjects.for_unit(), only_lost=False), scale * centre.share * 3)


def _fill(shift: Shift, scale: float) -> None:
    for times, act in _plan_of(shift):
        for _ in range(max(2, round(times * scale))):
            try:
                act()
            except NobodyLeft:
                return
    for person in shift.desk.people:
        shift.in_work(person)


def _plan_of(shift: Shift) -> tuple[tuple[int, Callable[[], None]], ...]:
    return (
        (230, shift.due_today),
        (70, shift.overdue),
        (100, shift.retry),
        (70, shift.callback),
        (45, lambda: shift.watched(due=False)),
        (25, lambda: shift.watched(due=True)),
        (18, lambda: shift.asks(Ending.COMPLAINT)),
        (18, lambda: shift.asks(Ending.QUESTION)),
        (8, lambda: shift.asks(Ending.BAD_DATA)),
        (40, shift.cancelled),
        (30, shift.redirected),
        (25, shift.repeated),
        (900, shift.finished),
    )
