"""Loading the demo data: invented in memory, written in bulk, in one transaction.

The same day gives the same data: all chance comes from one seed, all days are counted back from
the clock's own. Only password hashes (salted) differ from load to load.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaigns.catalogue import install_catalogue
from core.bulk import lift_time_limits, refresh_statistics
from core.clock import Clock, local_day
from core.db import Database
from core.errors import Refused
from core.locks import exclusively
from directory.assets.forecast_sweep import forecast_now
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.company import COMPANY_CODE
from directory.units.models import Unit, UnitPath
from entrypoints.demo import selections, writing
from entrypoints.demo.chronicle import Chronicle
from entrypoints.demo.clientele import invent_clientele, tell_covers
from entrypoints.demo.company import CENTRES, COMPANY_ZONE, EMPLOYEES, UNITS, demo_logins
from entrypoints.demo.desk import World
from entrypoints.demo.facts import read_facts
from entrypoints.demo.files_loaded import LoadedFiles
from entrypoints.demo.service_history import invent_visits
from entrypoints.demo.subjects import subjects_of
from entrypoints.demo.workload import work_of

__all__ = ["DemoAlreadyThere", "DemoSummary", "demo_logins", "is_empty", "load_demo"]

CLIENTS, VEHICLES, VISITS = 20_000, 26_000, 150_000
_SEED = 20_260_318
_PHASES = 12

Progress = Callable[[str, int, int], None]
"""Called with the phase's words, how many phases are done, and how many there are."""


class DemoAlreadyThere(Refused):
    """Demo data goes into an empty database only: it is never mixed with what is there."""


@dataclass(frozen=True, kw_only=True)
class DemoSummary:
    """How much was loaded."""

    units: int
    employees: int
    clients: int
    vehicles: int
    visits: int
    work_lists: int
    tasks: int
    attempts: int


def is_empty(database: Database) -> bool:
    """Whether there are no units (but the company of the installation), people and clients."""
    with database.reading() as session:
        return _is_empty(session)


def is_loaded(database: Database) -> bool:
    """Whether the demo's company is here, with the people whose logins can be told."""
    with database.reading() as session:
        return session.scalar(select(Unit.id).where(Unit.code == UNITS[0].code)) is not None


def load_demo(
    database: Database,
    clock: Clock,
    *,
    progress: Progress | None = None,
    scale: float = 1.0,
    password: str,
) -> DemoSummary:
    """Fill an empty, migrated database; everybody gets this password.

    ``scale`` 1.0 is 20,000 clients with 150,000 visits. Raises DemoAlreadyThere.
    """
    with database.unit_of_work() as session:
        exclusively(session, "demo")
        if not _is_empty(session):
            raise DemoAlreadyThere
        _remove_bare_company(session)
        lift_time_limits(session)
        return _load(session, clock, progress or _silent, scale, password)


def _load(
    session: Session, clock: Clock, progress: Progress, scale: float, password: str
) -> DemoSummary:
    steps = iter(range(_PHASES + 1))

    def tell(words: str) -> None:
        progress(words, next(steps), _PHASES)

    now = clock(session).replace(second=0, microsecond=0)
    day = local_day(now, COMPANY_ZONE)
    since = now - timedelta(days=6 * 365)

    tell("company and people")
    writing.write_company(session, password_hash=_hashed(password), since=since)
    install_catalogue(session, now=now)
    session.flush()
    tell("clients and vehicles")
    count = [max(40, round(whole * scale)) for whole in (CLIENTS, VEHICLES, VISITS)]
    told = invent_clientele(_chance("clientele"), day, count[0], count[1])
    tell_covers(_chance("covers"), told, day)
    tell("service history")
    visits = invent_visits(_chance("visits"), told.vehicles, day, count[2])
    tell("work of the departments")
    files = LoadedFiles()
    world = World(_chance("work"), now, read_facts(session), Chronicle(), files)
    for centre in CENTRES:
        work_of(world, centre, subjects_of(world.rng, centre, told, visits), scale)
    book = world.book
    tell("writing clients")
    writing.write_clients(session, told, book.known_to)
    writing.write_vehicles(session, told)
    writing.write_refusals(session, told, book, _chance("refusals"), now)
    tell("writing visits")
    writing.write_visits(session, visits)
    tell("writing jobs and parts")
    writing.write_lines(session, visits)
    tell("writing mileages and advice")
    writing.write_readings(session, visits, book, _chance("advice"), day)
    tell("writing work-lists and tasks")
    writing.write_work(session, book, files, _chance("appointments"), day=day, now=now)
    tell("mileage forecasts")
    forecast_now(session, now=now, today=day)
    tell("selections")
    selections.write_selections(session, now)
    tell("database statistics")
    refresh_statistics(session)
    tell("done")
    return DemoSummary(
        units=len(UNITS),
        employees=len(EMPLOYEES),
        clients=len(told.clients),
        vehicles=len(told.vehicles),
        visits=len(visits),
        work_lists=len(book.work_lists),
        tasks=len(book.tasks),
        attempts=len(book.attempts),
    )


def _is_empty(session: Session) -> bool:
    units = list(session.scalars(select(Unit.code).limit(2)))
    return units in ([], [COMPANY_CODE]) and all(
        session.scalar(select(table.id).limit(1)) is None for table in (Employee, Client)
    )


def _remove_bare_company(session: Session) -> None:
    """The demo brings a company of its own; that of the installation has nothing below it yet."""
    session.execute(delete(UnitPath))
    session.execute(delete(Unit))


def _chance(part: str) -> Random:
    """Chance of each part's own: a change in one leaves the others as they were."""
    # Not for secrets: the same data for everybody is the purpose.
    return Random(f"{_SEED} {part}")  # noqa: S311


def _hashed(password: str) -> str:
    # Imported here until the sign-in of the staff package is there.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(password)


def _silent(_words: str, _done: int, _phases: int) -> None:
    """For a caller that does not watch."""
