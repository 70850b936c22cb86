"""Loading a file of records: one code for the preview and for the run (A8, rule 20).

A preview is the same call in a transaction that its caller rolls back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy.orm import Session

from core.access import Actor
from core.bulk import lift_time_limits
from core.errors import NotFound
from core.journal import record
from core.locks import exclusively
from importers.columns import Column
from importers.events import RecordsLoaded
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FileFormat
from importers.loads.batch import Applier, Setting, apply_batch
from importers.loads.clients import ClientsApplier
from importers.loads.do_not_call import DoNotCallApplier
from importers.loads.recommendations import RecommendationsApplier
from importers.loads.results import ResultsApplier
from importers.loads.told import LoadResult, RowError, Ruling, Verdict
from importers.loads.vehicles import VehiclesApplier
from importers.loads.visits import VisitsApplier
from importers.mapping_files import said_in
from importers.mappings import remember_mapping, with_mapping
from importers.permissions import ImportPermission
from importers.problems import FileProblem, FileRefused
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
BATCH = 2_000
Watch = Callable[[Sequence[TypedRow], Sequence[Ruling]], None]


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
    watch: Watch | None = None,
) -> LoadResult:
    """Make records of all rows of an open table in the caller's transaction; never commits.

    ``sha256``: of the file, by which its records name their source. ``said``: what a person says
    that headings mean, before all else. ``watch`` is called after each batch. Raises FileRefused
    (then the caller rolls back), NotFound for a unit that this actor does not see, NotPermitted.
    """
    actor.require(ImportPermission.LOAD)
    if unit_id not in actor.unit_ids:
        raise NotFound("unit", unit_id)
    lift_time_limits(session)
    # Two loads at once would both make the client whom both bring.
    exclusively(session, "importers.loads")
    setting = Setting(session, unit_id, actor, now, f"import:{sha256[:16]}")
    counts, errors = Counter[Verdict](), list[RowError]()
    for rows in _batches(setting, stream, fmt, region, said or {}):
        rulings = apply_batch(APPLIERS[fmt.code], setting, rows)
        counts.update(ruling.verdict for ruling in rulings)
        errors += _errors(rows, rulings)
        if watch is not None:
            watch(rows, rulings)
    if not counts.total():
        raise FileRefused(FileProblem.NO_ROWS)
    told = {verdict: counts[verdict] for verdict in Verdict}
    event = RecordsLoaded(
        unit_id=unit_id, format=fmt.code, sha256=sha256, rows=counts.total(),
        counts=tuple(f"{verdict.value}:{count}" for verdict, count in told.items()),
    )  # fmt: skip
    record(session, event, actor=actor, at=now)
    return LoadResult(counts.total(), told, tuple(errors), stream.skipped)


def _batches(
    setting: Setting,
    stream: TableStream,
    fmt: FileFormat,
    region: str,
    said: Mapping[str, Field | None],
) -> Iterator[list[TypedRow]]:
    lines = stream.batches()
    first = next(lines, [])
    columns = _columns(setting, stream.columns, fmt, said, [cells for _, cells in first])
    reader = TypedReader(columns, fmt, region=region, has_error_cells=stream.has_error_cells)
    rows: list[TypedRow] = []
    for batch in chain((first,), lines):
        for row_no, cells in batch:
            row = reader.read(row_no, cells)
            if len(rows) >= BATCH and not _is_one_record(rows[-1], row):
                yield rows
                rows = []
            rows.append(row)
    if rows:
        yield rows


def _is_one_record(before: TypedRow, row: TypedRow) -> bool:
    """Lines of one work order stay together, as long as they stand together."""
    number = row.values.get(Field.VISIT_NUMBER)
    return number is not None and before.values.get(Field.VISIT_NUMBER) == number


def _columns(
    setting: Setting,
    found: Sequence[Column],
    fmt: FileFormat,
    said: Mapping[str, Field | None],
    sample: Sequence[Sequence[str]],
) -> Sequence[Column]:
    session, unit_id = setting.session, setting.unit_id
    recognised = fmt.recognised(found, sample)
    columns = with_mapping(session, unit_id, fmt.code, recognised)
    if said:
        columns = said_in(columns, fmt, said)
    fmt.check_columns(columns)
    if said:
        fields = [column.field for column in columns]
        remember_mapping(session, unit_id, fmt.code, recognised, fields,
                         actor=setting.actor, now=setting.now)  # fmt: skip
    return columns


def _errors(rows: Sequence[TypedRow], rulings: Sequence[Ruling]) -> Iterator[RowError]:
    for row, ruling in zip(rows, rulings, strict=True):
        for problem in ruling.problems:
            yield RowError(row.row_no, problem.column, problem.code, problem.value)
