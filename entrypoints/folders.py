"""Folders whose files are loaded by themselves: what runs by the clock, and ``prozvon sync``."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import Clock, database_clock
from core.db import Database
from core.schedule import Job
from core.settings import Settings
from directory.units.models import Unit
from entrypoints.connecting import connected
from entrypoints.files import FileNotTaken, loader_at, named_unit
from entrypoints.folder_results import tell_result
from entrypoints.languages import in_language
from importers.folders.forgetting import forget_old_files
from importers.folders.nightly import Schedule, begin_run, go_on, look_at_night
from importers.folders.summary import counts_of_run, files_of_run, outcome_of
from importers.folders.taking import FolderPlace
from importers.folders.watching import LONGEST, look_at_watched
from importers.loads.models import RecordLoad
from importers.loads.seen import refusal_of
from importers.loads.working import work_on_loads
from webui.labels.files import file_sentence
from webui.labels.folders import problem_of_note

_PAUSE = 0.2
Told = dict[str, Any]


def folder_jobs(settings: Settings) -> tuple[Job, ...]:
    """What looks into folders, and what forgets files, in an installation with these settings."""
    forget = partial(
        forget_old_files, spool=settings.loads_dir, after=settings.forget_files_after,
        watched=settings.watched_folder,
    )  # fmt: skip
    jobs = [Job("forget files", timedelta(hours=6), forget, longest=LONGEST)]
    if settings.watched_folder is not None:
        watch = partial(
            look_at_watched, place=_place(settings.watched_folder, settings),
            tell=partial(tell_result, settings=settings),
        )  # fmt: skip
        jobs.append(Job("look at the watched folder", timedelta(seconds=5), watch, longest=LONGEST))
    if settings.nightly_folder is not None:
        night = partial(
            look_at_night, place=_place(settings.nightly_folder, settings),
            schedule=Schedule(at=settings.nightly_at, zone=settings.time_zone),
        )  # fmt: skip
        jobs.append(Job("synchronise the folder", timedelta(seconds=15), night, longest=LONGEST))
    return tuple(jobs)


def synchronise(folder: Path, *, unit_code: str | None, settings: Settings) -> Told:
    """Load what is new in the folder, now; what became of each file.

    Raises FileNotTaken: there is no such unit.
    """
    place = _place(folder, settings)
    with connected(settings) as database:
        with database.unit_of_work() as session:
            unit_id = named_unit(session, unit_code).id if unit_code else None
            now = database_clock(session)
            run_id = begin_run(session, f"hand:{secrets.token_hex(8)}", now=now)
            assert run_id is not None
        while not go_on(database, database_clock, run_id, place=place, unit_id=unit_id):
            work(database, database_clock, settings=settings)
            time.sleep(_PAUSE)
        with database.reading() as session:
            return in_language("en", partial(_told, session, run_id))


def work(database: Database, clock: Clock, *, settings: Settings) -> int:
    """Do what was asked for in the background, whoever asked."""
    return work_on_loads(database, clock, folder=settings.loads_dir, zone=settings.time_zone)


def _place(folder: Path, settings: Settings) -> FolderPlace:
    return FolderPlace(root=folder, spool=settings.loads_dir, loader_of=_loader_of)


def _loader_of(session: Session, unit: Unit) -> Actor | None:
    try:
        # The journal says that a file did it, and not who stands for it.
        return replace(loader_at(session, unit), key="import:folder")
    except FileNotTaken:
        return None


def _told(session: Session, run_id: int) -> Told:
    notes = files_of_run(session, run_id)
    files = [
        {
            "file": note.path,
            "format": note.format,
            "outcome": outcome_of(note, load),
            "counts": load.counts if load is not None else {},
            "reason": problem_of_note(note) or _reason(load),
        }
        for note, load in notes
    ]
    return {**counts_of_run(notes), "files": files}


def _reason(load: RecordLoad | None) -> str:
    refused = refusal_of(load) if load is not None else None
    return file_sentence(refused) if refused is not None else ""


def say_files(told: Told, *, as_json: bool) -> None:
    """Print what ``synchronise`` told."""
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for one in told["files"]:
        kind = f" ({one['format']})" if one["format"] else ""
        why = f": {one['reason']}" if one["reason"] else ""
        click.echo(f"{one['file']}{kind}: {one['outcome']}{why}")
        for verdict, count in one["counts"].items():
            if count and one["outcome"] == "loaded":
                click.echo(f"  {verdict}: {count}")
    click.echo(f"loaded: {told['loaded']}, known: {told['known']}, refused: {told['refused']}")
