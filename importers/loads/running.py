"""Loading a file of records whole, in one transaction that its caller keeps or not (A8, rule 20).

A preview is this in a transaction of which nothing remains; what is kept for good goes batch by
batch (``importers.loads.staged``), by the same appliers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from operator import attrgetter

from sqlalchemy.orm import Session

from core.access import Actor
from core.bulk import lift_time_limits
from core.errors import NotFound
from core.journal import record
from core.locks import exclusively
from importers.collecting import collect_young, no_collecting
from importers.columns import Column, unread
from importers.events import RecordsLoaded
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FileFormat
from importers.loads.batch import Applier, Setting, apply_batch
from importers.loads.batches import batches
from importers.loads.clients import ClientsApplier
from importers.loads.do_not_call import DoNotCallApplier
from importers.loads.recommendations import RecommendationsApplier
from importers.loads.results import ResultsApplier
from importers.loads.second_look import MOST, in_doubt, recount, settled_later
from importers.loads.told import LoadResult, RowError, Ruling, Verdict
from importers.loads.vehicles import VehiclesApplier
from importers.loads.visits import VisitsApplier
from importers.loads.workshops import said_workshop, with_workshops
from importers.mapping_files import said_in
from importers.mappings import remember_mapping, with_mapping
from importers.permissions import ImportPermission
from importers.problems import FileProblem, FileRefused
from importers.rereading import LOCK
from importers.tables import TableStream
from importers.typed_rows import TypedReader, TypedRow

APPLIERS: Mapping[str, type[Applier]] = {
    "clients": ClientsApplier,
    "vehicles": VehiclesApplier,
    "visits": VisitsApplier,
    "recommendations": RecommendationsApplier,
    "do-not-call": DoNotCallApplier,
    "results": ResultsApplier,
}
"""Code of a format → who makes records of its rows: the formats that can be loaded."""
DIRECTORY_FORMATS: Mapping[str, FileFormat] = {code: FORMATS[code] for code in APPLIERS}
Watch = Callable[[Sequence[TypedRow], Sequence[Ruling]], None]


@no_collecting()
def load_rows(
    session: Session,
    stream: TableStream,
    fmt: FileFormat,
    *,
    unit_id: int,
    sha256: str,
    actor: Actor,
    now: datetime,
    region: str = "RU",
    said: Mapping[str, Field | None] | None = None,
    columns: Sequence[Column] | None = None,
    workshop_id: int | None = None,
    watch: Watch | None = None,
    settled: Watch | None = None,
    is_kept: bool = True,
    tells_errors: bool = True,
) -> LoadResult:
    """Make records of all rows of an open table in the caller's transaction; never commits.

    ``sha256``: of the file, by which its records name their source. ``columns``: what they mean;
    None: they are recognised, and ``said`` is what a person says that headings mean, before all
    else. ``workshop_id``: of rows of work orders that name none.
    ``watch`` is called after each batch, ``settled`` with rows that it was told are in doubt
    and that are not, as what stands below them shows. ``is_kept`` False: the caller rolls back, and
    no other load waits for this one, but who writes the rows that it has changed does on
    PostgreSQL.
    ``tells_errors`` False: whoever watches hears of them. Raises FileRefused (then the caller rolls
    back), NotFound for a unit that this actor does not see, NotPermitted.
    """
    actor.require(ImportPermission.LOAD)
    if unit_id not in actor.unit_ids:
        raise NotFound("unit", unit_id)
    lift_time_limits(session)
    if is_kept:
        exclusively(session, LOCK)

    def setting() -> Setting:
        return Setting(session, unit_id, actor, now, source_of(sha256), workshop_id=workshop_id)

    def apply(rows: Sequence[TypedRow]) -> list[Ruling]:
        return apply_batch(APPLIERS[fmt.code], setting(), rows)

    lines = stream.batches()
    if columns is None:
        first = next(lines, [])
        lines = chain((first,), lines)
        sample = [row for _, row in first]
        recognised = with_workshops(
            session, unit_id, fmt, fmt.recognised(stream.columns, sample), sample
        )
        workshop_id = workshop_id or said_workshop(session, unit_id, fmt, recognised)
        columns = _columns(setting(), recognised, fmt, said or {})
    reader = TypedReader(columns, fmt, region=region, has_error_cells=stream.has_error_cells)
    counts, errors = Counter[Verdict](), list[RowError]()
    waiting: list[TypedRow] = []
    with batches(lines, reader) as found:
        for rows in found:
            rulings = apply(rows)
            counts.update(ruling.verdict for ruling in rulings)
            waiting += islice(in_doubt(rows, rulings), max(0, MOST - len(waiting)))
            if tells_errors:
                errors += row_errors(rows, rulings)
            if watch is not None:
                watch(rows, rulings)
            collect_young()
    if not counts.total():
        raise FileRefused(FileProblem.NO_ROWS)
    for later, decided in settled_later(waiting, apply):
        recount(counts, decided)
        if tells_errors:
            errors = _errors_now(errors, later, decided)
        if settled is not None:
            settled(later, decided)
    record_load(session, fmt, unit_id, sha256, counts, actor=actor, now=now)
    told = {verdict: counts[verdict] for verdict in Verdict}
    return LoadResult(counts.total(), told, tuple(errors), stream.skipped, unread(columns))


def source_of(sha256: str) -> str:
    """How records name the file that they came from."""
    return f"import:{sha256[:16]}"


def record_load(
    session: Session,
    fmt: FileFormat,
    unit_id: int,
    sha256: str,
    counts: Mapping[Verdict, int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Write into the journal that a file was loaded, whole."""
    event = RecordsLoaded(
        unit_id=unit_id, format=fmt.code, sha256=sha256, rows=sum(counts.values()),
        counts=tuple(f"{verdict.value}:{counts.get(verdict, 0)}" for verdict in Verdict),
    )  # fmt: skip
    record(session, event, actor=actor, at=now)


def row_errors(rows: Sequence[TypedRow], rulings: Sequence[Ruling]) -> Iterator[RowError]:
    """What is to be told about the rows of a batch."""
    for row, ruling in zip(rows, rulings, strict=True):
        for problem in ruling.problems:
            yield RowError(row.row_no, problem.column, problem.code, problem.value)


def _errors_now(
    errors: Sequence[RowError], rows: Sequence[TypedRow], rulings: Sequence[Ruling]
) -> list[RowError]:
    """What is to be told when these rows have other rulings."""
    settled = {row.row_no for row in rows}
    others = (error for error in errors if error.row not in settled)
    return sorted(chain(others, row_errors(rows, rulings)), key=attrgetter("row"))


def _columns(
    setting: Setting,
    recognised: Sequence[Column],
    fmt: FileFormat,
    said: Mapping[str, Field | None],
) -> Sequence[Column]:
    session, unit_id = setting.session, setting.unit_id
    columns = with_mapping(session, unit_id, fmt.code, recognised)
    if said:
        columns = said_in(columns, fmt, said)
    fmt.check_columns(columns)
    if said:
        fields = [column.field for column in columns]
        remember_mapping(session, unit_id, fmt.code, recognised, fields,
                         workshop_id=setting.workshop_id, actor=setting.actor,
                         now=setting.now)  # fmt: skip
    return columns
