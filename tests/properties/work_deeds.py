"""What people and the clock may do in the small company; each deed checks what it did."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from core.access import Actor
from tests.given import LEASE, Given
from tests.photographs import Photograph, photograph, same_as_before
from tests.properties.work_world import World
from worklists.answering import accept_job, return_job
from worklists.asking_again import close_request, send_again
from worklists.attempts import (
    AttemptReport,
    InvolvementDraft,
    NewTask,
    ServiceRequestDraft,
    record_attempt,
)
from worklists.control import call_again, confirm_control, prolong_control
from worklists.expiry import expire_tasks
from worklists.forming import form_work_lists
from worklists.involvement import involve_unit
from worklists.jobs_done import finish_job
from worklists.lifecycle import OPEN, WAITING, TaskState
from worklists.missed import miss_callbacks
from worklists.models.task import PHONING, Task, TaskKind
from worklists.models.work_list import Involvement
from worklists.planning import plan_task
from worklists.queue import release_task, take_next_task, take_task
from worklists.sweeps import (
    notice_due_control,
    notice_overdue,
    release_run_out_leases,
    return_deferred,
)
from worklists.undo_images import forget_undos
from worklists.undoing import undo_attempt
from worklists.verdicts import verdict_on

SWEEPS = (
    return_deferred,
    release_run_out_leases,
    notice_due_control,
    notice_overdue,
    forget_undos,
    partial(miss_callbacks, default_zone="Europe/Moscow"),
    expire_tasks,
)


def is_held(task: Task) -> bool:
    return task.state is TaskState.IN_WORK


def is_watched(task: Task) -> bool:
    return task.state is TaskState.ON_CONTROL


def is_done(task: Task) -> bool:
    return task.state is TaskState.DONE


def is_open_job(task: Task) -> bool:
    return task.state in OPEN and task.kind not in PHONING


def is_asked(task: Task) -> bool:
    return task.kind is TaskKind.DEPARTMENT


def is_open_call(task: Task) -> bool:
    return task.state in OPEN and task.kind in PHONING


def is_promised(task: Task) -> bool:
    return task.kind is TaskKind.CALLBACK and task.state in WAITING


def is_any(task: Task) -> bool:
    return True


class Deeds:
    """Everything that can happen; numbers choose one of whatever there is, by remainder."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tasks: Sequence[Task] = ()
        """As the last look saw them."""
        self.forms = 0
        self.last: tuple[int, AttemptReport, Actor, int] | None = None

    def time_passes(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    def the_clock_does_its_work(self) -> None:
        for sweep in SWEEPS:
            sweep(self.world.database, self.world.clock)
        assert [sweep(self.world.database, self.world.clock) for sweep in SWEEPS] == [0] * 7

    def a_callback_is_forgotten(self, pick: int) -> None:
        """Nobody makes a promised call for three days, and the clock goes on."""
        promised = [task for task in self.tasks if is_promised(task)]
        due_at = promised[pick % len(promised)].due_at
        self.world.now = max(self.world.now, due_at + timedelta(days=3))
        self.the_clock_does_its_work()

    def leads_are_formed_twice(
        self, unit: int, campaign: int, chosen: set[int], head: bool
    ) -> None:
        world = self.world
        at = world.units[unit % 2]
        actor = world.people[3] if head else world.people[0 if unit % 2 == 0 else 2]
        with world.unit_of_work() as session:
            given = Given(session, now=world.now)
            run = given.run(at)
            pairs = {(pick % 3, pick // 3 % 3) for pick in chosen}
            for client_no, asset_no in sorted(pairs):
                client = world.clients[client_no]
                assets = [None, *world.assets[client.id]]
                given.lead(run, client, assets[asset_no])
        formed = [
            world.does(
                "form",
                lambda session: form_work_lists(
                    session, run.id, campaign_id=world.campaigns[campaign % 2].id, unit_id=at.id,
                    actor=actor, now=world.now, default_zone="Europe/Moscow",
                ),
            )
            for _ in range(2)
        ]  # fmt: skip
        first, second = formed
        assert first is not None and second is not None
        assert first.tasks_new + first.already_in_work + first.blocked == len(pairs)
        assert (second.tasks_new, second.work_lists_new) == (0, 0)
        assert second.blocked == first.blocked

    def somebody_asks_for_the_next_task(self, who: int) -> None:
        actor, world = self.world.people[who % 4], self.world

        def take(session: Any) -> None:
            taken = take_next_task(session, actor=actor, now=world.now, lease=LEASE)
            if taken is not None:
                task = session.get_one(Task, taken.task_id)
                verdict = verdict_on(session, task, now=world.now, viewer_id=actor.person)
                assert verdict.is_clear, verdict
                assert task.performer_id == actor.person

        world.does("take next", take)

    def somebody_takes_a_task(self, who: int, pick: int, called: bool) -> None:
        task = self._pick(pick, lambda task: task.state in OPEN)
        if task is not None:
            self.world.does(
                "take",
                lambda session: take_task(
                    session, task.id, actor=self._someone(who, task), now=self.world.now,
                    lease=LEASE, client_called=called,
                ),
            )  # fmt: skip

    def a_task_is_given_back(self, pick: int) -> None:
        task = self._pick(pick, is_held)
        if task is not None:
            self.world.does(
                "release",
                lambda session: release_task(
                    session, task.id, token=task.claim_token, actor=self._holder(task),
                    now=self.world.now,
                ),
            )  # fmt: skip

    def a_client_is_talked_to(
        self, who: int, pick: int, code: str, goal: bool, plans: bool, more: bool, stale: bool
    ) -> None:
        tomorrow = self.world.now + timedelta(hours=pick % 60 + 1)
        values: dict[str, Any] = {"goal_reached": goal, "acquisition_id": self.world.acquisition_id}
        if plans:
            kind = TaskKind.CALLBACK if pick % 3 else TaskKind.EXTRA
            values["new_task"] = NewTask(kind=kind, due_at=tomorrow, comment="потом")
        if more:
            values["mileage_km"] = 1000 * (pick % 7)
            values["involve"] = InvolvementDraft(
                unit_id=self.world.data_unit.id, text="Проверить", due_at=tomorrow
            )
            values["service_request"] = ServiceRequestDraft(
                workshop_id=self.world.workshop.id,
                wanted_on=tomorrow.date() + timedelta(days=1),
                work="ТО",
            )
        self._report(
            who, pick, Outcome.INTERVIEW, code, stale=stale and more, settles=more, **values
        )

    def a_client_is_not_talked_to(self, who: int, pick: int, outcome: tuple[Outcome, str]) -> None:
        self._report(who, pick, *outcome)

    def a_result_is_copied(self, who: int, pick: int, source: int) -> None:
        done = self._pick(source, is_done)
        if done is not None:
            # A copied promise needs a date of its own; without one it is refused.
            at = self.world.now + timedelta(days=1)
            more = {"new_task": NewTask(kind=TaskKind.CALLBACK, due_at=at)} if pick % 2 else {}
            self._report(
                who, pick, Outcome.REPEAT, None, client_id=done.client_id,
                copy_of_task_id=done.id, **more,
            )  # fmt: skip

    def the_last_form_is_sent_again(self) -> None:
        if self.last is None:
            return
        task_id, report, actor, attempt_id = self.last
        before = self.world.attempts()
        again = self.world.does(
            "send again",
            lambda session: record_attempt(
                session, task_id, report, actor=actor, now=self.world.now, lease=LEASE
            ),
        )
        assert again is not None and again.attempt.id == attempt_id
        assert self.world.attempts() == before

    def an_outcome_is_undone(self, who: int | None, age: str, pick: int, minutes: int) -> None:
        """By its author or by anybody who sees it: who may not, or too late, changes nothing."""
        self.time_passes(minutes)
        attempts = self.world.fresh_attempts(timedelta(hours=4))
        if not attempts:
            return
        at = {"newest": -1, "oldest": 0, "any": pick % len(attempts)}[age]
        attempt = attempts[at]
        task = next(task for task in self.tasks if task.id == attempt.task_id)
        author = next(a for a in self.world.people if a.employee_id == attempt.employee_id)
        actor = author if who is None else self._someone(who, task)
        undone = self.world.does(
            "undo",
            lambda session: undo_attempt(
                session, attempt.id, actor=actor, now=self.world.now, lease=LEASE
            ),
        )
        if undone is not None:
            assert undone.id == task.id and undone.attempts == task.attempts - 1
            if self.last is not None and self.last[3] == attempt.id:
                self.last = None

    def a_task_is_planned(self, who: int, pick: int, hours: int) -> None:
        task = self._pick(pick, lambda _: True)
        if task is not None:
            kind = TaskKind.CALLBACK if pick % 2 else TaskKind.EXTRA
            new = NewTask(kind=kind, due_at=self.world.now + timedelta(hours=hours))
            self.world.does(
                "plan",
                lambda session: plan_task(
                    session, task.id, new, actor=self._someone(who, task), now=self.world.now
                ),
            )

    def control_is_decided(self, who: int, pick: int, way: str) -> None:
        task = self._pick(pick, is_watched)
        if task is None:
            return
        later = self.world.now + timedelta(hours=30)
        acts: dict[str, Callable[..., Any]] = {
            "confirm": lambda *a, **k: confirm_control(*a, comment="приехал", **k),
            "prolong": lambda *a, **k: prolong_control(*a, until=later, reason="ждём", **k),
            "call again": lambda *a, **k: call_again(*a, due_at=later, comment="ещё раз", **k),
        }
        self.world.does(
            way,
            lambda session: acts[way](
                session, task.id, version=task.version, actor=self._someone(who, task),
                now=self.world.now,
            ),
        )  # fmt: skip

    def another_unit_is_asked(self, who: int, pick: int) -> None:
        task = self._pick(pick, lambda task: task.state in OPEN)
        if task is not None:
            draft = InvolvementDraft(
                unit_id=self.world.units[pick % 2].id,
                text="Помочь",
                due_at=self.world.now + timedelta(days=1),
            )
            self.world.does(
                "involve",
                lambda session: involve_unit(
                    session, task.work_list_id, draft, from_task_id=task.id,
                    asset_id=task.asset_id, actor=self._someone(who, task), now=self.world.now,
                ),
            )  # fmt: skip

    def a_job_is_closed(self, who: int, pick: int, done: bool) -> None:
        task = self._pick(pick, is_open_job)
        if task is not None:
            self.world.does(
                "job done" if done else "job given up",
                lambda session: finish_job(
                    session, task.id, comment="ответ", done=done, version=task.version,
                    token=None, actor=self._someone(who, task), now=self.world.now,
                ),
            )  # fmt: skip

    def a_request_is_answered(self, who: int, pick: int, way: str) -> None:
        """Accepted or returned by the unit; mended by whoever asked, or done without."""
        task = self._pick(pick, is_asked)
        if task is None:
            return
        self.world.does(way, lambda session: self._answer(session, task, who, way))

    def _answer(self, session: Session, task: Task, who: int, way: str) -> Any:
        now, actor = self.world.now, self._someone(who, task)
        tie = session.scalars(select(Involvement).where(Involvement.to_task_id == task.id)).one()
        asker = next(one for one in self.world.people if one.employee_id == tie.asked_by)
        if way == "accept":
            return accept_job(session, task.id, version=task.version, actor=actor, now=now)
        if way == "return":
            return return_job(session, task.id, reason="что?", version=task.version, token=None,
                              actor=actor, now=now)  # fmt: skip
        if way == "close":
            return close_request(session, tie.id, actor=asker, now=now)
        due_at = now + timedelta(days=1)
        return send_again(session, tie.id, text="вот это", due_at=due_at, actor=asker, now=now)

    def _report(
        self,
        who: int,
        pick: int,
        outcome: Outcome,
        code: str | None,
        *,
        stale: bool = False,
        settles: bool = False,
        client_id: int | None = None,
        **values: Any,
    ) -> None:
        """Save an outcome, by the holder where there is one; a refusal must change nothing."""
        # Now and then something that takes no attempt: it must be refused.
        fits = is_any if pick % 16 == 0 else is_open_call
        task = self._pick(pick, lambda task: fits(task) and client_id in (None, task.client_id))
        if task is None:
            return
        actor = self._holder(task) if task.state is TaskState.IN_WORK else self._someone(who, task)
        if settles:
            values["settles_task_ids"] = tuple(
                other.id
                for other in self.tasks
                if other.client_id == task.client_id
                and other.id != task.id
                and other.unit_id in actor.unit_ids
                and other.state in OPEN
                and other.kind in PHONING
            )
        self.forms += 1
        report = AttemptReport(
            outcome=outcome,
            result_code_id=self.world.codes[code] if code else None,
            comment="сказал так",
            version=task.version - stale,
            token=task.claim_token if pick % 4 == 0 and task.claim_token else None,
            form_key=f"form-{self.forms}",
            **values,
        )
        before = self.world.attempts()
        with self.world.unit_of_work() as session:
            picture = photograph(session)
        saved = self.world.does(
            f"report {outcome}",
            lambda session: record_attempt(
                session, task.id, report, actor=actor, now=self.world.now, lease=LEASE
            ),
        )
        assert not (stale and saved)
        if saved is None:
            assert self.world.attempts() == before
        else:
            assert self.world.attempts() == before + 1 + len(saved.settled)
            self.last = (task.id, report, actor, saved.attempt.id)
            if pick % 5 == 0:
                self._regret(saved.attempt.id, actor, picture)

    def _regret(self, attempt_id: int, actor: Actor, picture: Photograph) -> None:
        """What is undone at once leaves everything as it was, whatever the outcome caused."""
        undone = self.world.does(
            "regret",
            lambda session: undo_attempt(
                session, attempt_id, actor=actor, now=self.world.now, lease=LEASE
            ),
        )
        assert undone is not None
        self.last = None
        with self.world.unit_of_work() as session:
            same_as_before(session, picture)

    def _pick(self, pick: int, fits: Callable[[Task], bool]) -> Task | None:
        tasks = [task for task in self.tasks if fits(task)]
        return tasks[pick % len(tasks)] if tasks else None

    def _someone(self, who: int, task: Task) -> Actor:
        people = [a for a in self.world.people if task.unit_id in a.unit_ids or who == 15]
        return people[who % len(people)]

    def _holder(self, task: Task) -> Actor:
        return next(a for a in self.world.people if a.employee_id == task.performer_id)
