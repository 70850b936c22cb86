"""Tasks whose time has come, against one UPDATE with the same firings and journal rows.

And escalation: a look over a queue that concerns nobody, a backlog of promised calls, a look after.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from benchmarks.company import Company, found_company
from benchmarks.filling import Shape, fill_tasks
from benchmarks.harness import Goal, Line, Stopwatch, compare, plain_line, ratio_line
from benchmarks.places import Place, fresh_place
from benchmarks.registry import Options
from core.clock import database_clock
from core.db import database_now

_DUE = "state = 'deferred' AND due_at <= {now}"


def run(options: Options) -> Iterator[Line]:
    """``return_deferred`` over tasks that are all due; and what an idle look costs."""
    from worklists.sweeps import return_deferred

    count = options.pick(5_000, 100_000)
    for engine in options.engines:
        with fresh_place(engine) as place:
            company = found_company(place)
            fill_tasks(place, company, count, Shape.QUEUE)

            def defer(place: Place = place) -> None:
                place.run("UPDATE tasks SET state = 'deferred'")
                place.settle()

            def ours(place: Place = place) -> None:
                _expect(count, return_deferred(place.database, database_clock))

            found = compare(
                ours=ours,
                bare=lambda place=place: _expect(count, _bare(place)),  # type: ignore[misc]
                before=defer,
                rounds=3,
                watch=Stopwatch(place.server_cpu),
            )
            yield ratio_line(found, bench="sweeps", engine=engine, size=count, goal=Goal(2),
                             measure="due tasks returned: time of one UPDATE",
                             tasks_per_s=int(count / found.ours_wall))  # fmt: skip
            idle = compare(
                ours=lambda place=place: return_deferred(place.database, database_clock),  # type: ignore[misc]
                bare=lambda: None,
                rounds=20,
            )
            yield plain_line("sweeps", engine, count, "nothing due: one look", "ms",
                             [spent.wall * 1e3 for spent in idle.ours])  # fmt: skip
            yield from _escalation(place, company, count)


def _escalation(place: Place, company: Company, count: int) -> Iterator[Line]:
    from worklists.escalation.sweep import escalate

    # Always at work, so that the hour of the run does not matter; due long ago.
    week = "[" + ", ".join(["[[0, 1440]]"] * 7) + "]"
    of_root = f"FROM units WHERE id = {company.root_id}"
    place.run("INSERT INTO work_calendars (unit_id, week, created_at, version) "
              f"SELECT id, '{week}', created_at, 1 {of_root}")  # fmt: skip
    ago = sql_moment(place, company.base - timedelta(days=9))
    place.run(f"UPDATE tasks SET due_at = {ago}, created_at = {ago}")
    watch = Stopwatch(place.server_cpu)
    sweep = partial(escalate, default_zone="Europe/Moscow")
    for kind, measure, many in (
        ("call", "calls of the queue, overdue, nobody's: one look", 0),
        ("callback", "promised calls escalate: all of them", count),
        ("callback", "nothing new escalates: one look", 0),
    ):
        place.run(f"UPDATE tasks SET kind = '{kind}' WHERE kind != '{kind}'")
        place.settle()
        spent = watch.time(lambda: _expect(many, sweep(place.database, database_clock)))  # noqa: B023
        yield plain_line("sweeps", place.engine, count, measure, "s",
                         [spent.wall])  # fmt: skip


def _bare(place: Place) -> int:
    """The rows as the sweep writes them, set by set, in one transaction."""
    with place.database.reading() as session:
        now = database_now(session)
    moment = sql_moment(place, now)
    due = _DUE.format(now=moment)
    run = place.bare.execute
    if not place.is_postgresql:
        run("BEGIN IMMEDIATE")
    run("INSERT INTO task_firings (task_id, kind, occurrence, fired_at) "
        f"SELECT id, 'return', occurrence, {moment} FROM tasks WHERE {due}")  # fmt: skip
    run("INSERT INTO journal_entries (at, actor, subject, subject_id, event, from_state, to_state, "
        f"details) SELECT {moment}, 'scheduler', 'task', id, 'TaskReturned', 'deferred', 'planned',"
        f" '{{}}' FROM tasks WHERE {due}")  # fmt: skip
    done = run(f"UPDATE tasks SET state = 'planned', occurrence = occurrence + 1 WHERE {due}")
    run("COMMIT")
    return int(done.rowcount)


def sql_moment(place: Place, at: datetime) -> str:
    """The moment as SQL of the engine in use."""
    return f"'{at.replace(tzinfo=None)}'" + ("::timestamptz" if place.is_postgresql else "")


def _expect(wanted: int, found: int) -> None:
    if wanted != found:
        raise AssertionError(f"{found} tasks returned instead of {wanted}")
