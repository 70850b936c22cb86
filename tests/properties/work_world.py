"""A small company in which the work machine walks, and the rules that must hold after each step."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar, cast

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign, MissedCallback, Outcome
from campaigns.windows import is_open, window_of
from core.access import Actor
from core.db import Database
from core.errors import NotFound, Refused
from core.journal import JournalEntry
from directory.assets.models import Asset
from directory.clients.models import Client, ContactRefusal
from directory.staff.models import Role
from directory.units.models import Unit, UnitKind
from tests.conftest import NOON
from tests.given import Given
from worklists.lifecycle import CLOSED, OPEN, TRANSITIONS, UNDONE, TaskState
from worklists.models.attempt import Attempt, Notification
from worklists.models.task import PHONING, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList

Saved = TypeVar("Saved")

STEPS = {(origin.value, target.value) for (origin, _), target in TRANSITIONS.items()}
STEPS |= {(origin.value, target.value) for origin in UNDONE for target in UNDONE[origin]}
STARTS = {(None, TaskState.PLANNED.value), (None, TaskState.DEFERRED.value)}


class World:
    """Two units, a workshop and a data unit; three clients with vehicles; four people."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.now = NOON
        self.done: Counter[str] = Counter()
        self.seen = Seen()
        with self.unit_of_work() as session:
            self._settle(Given(session))

    def _settle(self, given: Given) -> None:
        company = given.unit("Компания", kind=UnitKind.COMPANY)
        centre = given.unit("ЦФО", kind=UnitKind.CENTRE, parent=company)
        self.units: list[Unit] = [given.unit(name, parent=centre) for name in ("Юг", "Север")]
        self.data_unit = given.unit("Данные", parent=company)
        self.workshop = given.unit("Цех", kind=UnitKind.WORKSHOP, parent=centre)
        self.people: list[Actor] = [
            given.manager(self.units[0], name="Анна"),
            given.manager(self.units[0], name="Борис"),
            given.manager(self.units[1], name="Вера"),
            given.actor(given.employee("Глава", unit=company, role=Role.HEAD), role=Role.HEAD),
        ]
        zones = ("Europe/Moscow", "Asia/Vladivostok", "Europe/Kaliningrad")
        self.clients: list[Client] = [
            given.client(f"Клиент {zone}", unit=self.units[0], time_zone=zone) for zone in zones
        ]
        self.assets: dict[int, list[Asset]] = {
            client.id: [given.asset(client) for _ in range(2)] for client in self.clients
        }
        self.campaigns: list[Campaign] = [
            given.campaign("maintenance-due", missed_callback=MissedCallback.NEXT_DAY),
            given.campaign(
                "lost-clients",
                data_unit_id=self.data_unit.id,
                cooling_off_days=1,
                retry_ladder=[{"hours": 2}],
                missed_callback=MissedCallback.CLOSE,
                expires_after_days=1,
            ),
        ]
        self.codes = {
            code: given.code_id(code)
            for code in ("booked_in_call", "booked", "think_call_later", "complaint", "busy",
                         "not_now", "refuses_purpose", "refuses_all", "wrong_person", "car_sold")
        }  # fmt: skip
        self.acquisition_id = given.acquisition_id()

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One request: a session of its own whose refusal leaves nothing behind."""
        with (
            Session(
                self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            ) as session,
            session.begin(),
        ):
            yield session

    @property
    def database(self) -> Database:
        """What the sweeps see of the world: its units of work."""
        return cast(Database, self)

    def clock(self, _session: Session) -> datetime:
        return self.now

    def attempts(self) -> int:
        with self.unit_of_work() as session:
            return len(session.scalars(select(Attempt.id)).all())

    def fresh_attempts(self, within: timedelta) -> Sequence[Attempt]:
        """Attempts of this last time that nobody has undone, oldest first."""
        with self.unit_of_work() as session:
            return session.scalars(
                select(Attempt)
                .where(Attempt.undone_at.is_(None), Attempt.at >= self.now - within)
                .order_by(Attempt.id)
            ).all()

    def does(self, what: str, act: Callable[[Session], Saved]) -> Saved | None:
        """Do it as a request would: None when the rules of the trade refuse it."""
        try:
            with self.unit_of_work() as session:
                saved = act(session)
        except (Refused, NotFound) as refusal:
            self.done[f"{what}: {type(refusal).__name__}"] += 1
            return None
        self.done[what] += 1
        return saved


class Seen:
    """What earlier looks saw and later ones must still find."""

    def __init__(self) -> None:
        self.task_ids: set[int] = set()
        self.attempt_ids: set[int] = set()
        self.refusals: set[int] = set()


class Look:
    """Everything there is after a step, and the rules as questions about it."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.unit_of_work() as session:
            self.tasks = session.scalars(select(Task).order_by(Task.id)).all()
            self.work_lists = session.scalars(select(WorkList)).all()
            self.attempts = session.scalars(select(Attempt).order_by(Attempt.id)).all()
            self.involvements = session.scalars(select(Involvement)).all()
            self.told = set(session.scalars(select(Notification.occasion)))
            self.withdrawn = {
                entry.subject_id
                for entry in session.scalars(
                    select(JournalEntry).where(JournalEntry.event == "TaskWithdrawn")
                )
            }
            self.undone = {a.id for a in self.attempts if a.undone_at is not None}
            self.refusals = session.scalars(select(ContactRefusal)).all()
            self.clients = session.scalars(select(Client)).all()
            self.journal = session.scalars(
                select(JournalEntry).where(JournalEntry.subject == "task").order_by(JournalEntry.id)
            ).all()
            self.campaigns = {c.id: c for c in session.scalars(select(Campaign))}

    def check(self) -> None:
        """Ask every question."""
        self.one_open_work_list_per_unit_and_client()
        self.one_open_formed_task_per_campaign_and_asset()
        self.a_work_list_is_open_while_it_has_an_open_task()
        self.history_is_a_chain_that_ends_in_the_state()
        self.who_works_holds_a_lease_and_nobody_phones_a_client_twice()
        self.every_attempt_is_kept_and_the_task_keeps_the_last()
        self.nothing_is_lost()
        self.calls_wait_for_a_moment_inside_the_window()
        self.refusals_stand()
        self.who_asked_is_told()
        for task in self.tasks:
            self.world.done[f"state {task.state}"] += 1
            self.world.done[f"finish {task.finish}"] += 1

    def one_open_work_list_per_unit_and_client(self) -> None:
        pairs = Counter((w.unit_id, w.client_id) for w in self.work_lists if w.closed_at is None)
        assert set(pairs.values()) <= {1}, pairs

    def one_open_formed_task_per_campaign_and_asset(self) -> None:
        formed = Counter(
            (task.work_list_id, task.campaign_id, task.asset_key)
            for task in self.tasks
            if task.state in OPEN and task.kind is TaskKind.CALL and task.predecessor_id is None
        )
        assert set(formed.values()) <= {1}, formed

    def a_work_list_is_open_while_it_has_an_open_task(self) -> None:
        with_open = {task.work_list_id for task in self.tasks if task.state in OPEN}
        assert with_open == {w.id for w in self.work_lists if w.closed_at is None}

    def history_is_a_chain_that_ends_in_the_state(self) -> None:
        steps: dict[int, list[tuple[str | None, str]]] = {task.id: [] for task in self.tasks}
        for entry in self.journal:
            if entry.to_state is not None:
                steps[entry.subject_id].append((entry.from_state, entry.to_state))
        for task in self.tasks:
            chain = steps[task.id]
            assert chain[0] in STARTS, (task.id, chain)
            assert all(step in STEPS for step in chain[1:]), (task.id, chain)
            assert all(one[1] == next_[0] for one, next_ in pairwise(chain)), (task.id, chain)
            assert chain[-1][1] == task.state.value, (task.id, chain, task.state)
        tokens = [
            (entry.subject_id, entry.details.get("token") or entry.details["claim_token"])
            for entry in self.journal
            if entry.event in ("TaskTaken", "TaskTakenWithOutcome")
        ]
        assert len(tokens) == len(set(tokens))

    def who_works_holds_a_lease_and_nobody_phones_a_client_twice(self) -> None:
        working = [task for task in self.tasks if task.state is TaskState.IN_WORK]
        assert all(task.performer_id and task.lease_until for task in working)
        phoned = Counter(task.client_id for task in working if task.kind in PHONING)
        assert set(phoned.values()) <= {1}, phoned

    def every_attempt_is_kept_and_the_task_keeps_the_last(self) -> None:
        by_task: dict[int, list[Attempt]] = {}
        standing = [attempt for attempt in self.attempts if attempt.undone_at is None]
        for attempt in standing:
            by_task.setdefault(attempt.task_id, []).append(attempt)
        for task in self.tasks:
            mine = by_task.get(task.id, [])
            assert task.attempts == len(mine)
            if mine:
                assert task.outcome is mine[-1].outcome
                assert task.result_version_id == mine[-1].result_version_id
            else:
                assert task.outcome is None
        for attempt in standing:
            if attempt.copied_from_id is not None:
                source = next(a for a in standing if a.id == attempt.copied_from_id)
                assert source.copied_from_id is None and source.client_id == attempt.client_id

    def nothing_is_lost(self) -> None:
        seen = self.world.seen
        ids, attempt_ids = {t.id for t in self.tasks}, {a.id for a in self.attempts}
        assert seen.task_ids <= ids and seen.attempt_ids <= attempt_ids
        seen.task_ids, seen.attempt_ids = ids, attempt_ids
        for task in self.tasks:
            assert (task.finish is not None) == (task.state in CLOSED)

    def calls_wait_for_a_moment_inside_the_window(self) -> None:
        for task in self.tasks:
            waits = task.state is TaskState.DEFERRED or (
                task.state is TaskState.PLANNED and task.kind is TaskKind.CALLBACK
            )
            if waits and task.kind in PHONING:
                window = window_of(self.campaigns[task.campaign_id])
                assert is_open(window, task.time_zone, task.due_at), (task.id, task.due_at)

    def refusals_stand(self) -> None:
        """What a client refused holds unless the attempt that wrote it down was undone."""
        for refusal in self.refusals:
            attempt_id = int(refusal.source.removeprefix("attempt:"))
            assert (refusal.lifted_at is not None) == (attempt_id in self.undone)
        ids = {refusal.id for refusal in self.refusals}
        assert self.world.seen.refusals <= ids
        self.world.seen.refusals = ids
        rests: dict[int, datetime] = {}
        for attempt in self.attempts:
            said_now = attempt.outcome is Outcome.REFUSED and attempt.copied_from_id is None
            if said_now and attempt.undone_at is None:
                days = self.campaigns[attempt.campaign_id].cooling_off_days
                until = attempt.at + timedelta(days=days)
                rests[attempt.client_id] = max(until, rests.get(attempt.client_id, until))
        assert {c.id: c.cooling_off_until for c in self.clients if c.cooling_off_until} == rests

    def who_asked_is_told(self) -> None:
        tasks = {task.id: task for task in self.tasks}
        for involvement in self.involvements:
            is_closed = tasks[involvement.to_task_id].state in CLOSED
            # What was returned waits for whoever asked: closed there, not finished here.
            is_returned = involvement.returned_at is not None
            assert is_closed or (involvement.finished_at is None and not is_returned)
            assert not is_closed or is_returned or involvement.finished_at is not None
            is_told = is_closed and not is_returned and involvement.to_task_id not in self.withdrawn
            assert (f"involvement:{involvement.id}" in self.told) == is_told
