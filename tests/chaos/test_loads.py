"""Loading dies at any moment; whoever goes on makes one whole load of it (A8, P12)."""

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import database_clock
from core.db import Database
from core.journal import JournalEntry
from core.rehearsals import rehearsing
from importers.formats.catalogue import FORMATS
from importers.loads.asking import ask_run
from importers.loads.models import LoadBatch, LoadedRow, LoadState, RecordLoad
from importers.loads.running import load_rows
from importers.models import ImportedFile, ImportedRow
from importers.tables import read_table
from tests.chaos.children import Children, children
from tests.chaos.test_queue import FULL
from tests.staged_given import StagingDesk, people, picture_of, write_lines

pytestmark = pytest.mark.chaos
ROWS = 100_000 if FULL else 16_000
KILLS = 30 if FULL else 3


def clean_picture(desk: StagingDesk, path: Path) -> list[Any]:
    """What one undisturbed load gives."""
    with read_table(path) as stream, rehearsing(desk.database) as session:
        load_rows(session, stream, FORMATS["clients"], unit_id=desk.unit_id, sha256="0" * 64,
                  actor=desk.actor, now=database_clock(session), is_kept=False)  # fmt: skip
        return picture_of(session)


def rows_and_batches(desk: StagingDesk, load_id: int) -> tuple[int, int, int, int]:
    """Rows told and rows counted, batches kept and batches counted."""
    with desk.database.reading() as session:
        load = session.get_one(RecordLoad, load_id)
        rows, batches = (
            session.scalar(select(func.count()).where(table.load_id == load_id)) or 0
            for table in (LoadedRow, LoadBatch)
        )
        return rows, sum(load.counts.values()), batches, load.batches


def kill_one(family: Children, desk: StagingDesk, load_id: int) -> bool:
    """Let a lane work until it gets on, and kill it soon after; whether the load goes on."""
    before = desk.see(load_id).batches
    child = family.start("loads", folder=str(desk.folder))
    until = time.monotonic() + 60
    while time.monotonic() < until and child.poll() is None:
        seen = desk.see(load_id)
        if seen.batches > before or seen.state is LoadState.DONE:
            break
        time.sleep(0.01)
    time.sleep(family.chance.uniform(0, 0.3))
    family.kill(child)
    return desk.see(load_id).state is LoadState.LOADING


def test_killed_at_any_moment_and_resumed_is_one_load(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    desk = StagingDesk(database, tmp_path)
    path = write_lines(tmp_path / "f.csv", people(ROWS))
    wanted = clean_picture(desk, path)
    assert desk.picture() == []

    load_id = desk.ask(path)
    with children(database_url, 7) as family:
        first = family.start("loads", folder=str(desk.folder))
        time.sleep(family.chance.uniform(0.5, 3))
        family.kill(first)
        assert desk.picture() == [], "a preview that dies leaves nothing"
        until = time.monotonic() + 120
        while desk.see(load_id).state is not LoadState.CHECKED and time.monotonic() < until:
            desk.work()
        promised = desk.see(load_id).checked
        desk.do(ask_run, load_id)
        in_the_middle = 0
        for _ in range(KILLS):
            in_the_middle += kill_one(family, desk, load_id)
            rows, counted, batches, noted = rows_and_batches(desk, load_id)
            assert (rows, batches) == (counted, noted), "whole batches only"
    until = time.monotonic() + 120
    while desk.see(load_id).state is LoadState.LOADING and time.monotonic() < until:
        desk.work()
    done = desk.see(load_id)
    print(f"{in_the_middle} of {KILLS} were killed before the end, {done.batches} batches")
    assert (done.state, done.counts) == (LoadState.DONE, promised)
    assert rows_and_batches(desk, load_id) == (ROWS, ROWS, done.batches, done.batches)
    assert desk.picture() == wanted
    with database.reading() as session:
        told = select(func.count(JournalEntry.id)).where(JournalEntry.event == "RecordsLoaded")
        assert session.scalar(told) == 1
    assert [one.name for one in tmp_path.iterdir() if "rehearsal" in one.name] == []


def test_a_killed_reading_of_clients_to_call_begins_anew_and_is_one_file(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    desk = StagingDesk(database, tmp_path)
    path = write_lines(tmp_path / "f.csv", people(ROWS))
    load_id = desk.ask(path, format="lost-clients")

    def files_and_rows() -> tuple[int, int]:
        with database.reading() as session:
            files, rows = (
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (ImportedFile, ImportedRow)
            )
            return files, rows

    with children(database_url, 8) as family:
        for _ in range(2):
            dead = desk.see(load_id).worker
            child = family.start("loads", folder=str(desk.folder))
            until = time.monotonic() + 60
            # It has begun when another name stands there than that of the one killed before.
            while time.monotonic() < until and desk.see(load_id).worker in (None, dead):
                if child.poll() is not None:
                    break
                time.sleep(0.01)
            time.sleep(family.chance.uniform(0, 1))
            family.kill(child)
            assert files_and_rows() in ((0, 0), (1, ROWS)), "whole or not at all"
    until = time.monotonic() + 120
    while desk.see(load_id).state is LoadState.READING and time.monotonic() < until:
        desk.work()
    assert desk.see(load_id).state is LoadState.DONE
    assert files_and_rows() == (1, ROWS)
    with database.reading() as session:
        told = select(func.count(JournalEntry.id)).where(JournalEntry.event == "FileLoaded")
        assert session.scalar(told) == 1
