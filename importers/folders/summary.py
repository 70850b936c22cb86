"""What a look at a synchronised folder came to: one entry of the journal, one notice a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from core.journal import Event, record
from importers.folders.models import FolderFile, FolderProblem, FolderRun, NoticeKind
from importers.folders.notices import tell_about_file
from importers.loads.models import LoadState, RecordLoad
from worklists.sweeping import SCHEDULER

Noted = tuple[FolderFile, RecordLoad | None]


@dataclass(frozen=True, kw_only=True)
class FolderSynchronised(Event):
    """All files of a folder were looked at, and those with news were loaded."""

    subject: ClassVar[str] = "folder_run"
    folder_run_id: int
    loaded: int
    known: int
    refused: int
    rows: int
    doubtful: int
    invalid: int


def finish_run(session: Session, run_id: int, *, now: datetime) -> bool:
    """Note that the look is over and tell it; False: another has done so."""
    done = session.execute(
        update(FolderRun)
        .where(FolderRun.id == run_id, FolderRun.finished_at.is_(None))
        .values(finished_at=now)
        .returning(FolderRun.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        return False
    notes = files_of_run(session, run_id)
    event = FolderSynchronised(folder_run_id=run_id, **counts_of_run(notes))
    record(session, event, actor=SCHEDULER, at=now)
    by_unit: dict[int, list[Noted]] = defaultdict(list)
    for note, load in notes:
        note.settled_at = now
        if note.unit_id is not None:
            by_unit[note.unit_id].append((note, load))
    for unit_id, mine in by_unit.items():
        counts = counts_of_run(mine)
        if counts["loaded"] or counts["refused"]:
            tell_about_file(
                session, unit_id, NoticeKind.NIGHT, occasion=f"run:{run_id}:{unit_id}",
                counts=counts, problem_values=_waiting(mine), now=now,
            )  # fmt: skip
    return True


def _waiting(notes: Iterable[Noted]) -> Mapping[str, list[int]]:
    """The loads in the browser that files were left to; empty: there are none."""
    loads = {
        note.load_id
        for note, _ in notes
        if note.problem == FolderProblem.IN_BROWSER and note.load_id is not None
    }
    return {"waiting": sorted(loads)} if loads else {}


def files_of_run(session: Session, run_id: int, *, fmt: str | None = None) -> Sequence[Noted]:
    """The files of a look (of one format) with their loads, by their paths."""
    of_format = FolderFile.format == fmt if fmt is not None else true()
    found = session.execute(
        select(FolderFile, RecordLoad)
        .outerjoin(RecordLoad, RecordLoad.id == FolderFile.load_id)
        .where(FolderFile.run_id == run_id, of_format)
        .order_by(FolderFile.path)
    )
    return [(note, load) for note, load in found]


def counts_of_run(notes: Iterable[Noted]) -> Mapping[str, int]:
    """How many files were loaded, left out as known, refused; rows of those that were loaded."""
    counts = dict.fromkeys(("loaded", "known", "refused", "rows", "doubtful", "invalid"), 0)
    for note, load in notes:
        kind = outcome_of(note, load)
        counts[kind] += 1
        if kind == "loaded" and load is not None:
            counts["rows"] += sum(load.counts.values())
            counts["doubtful"] += load.counts.get("doubtful", 0)
            counts["invalid"] += load.counts.get("invalid", 0)
    return counts


def outcome_of(note: FolderFile, load: RecordLoad | None) -> str:
    """``loaded``, ``known`` or ``refused``."""
    if note.problem:
        return "refused"
    if not note.is_new:
        return "known"
    return "loaded" if load is not None and load.state is LoadState.DONE else "refused"
