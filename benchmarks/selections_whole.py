"""Selections over everything: memory of the process that runs and forms them, values offered."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from benchmarks.company import Company
from benchmarks.harness import Goal, Line, plain_line
from benchmarks.places import Place
from core.bulk import lift_time_limits
from selections.editing import create_selection
from selections.fields import Moment
from selections.rules import Condition, Definition, Group, Join, Operator, Subject
from selections.running import run_selection
from webui.selections.studio_offers import OfferedValues
from worklists.forming import form_work_lists
from worklists.selection_fields import CATALOGUE

_ZONE = "Europe/Moscow"
_MOST_MIB = 30
"""What a web process may grow by, whatever it finds (``design/performance.md``)."""


def whole_table(place: Place, company: Company, clients: int) -> Iterator[Line]:
    """All vehicles of all clients found and formed at once; the first look for all makes."""
    yield _offered(place, company, clients)
    since = Condition("vehicle.year", Operator.AT_LEAST, (1990,))
    definition = Definition(Subject.VEHICLE, Group(Join.ALL, (since,)))
    head = company.head()
    with place.database.unit_of_work() as session:
        selection_id = create_selection(
            session, name="bench", definition=definition, unit_id=company.root_id, actor=head,
            now=company.base, catalogue=CATALOGUE,
        ).id  # fmt: skip
    start, began = _forget_peak(), perf_counter()
    with place.database.unit_of_work() as session:
        lift_time_limits(session)
        run = run_selection(
            session, selection_id, unit_id=company.root_id, answers={}, form_key=None, actor=head,
            now=company.base, default_zone=_ZONE, catalogue=CATALOGUE,
        )  # fmt: skip
        run_id, leads = run.id, run.leads_found or 0
    found, ran = _peak(), perf_counter()
    with place.database.unit_of_work() as session:
        lift_time_limits(session)
        formed = form_work_lists(
            session, run_id, campaign_id=company.campaign_ids[0], unit_id=company.unit_ids[0],
            actor=head, now=company.base, default_zone=_ZONE,
        )  # fmt: skip
    yield plain_line(
        "selections", place.engine, clients, "memory of the process: growth in a run of all", "MiB",
        [found - start], Goal(_MOST_MIB), leads=leads, seconds=round(ran - began, 1),
    )  # fmt: skip
    yield plain_line(
        "selections", place.engine, clients, "memory of the process: growth in forming all", "MiB",
        [_peak() - start], Goal(_MOST_MIB), tasks=formed.tasks_new,
        seconds=round(perf_counter() - ran, 1),
    )  # fmt: skip


def _offered(place: Place, company: Company, clients: int) -> Line:
    make = CATALOGUE.field("vehicle.make")
    assert make is not None
    moment = Moment(company.base.date(), _ZONE)
    with place.database.reading() as session:
        offered = OfferedValues(session, CATALOGUE, company.head(), moment)
        began = perf_counter()
        makes = offered.of(make)
        seconds = perf_counter() - began
    return plain_line(
        "selections", place.engine, clients, "makes offered, the first look (kept for ten minutes)",
        "s", [seconds], makes=len(makes),
    )  # fmt: skip


def _forget_peak() -> float:
    """Start counting the peak anew; the resident memory now, in MiB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> float:
    """The most resident memory since, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
