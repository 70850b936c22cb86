"""Saving an outcome, against the bare INSERTs and UPDATEs of the rows that it writes."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import event, select

from benchmarks.company import Company, found_company
from benchmarks.filling import QUEUE_UNITS, Shape, fill_tasks
from benchmarks.harness import Line, Stopwatch, compare, ratio_line
from benchmarks.places import Place, fresh_place
from benchmarks.registry import Options
from campaigns.models import Outcome, ResultCode
from core.clock import database_clock

LEASE = timedelta(minutes=5)


def run(options: Options) -> Iterator[Line]:
    """«No answer» and a finished interview, each saved in a durable transaction of its own."""
    each = options.pick(50, 300)
    rounds = 3
    for engine in options.engines:
        with fresh_place(engine) as place:
            company = found_company(place)
            fill_tasks(place, company, QUEUE_UNITS * each * (rounds + 2) * 4, Shape.QUEUE)
            numbers = count(QUEUE_UNITS, QUEUE_UNITS)  # clients of the first unit
            for outcome in (Outcome.NO_ANSWER, Outcome.INTERVIEW):
                saver = _Saver(place, company, outcome)
                saver.take(numbers, 1)
                statements = saver.counted_statements()
                saver.take(numbers, (rounds + 1) * 2 * each)
                found = compare(
                    ours=lambda saver=saver: _many(each, saver.save),  # type: ignore[misc]
                    bare=lambda saver=saver: _many(each, saver.save_bare),  # type: ignore[misc]
                    rounds=rounds,
                    watch=Stopwatch(place.server_cpu),
                )
                yield ratio_line(found, bench="outcomes", engine=engine, size=each, goal=None,
                                 measure=f"save {outcome.value}: time of bare rows",
                                 saves_per_s=int(each / found.ours_wall),
                                 statements=statements)  # fmt: skip


def _many(times: int, act: Callable[[], None]) -> None:
    for _ in range(times):
        act()


class _Saver:
    """Saves one outcome after another on tasks that are held already."""

    def __init__(self, place: Place, company: Company, outcome: Outcome) -> None:
        self._place, self._outcome = place, outcome
        self._unit_id = company.unit_ids[0]
        self._actor = company.manager(place, self._unit_id)
        self._campaign_id = company.campaign_ids[0]
        self._held: Iterator[int] = iter(())
        self._mark = "%s" if place.is_postgresql else "?"
        with place.database.reading() as session:
            self._code_id = session.scalars(
                select(ResultCode.id).where(ResultCode.code == "booked")
            ).one()

    def take(self, numbers: Iterator[int], many: int) -> None:
        """Hand the next tasks of the unit to the person; not measured."""
        ids = [next(numbers) for _ in range(many)]
        with self._place.database.reading() as session:
            until = database_clock(session) + timedelta(minutes=25)
        for at in range(0, many, 500):
            self._place.run(
                f"UPDATE tasks SET state = 'in_work', performer_id = {self._actor.person}, "
                f"claim_token = 1, lease_until = '{until.replace(tzinfo=None)}' "
                f"WHERE id IN ({', '.join(map(str, ids[at : at + 500]))})"
            )
        self._held = iter(ids)

    def counted_statements(self) -> int:
        """How many statements one save takes."""
        seen: list[str] = []
        engine = self._place.database.engine

        def note(*told: Any) -> None:
            seen.append(told[2])

        event.listen(engine, "before_cursor_execute", note)
        self.save()
        event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    def save(self) -> None:
        from worklists.attempts import AttemptReport, record_attempt

        is_interview = self._outcome is Outcome.INTERVIEW
        report = AttemptReport(
            outcome=self._outcome,
            result_code_id=self._code_id if is_interview else None,
            comment="Записан на сервис на четверг" if is_interview else "",
            acquisition_id=1 if is_interview else None,
            goal_reached=is_interview,
            version=1,
            token=1,
            form_key=uuid4().hex,
        )
        task_id = next(self._held)
        with self._place.database.unit_of_work() as session:
            now = database_clock(session)
            record_attempt(session, task_id, report, actor=self._actor, now=now, lease=LEASE)

    def save_bare(self) -> None:
        """The attempt, the task, the work-list if it ends with it, and their journal entries."""
        task_id = next(self._held)
        run = self._place.bare.execute
        now: Any = datetime.now().astimezone()
        if not self._place.is_postgresql:
            now = f"{now:%Y-%m-%d %H:%M:%S.%f}"
            run("BEGIN IMMEDIATE")
        person, key = self._actor.person, self._actor.key
        run(self._insert("attempts", _ATTEMPT), (
            task_id, self._unit_id, task_id, self._campaign_id, task_id, person, task_id, "phone",
            self._outcome.value, "Записан на сервис на четверг", now, uuid4().hex,
        ))  # fmt: skip
        if self._outcome is Outcome.INTERVIEW:
            run(self._sql("UPDATE tasks SET state = 'done', outcome = 'interview', attempts = 1, "
                "finish = 'goal_reached', closed_at = ?, closed_by_id = ?, comment = ?, "
                "lease_until = NULL, version = 2 WHERE id = ? AND version = 1"),
                (now, person, "Записан на сервис на четверг", task_id))  # fmt: skip
            self._journal(now, key, "task", task_id, "AttemptRecorded", "done")
            run(self._sql("UPDATE work_lists SET closed_at = ? WHERE id = ?"), (now, task_id))
            self._journal(now, key, "work_list", task_id, "WorkListClosed", None)
        else:
            run(self._sql("UPDATE tasks SET state = 'deferred', outcome = 'no_answer', "
                "attempts = 1, due_at = ?, performer_id = NULL, lease_until = NULL, version = 2 "
                "WHERE id = ? AND version = 1"), (now, task_id))  # fmt: skip
            self._journal(now, key, "task", task_id, "AttemptRecorded", "deferred")
        run("COMMIT")

    def _journal(
        self, now: Any, key: str, subject: str, number: int, name: str, state: str | None
    ) -> None:
        details = json.dumps({"attempt_id": number, "outcome": self._outcome.value})
        self._place.bare.execute(
            self._insert("journal_entries", _ENTRY),
            (now, key, subject, number, name, "in_work", state, details),
        )

    def _insert(self, table: str, columns: tuple[str, ...]) -> str:
        marks = ", ".join([self._mark] * len(columns))
        return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"

    def _sql(self, statement: str) -> str:
        return statement.replace("?", self._mark)


_ATTEMPT = ("task_id", "unit_id", "client_id", "campaign_id", "asset_id", "employee_id",
            "contact_point_id", "channel", "outcome", "comment", "at", "form_key")  # fmt: skip
_ENTRY = ("at", "actor", "subject", "subject_id", "event", "from_state", "to_state", "details")
