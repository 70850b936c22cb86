"""Work-lists and tasks out of leads, against INSERT … SELECT of the very same rows."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.company import Company, found_company
from benchmarks.filling import fill_clients
from benchmarks.harness import Goal, Line, Stopwatch, compare, ratio_line
from benchmarks.places import Place, fresh_place
from benchmarks.registry import Options
from core.bulk import copy_rows, lift_time_limits, refresh_statistics
from core.db import Base
from directory.units.models import Unit
from selections.models import Lead, RunSource, SelectionRun

WRITTEN = ("work_lists", "client_units", "tasks", "journal_entries")
"""Tables that forming writes."""
_KEYED = frozenset({"work_lists", "tasks", "journal_entries"})


def run(options: Options) -> Iterator[Line]:
    """One unit, one campaign, one lead per client with a vehicle; every round is rolled back."""
    from worklists.forming import form_work_lists

    count = options.pick(5_000, 100_000)
    for engine in options.engines:
        with fresh_place(engine) as place:
            company = found_company(place)
            fill_clients(place, company, count)
            unit_id = company.unit_ids[0]
            run_id = add_run(place, company, unit_id, count)
            head = company.head()

            def form(
                session: Session, run_id: int = run_id, unit_id: int = unit_id,
                company: Company = company, head: Any = head,
            ) -> None:  # fmt: skip
                formed = form_work_lists(
                    session, run_id, campaign_id=company.campaign_ids[0], unit_id=unit_id,
                    actor=head, now=company.base, default_zone="Europe/Moscow",
                )  # fmt: skip
                if formed.tasks_new != count:
                    raise AssertionError(f"{formed} instead of {count} tasks")

            keep_written(place, company, unit_id, form)
            found = compare(
                ours=lambda place=place, form=form: rolled_back(place, form),  # type: ignore[misc]
                bare=lambda place=place: rolled_back(place, copied),  # type: ignore[misc]
                before=place.settle,
                rounds=3,
                watch=Stopwatch(place.server_cpu),
            )
            yield ratio_line(found, bench="forming", engine=engine, size=count, goal=Goal(1.5),
                             measure="work-lists formed: time of INSERT … SELECT",
                             tasks_per_s=int(count / found.ours_wall))  # fmt: skip


def add_run(place: Place, company: Company, unit_id: int, leads: int) -> int:
    """A run of the unit that found the first ``leads`` clients with their vehicles."""
    with place.database.unit_of_work() as session:
        assert session.get(Unit, unit_id) is not None
        found = SelectionRun(source=RunSource.FILE, unit_id=unit_id, title="bench", parameters={},
                             run_by="import:1", run_at=company.base)  # fmt: skip
        session.add(found)
        session.flush()
        due = company.base + timedelta(days=1)
        copy_rows(
            session,
            Lead,
            ("run_id", "client_id", "asset_id", "asset_key", "why", "due_at"),
            ((found.id, number, number, number, {"days": 365}, due)
             for number in range(1, leads + 1)),
        )  # fmt: skip
        refresh_statistics(session)
        return found.id


def rolled_back(place: Place, work: Any) -> None:
    """Do the work in one transaction and undo it."""
    with place.database.writing_session() as session:
        lift_time_limits(session)
        work(session)
        session.flush()
        session.rollback()


def keep_written(place: Place, company: Company, unit_id: int, work: Any) -> None:
    """Do the work once, keep copies of the rows it wrote, and take them away again.

    Journal entries cannot be taken away: their copies get numbers of their own.
    """
    with place.database.unit_of_work() as session:
        new = {table: f"id > {_last(session, table)}" for table in WRITTEN if table in _KEYED}
        known_already = f"client_id % {len(company.unit_ids)} = 0"
        new["client_units"] = f"unit_id = {unit_id} AND NOT ({known_already})"
        work(session)
        session.flush()
        for table in WRITTEN:
            rows = f"SELECT * FROM {table} WHERE {new[table]}"
            session.execute(text(f"CREATE TABLE kept_{table} AS {rows}"))
        for table in ("tasks", "client_units", "work_lists"):
            session.execute(text(f"DELETE FROM {table} WHERE {new[table]}"))


def _last(session: Session, table: str) -> int:
    return int(session.scalar(text(f"SELECT COALESCE(max(id), 0) FROM {table}")) or 0)


def copied(session: Session) -> None:
    """The bare twin: every row that was kept, into the same tables with the same indexes."""
    for table in WRITTEN:
        columns = [column.name for column in Base.metadata.tables[table].columns]
        if table == "journal_entries":
            columns.remove("id")
        names = ", ".join(columns)
        session.execute(text(f"INSERT INTO {table} ({names}) SELECT {names} FROM kept_{table}"))
