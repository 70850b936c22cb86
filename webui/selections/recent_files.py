"""One list of what was loaded last: files of work-lists and staged loads of records (A8)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core.access import Actor
from importers.files import FileSummary, recent_files
from importers.loads.models import AT_WORK, RecordLoad
from importers.loads.seen import counts_of, progress_of, recent_loads
from importers.loads.told import Verdict
from webui.labels.files import FORMATS
from webui.labels.journal import actor_words
from webui.labels.loads import TONES, kind_words
from webui.labels.words import label
from webui.requests import session as opened
from webui.selections.studio_list import unit_names
from webui.wording import whole
from worklists.task_page import names_of

_MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentLine:
    """A line of the list. ``percent`` None: not under way, or nobody knows how much there is."""

    address: str
    name: str
    kind: str
    unit: str
    rows: int
    doubtful: int
    blocked: int
    rejected: int
    state: str
    tone: str
    percent: int | None
    is_going: bool
    who: str
    at: datetime


def recent_files_told() -> dict[str, Any]:
    """What the list needs: ``files``, and whether something of it is under way."""
    lines = recent_lines(opened(), actor=g.actor, now=g.now)
    return {"files": lines, "is_following": any(one.is_going for one in lines)}


def recent_lines(session: Session, *, actor: Actor, now: datetime) -> list[RecentLine]:
    """The newest of both, the newest first. Raises NotPermitted."""
    files = [_file_line(one) for one in recent_files(session, actor=actor, limit=_MOST)]
    loads = recent_loads(session, actor=actor, limit=_MOST)
    units = unit_names({load.unit_id for load in loads})
    people = names_of(session, {load.asked_by for load in loads})
    lines = [_load_line(load, units[load.unit_id], people, now) for load in loads]
    return sorted([*files, *lines], key=lambda line: line.at, reverse=True)[:_MOST]


def _file_line(file: FileSummary) -> RecentLine:
    tasks = _("Создано задач: %(count)s", count=whole(file.tasks))
    return RecentLine(
        address=url_for("files.show", file_id=file.id),
        name=file.name,
        kind=str(FORMATS[file.format][0]),
        unit=file.unit,
        rows=file.rows,
        doubtful=0,
        blocked=0,
        rejected=file.rejected,
        state=tasks if file.tasks else _("Задач ещё нет"),
        tone="ok" if file.tasks else "neutral",
        percent=None,
        is_going=False,
        who=file.loaded_by,
        at=file.loaded_at,
    )


def _load_line(load: RecordLoad, unit: str, people: dict[str, str], now: datetime) -> RecentLine:
    counts = counts_of(load.counts)
    if not any(counts.values()):
        counts = counts_of(load.checked)
    is_going = load.state in AT_WORK
    share = progress_of(load, now=now).share if is_going else None
    return RecentLine(
        address=url_for("loads.show", load_id=load.id),
        name=load.name,
        kind=kind_words(load.format),
        unit=unit,
        rows=sum(counts.values()) or load.lines or 0,
        doubtful=counts[Verdict.DOUBTFUL],
        blocked=counts[Verdict.BLOCKED],
        rejected=counts[Verdict.INVALID],
        state=label(load.state),
        tone=TONES.get(load.state, "neutral"),
        percent=None if share is None else int(share * 100),
        is_going=is_going,
        who=actor_words(load.asked_by, people),
        at=load.asked_at,
    )
