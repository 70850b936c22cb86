"""``prozvon import``: a file of any format that can be loaded, and what is told about it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click
from sqlalchemy.orm import Session

from core.clock import database_clock
from core.db import Database
from core.settings import Settings
from entrypoints.connecting import connected
from entrypoints.files import FileNotTaken, loader_at, named_unit
from entrypoints.import_told import ReportLine, Told, counts_told, write_report
from entrypoints.languages import in_language
from entrypoints.record_imports import LoadNotRun, RecordFile, load_records, try_records
from importers.columns import unread
from importers.error_rows import error_rows
from importers.fields import Field
from importers.files import get_file
from importers.formats.catalogue import FORMATS, LEAD_FORMATS
from importers.kept_columns import as_said, columns_of
from importers.loading import keep_file, read_file
from importers.loads.running import DIRECTORY_FORMATS
from importers.loads.told import LoadResult, RowError, Verdict
from importers.mapping_files import MappingRefused, read_mapping, said_in
from importers.plans import RowPlan
from importers.preview import preview
from importers.problems import FileRefused
from importers.remapping import remap_file
from importers.running import form_from_file
from webui.labels.file_places import error_sentence
from webui.labels.files import file_sentence

_LEAD_VERDICTS = {
    RowPlan.NEW_CLIENT: Verdict.NEW,
    RowPlan.NEW_LIST: Verdict.MATCHED,
    RowPlan.APPENDED: Verdict.APPENDED,
    RowPlan.IN_WORK: Verdict.MATCHED,
    RowPlan.BLOCKED: Verdict.BLOCKED,
    RowPlan.DUPLICATE: Verdict.SKIPPED,
    RowPlan.REJECTED: Verdict.INVALID,
}


class FileTurnedDown(Exception):
    """The file (or the mapping with it) was refused; the message is the sentence for people."""


class _OnlyTried(Exception):
    """Rolls a dry run back."""

    def __init__(self, told: Told) -> None:
        super().__init__("dry run")
        self.told = told


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was asked for at the command line."""

    variant: str
    path: Path
    unit_code: str | None = None
    form_all: bool = False
    dry_run: bool = False
    mapping: Path | None = None
    workshop: str | None = None
    report: Path | None = None


def import_file(wish: Wish, *, settings: Settings) -> Told:
    """Load the file; the counts of its rows and what is to be told about them.

    Raises FileTurnedDown, FileNotTaken.
    """
    if wish.form_all and wish.variant not in LEAD_FORMATS:
        raise FileNotTaken(f"No work-lists are formed of {wish.variant}: leave out --all")
    if wish.workshop and Field.WORKSHOP not in FORMATS[wish.variant].fields:
        raise FileNotTaken(f"Rows of {wish.variant} have no workshop: leave out --workshop")
    load = _leads_at if wish.variant in LEAD_FORMATS else _records_at
    try:
        with connected(settings) as database:
            return load(database, wish, settings)
    except _OnlyTried as tried:
        return tried.told
    except FileRefused as refused:
        sentence = in_language("en", partial(file_sentence, refused))
        raise FileTurnedDown(f"{wish.path.name}: {sentence}") from refused
    except (MappingRefused, LoadNotRun) as refused:
        raise FileTurnedDown(str(refused)) from refused


def _records_at(database: Database, wish: Wish, settings: Settings) -> Told:
    fmt = DIRECTORY_FORMATS[wish.variant]
    file = RecordFile(
        path=wish.path, fmt=fmt, unit_code=wish.unit_code, report=wish.report,
        workshop=wish.workshop, said=read_mapping(wish.mapping, fmt) if wish.mapping else None,
    )  # fmt: skip
    return (try_records if wish.dry_run else load_records)(database, file, settings)


def _leads_at(database: Database, wish: Wish, settings: Settings) -> Told:
    with database.unit_of_work() as session:
        told = _load_leads(session, wish, settings)
        if wish.dry_run:
            raise _OnlyTried(told)
        return told


def say_counts(counts: Told, *, as_json: bool) -> None:
    """Print what ``import_file`` told."""
    if as_json:
        click.echo(json.dumps(counts, ensure_ascii=False))
        return
    if not counts.get("is_new", True):
        click.echo("This file was loaded before; it is not loaded again.")
    for name, value in counts.items():
        if name == "errors":
            for error in value:
                click.echo(f"row {error['row']}: {error['message']}")
            continue
        if isinstance(value, list):
            value = ", ".join(value) or "none"
        inner = value.items() if isinstance(value, dict) else ()
        click.echo(f"{name}: {value}" if not inner else f"{name}:")
        for key, count in inner:
            click.echo(f"  {key}: {count}")


def _load_leads(session: Session, wish: Wish, settings: Settings) -> Told:
    fmt = LEAD_FORMATS[wish.variant]
    said = read_mapping(wish.mapping, fmt) if wish.mapping else None
    # Whether the columns are there is known at keeping: somebody may have said what they are.
    read = read_file(wish.path, fmt, needs_columns=False)
    unit = named_unit(session, wish.unit_code)
    actor, now = loader_at(session, unit), database_clock(session)
    kept = keep_file(
        session, read, name=wish.path.name, unit_id=unit.id, actor=actor, now=now,
        needs_columns=said is None,
    )  # fmt: skip
    file_id = kept.file.id
    if said is not None:
        columns = columns_of(kept.file)
        mine = said_in(columns, fmt, said)
        fmt.check_columns(mine)
        fields = [column.field for column in mine]
        if as_said(columns, fields) != columns:
            remap_file(session, file_id, fields, actor=actor, now=now)
    seen = preview(session, file_id, actor=actor, now=now)
    counts = dict.fromkeys(Verdict, 0)
    for plan, count in seen.counts.items():
        counts[_LEAD_VERDICTS[plan]] += count
    told_rows = list(error_rows(session, file_id, actor=actor, now=now))
    errors = tuple(
        RowError(row.row_no, problem.column, problem.code, problem.value)
        for row in told_rows
        for problem in (*row.problems, *row.warnings)
    )
    left_out = unread(columns_of(seen.file))
    told = counts_told(LoadResult(seen.total, counts, errors, unread=left_out)) | {
        "unit": unit.code,
        "is_new": kept.is_new,
        "file_id": file_id,
        "plans": {plan.value: count for plan, count in seen.counts.items()},
    }
    if wish.form_all:
        formed = form_from_file(
            session, file_id, row_ids=None, actor=actor, now=now, default_zone=settings.time_zone
        )
        told["formed"] = asdict(formed)
    header = [str(title) for title in get_file(session, file_id, actor=actor).header]
    lines: list[ReportLine] = [
        (row.row_no, row.cells, partial(error_sentence, row)) for row in told_rows
    ]
    write_report(wish.report, header, lines, settings)
    return told
