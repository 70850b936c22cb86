"""The calls that the clients of a batch were to get, and the attempts that were made at them.

A row belongs to the task that waited when the call was made, not to what waits now: so a file comes
to the same whenever and however often it is loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from campaigns.models import Outcome, ResultCodeVersion
from core.clock import local_day
from core.statements import ask
from importers.loads.batch import Setting
from importers.loads.told import Doubtful, Ruling, Verdict
from importers.matching import in_chunks
from importers.problems import RowProblem, RowProblemCode
from worklists.handed_on import goes_on_elsewhere
from worklists.lifecycle import OPEN, TaskState
from worklists.models.attempt import Attempt
from worklists.models.task import PHONING, Task

_DAY = timedelta(days=1)
_UNITS: BindParameter[Any] = bindparam("units", expanding=True)
_CLIENTS: BindParameter[Any] = bindparam("clients", expanding=True)
_TASKS = (
    select(
        Task.id, Task.client_id, Task.campaign_id, Task.asset_id, Task.state, Task.created_at,
        Task.closed_at, Task.redirected_from_id,
    )
    .where(
        Task.unit_id.in_(_UNITS), Task.client_id.in_(_CLIENTS), Task.kind.in_(PHONING),
        ~goes_on_elsewhere(),
    )
    .order_by(Task.id)
)  # fmt: skip
_ATTEMPTS = (
    select(
        Attempt.task_id, Attempt.client_id, Attempt.campaign_id, Attempt.asset_id, Attempt.at,
        Attempt.outcome, ResultCodeVersion.result_code_id, Attempt.undone_at.is_not(None),
    )
    .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Attempt.result_version_id)
    .where(
        Attempt.unit_id.in_(_UNITS), Attempt.client_id.in_(_CLIENTS),
        Attempt.at >= bindparam("since"), Attempt.copied_from_id.is_(None),
    )
    .order_by(Attempt.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """When a call was made. ``day``: of one that is told without its time; ``at`` is its noon."""

    at: datetime
    day: date | None = None


@dataclass(frozen=True, slots=True)
class CallTask:
    """A call to be made. ``made_at``: the first of those from which it was handed on."""

    id: int
    client_id: int
    campaign_id: int
    asset_id: int | None
    state: TaskState
    made_at: datetime
    closed_at: datetime | None
    chain: frozenset[int]
    """Ids of the task and of those from which it was handed on."""


@dataclass(frozen=True, slots=True)
class MadeCall:
    """An attempt that is there already."""

    task_id: int
    client_id: int
    campaign_id: int
    asset_id: int | None
    at: datetime
    outcome: Outcome
    result_code_id: int | None
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a row says of the task: one of these campaigns, the vehicle; None: nothing."""

    campaign_ids: frozenset[int] | None
    asset_id: int | None

    def may_be_of(self, campaign_id: int) -> bool:
        """Whether the row may be about this campaign."""
        return self.campaign_ids is None or campaign_id in self.campaign_ids


class CallWork:
    """Tasks and attempts of the clients, as far as the actor sees them."""

    def __init__(
        self, setting: Setting, client_ids: Collection[int], moments: Collection[Moment], zone: str
    ) -> None:
        self._setting, self._zone = setting, zone
        self._since = min((one.at for one in moments), default=setting.now) - _DAY
        self._tasks: dict[int, list[CallTask]] = {}
        self._attempts: dict[int, list[MadeCall]] = {}
        self._outdated: set[int] = set()
        self._read(client_ids)

    def look_again(self, client_id: int) -> None:
        """Something was saved for the client: what was read before a row of theirs is outdated."""
        self._outdated.add(client_id)

    def refresh(self, client_id: int) -> None:
        """Read anew what is outdated, before anything is asked for a row of the client."""
        if client_id in self._outdated:
            self._outdated.discard(client_id)
            self._read((client_id,))

    def made_then(self, client_id: int, moment: Moment, told: Narrowed) -> list[MadeCall]:
        """The attempts at the client at that moment that the row may tell of."""
        return [
            one for one in self._attempts.get(client_id, ())
            if self._is_then(one.at, moment)
            and told.may_be_of(one.campaign_id)
            and (told.asset_id is None or one.asset_id in (None, told.asset_id))
        ]  # fmt: skip

    def task_at(
        self, client_id: int, moment: Moment, told: Narrowed
    ) -> tuple[CallTask, datetime] | Ruling:
        """The task that waited then, and the moment of the call, never before what was known then.

        Raises Doubtful where it is not certain.
        """
        fitting = _narrowed(self._tasks.get(client_id, ()), told)
        then = [one for one in fitting if self._waited(one, moment)]
        if len(then) > 1:
            raise Doubtful(RowProblemCode.SEVERAL_TASKS)
        if not then:
            if any(one.state in OPEN and one.made_at > moment.at for one in fitting):
                return _skipped(RowProblemCode.BEFORE_TASK)
            raise Doubtful(RowProblemCode.NO_TASK)
        task = then[0]
        if task.state not in OPEN:
            return _skipped(RowProblemCode.CLOSED_SINCE)
        return task, self._moment_of(task, moment)

    def _waited(self, task: CallTask, moment: Moment) -> bool:
        """Of a day without a time: at some time of that day, nobody knows which."""
        made_at, closed_at = task.made_at, task.closed_at
        if moment.day is None:
            return made_at <= moment.at and (closed_at is None or closed_at > moment.at)
        is_made = local_day(made_at, self._zone) <= moment.day
        return is_made and (closed_at is None or local_day(closed_at, self._zone) >= moment.day)

    def _is_then(self, at: datetime, moment: Moment) -> bool:
        if moment.day is None:
            return at == moment.at
        return local_day(at, self._zone) == moment.day

    def _moment_of(self, task: CallTask, moment: Moment) -> datetime:
        """A call without a time was not before its task, nor before what is known of that day."""
        if moment.day is None:
            return moment.at
        known = [
            one.at for one in self._attempts.get(task.client_id, ())
            if one.task_id in task.chain and not one.is_undone and self._is_then(one.at, moment)
        ]  # fmt: skip
        return max(moment.at, task.made_at, *known)

    def _read(self, client_ids: Collection[int]) -> None:
        session, units = self._setting.session, sorted(self._setting.actor.unit_ids)
        for client_id in client_ids:
            self._tasks[client_id], self._attempts[client_id] = [], []
        for chunk in in_chunks(client_ids):
            values = {"units": units, "clients": chunk}
            found = ask(session, _TASKS, values).all()
            origins = self._origins(row.redirected_from_id for row in found)
            for row in found:
                before = _chain(row.redirected_from_id, origins)
                self._tasks[row.client_id].append(
                    CallTask(
                        row.id, row.client_id, row.campaign_id, row.asset_id, row.state,
                        min([row.created_at, *(made_at for _, made_at in before)]), row.closed_at,
                        frozenset((row.id, *(number for number, _ in before))),
                    )
                )  # fmt: skip
            for known in ask(session, _ATTEMPTS, values | {"since": self._since}):
                self._attempts[known.client_id].append(MadeCall(*known))

    def _origins(self, ids: Iterable[int | None]) -> dict[int, tuple[datetime, int | None]]:
        """Tasks from which others were handed on: when they were made, and their own origin."""
        found: dict[int, tuple[datetime, int | None]] = {}
        wanted = {one for one in ids if one is not None}
        while wanted:
            rows = self._setting.session.execute(
                select(Task.id, Task.created_at, Task.redirected_from_id).where(Task.id.in_(wanted))
            ).all()
            found.update((number, (made_at, origin_id)) for number, made_at, origin_id in rows)
            wanted = {row[2] for row in rows if row[2] is not None} - found.keys()
        return found


def _chain(
    origin_id: int | None, origins: dict[int, tuple[datetime, int | None]]
) -> list[tuple[int, datetime]]:
    found = []
    while origin_id is not None:
        made_at, before_id = origins[origin_id]
        found.append((origin_id, made_at))
        origin_id = before_id
    return found


def _narrowed(tasks: Sequence[CallTask], told: Narrowed) -> list[CallTask]:
    """Those of the campaigns and of the vehicle; of no vehicle where none is of that one."""
    fitting = [one for one in tasks if told.may_be_of(one.campaign_id)]
    if told.asset_id is None:
        return fitting
    of_car = [one for one in fitting if one.asset_id == told.asset_id]
    return of_car or [one for one in fitting if one.asset_id is None]


def _skipped(code: RowProblemCode) -> Ruling:
    return Ruling(Verdict.SKIPPED, (RowProblem("", code),))
