"""Large loads are taken back by the background: whole or not at all, whatever happens (A8)."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from core.clock import database_clock
from core.db import Database
from core.journal import JournalEntry
from directory.clients.models import Client
from directory.units.models import Unit
from importers.loads import undoing
from importers.loads.asking import ask_end, ask_load
from importers.loads.models import LoadState, RecordLoad
from importers.loads.staged import run_load
from importers.loads.steps import StepRefused
from importers.loads.taking_back import StillLoading, take_back, take_back_held
from importers.loads.undoing import FAILED, ask_take_back, undo_refusal_of
from importers.taken_rows import LoadTouched, Touch
from tests.given import Given
from tests.staged_given import StagingDesk, people, write_lines

ROWS = 205


@pytest.fixture
def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StagingDesk:
    monkeypatch.setattr(undoing, "AT_ONCE", ROWS - 1)
    return StagingDesk(database, tmp_path)


def loaded(desk: StagingDesk, path: Path) -> int:
    load_id = desk.ask(write_lines(path, people(ROWS)))
    with desk.database.unit_of_work() as session:
        session.execute(update(RecordLoad).values(runs_by_itself=True))
    run_load(desk.database, load_id, path, clock=database_clock)
    return load_id


def asked(desk: StagingDesk, load_id: int, **who: Any) -> Any:
    with desk.database.unit_of_work() as session:
        actor = who.get("actor", desk.actor)
        return ask_take_back(session, load_id, actor=actor, now=database_clock(session))


def rested(desk: StagingDesk) -> None:
    with desk.database.unit_of_work() as session:
        long_ago = database_clock(session).replace(year=2000)
        session.execute(
            update(RecordLoad).where(RecordLoad.beat_at.is_not(None)).values(beat_at=long_ago)
        )


def test_it_goes_whole_in_the_name_of_whoever_asked(desk: StagingDesk, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    load_id = loaded(desk, path)
    before = desk.see(load_id)
    full = desk.picture()
    with desk.database.unit_of_work() as session:
        other = Given(session).manager(session.get_one(Unit, desk.unit_id))
    assert asked(desk, load_id, actor=other) is None and asked(desk, load_id) is None
    seen = desk.see(load_id)
    assert (seen.state, seen.counts, seen.batches) == (LoadState.UNDOING, before.counts, 1)
    assert (seen.begun_at, desk.picture()) == (before.begun_at, full)
    with pytest.raises(StepRefused):
        desk.do(ask_end, load_id)
    with pytest.raises(StillLoading):
        desk.do(take_back, load_id)
    # The same content is loaded anew by the command line meanwhile, as if it were over.
    assert desk.work() == 1 and desk.work() == 0
    seen = desk.see(load_id)
    assert (seen.state, seen.worker, desk.picture()) == (LoadState.TAKEN_BACK, None, [])
    assert asked(desk, load_id).gone == {}
    with desk.database.reading() as session:
        entries = select(JournalEntry.actor).where(JournalEntry.event == "RecordsTakenBack")
        assert session.scalars(entries).all() == [other.key]
    assert loaded(desk, path) != load_id and desk.picture() == full


def test_what_hinders_is_told_and_it_is_what_it_was(desk: StagingDesk, tmp_path: Path) -> None:
    load_id = loaded(desk, tmp_path / "f.csv")
    before, full = desk.see(load_id), desk.picture()
    with desk.database.unit_of_work() as session:
        client = session.scalars(select(Client).order_by(Client.id)).first()
        assert client is not None
        Given(session).task(unit=session.get_one(Unit, desk.unit_id), client=client)
    assert asked(desk, load_id) is None and desk.work() == 1 and desk.work() == 0
    seen = desk.see(load_id)
    assert (seen.state, seen.finished_at, seen.counts) == (
        LoadState.DONE, before.finished_at, before.counts
    )  # fmt: skip
    refused = undo_refusal_of(seen)
    assert isinstance(refused, LoadTouched) and refused.reasons[Touch.WORK]
    assert len(desk.picture()) == len(full)
    assert asked(desk, load_id) is None
    assert undo_refusal_of(desk.see(load_id)) is None, "asked anew"


def test_whoever_dies_leaves_it_whole_and_in_the_end_it_stays(
    desk: StagingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_id = loaded(desk, tmp_path / "f.csv")
    full = desk.picture()

    def fail(*given: Any, **named: Any) -> None:
        take_back_held(*given, **named)
        raise RuntimeError("all has gone, and nobody has committed it")

    assert asked(desk, load_id) is None
    with monkeypatch.context() as broken:
        broken.setattr(undoing, "take_back_held", fail)
        for attempt in (1, 2, 3):
            assert desk.work() == 1 and desk.work() == 0, "it rests"
            assert (desk.see(load_id).attempts, desk.picture()) == (attempt, full)
            rested(desk)
        assert desk.work() == 1
    seen = desk.see(load_id)
    assert (seen.state, undo_refusal_of(seen), desk.picture()) == (LoadState.DONE, FAILED, full)
    assert asked(desk, load_id) is None
    # Somebody took it and was killed: the next one begins anew.
    with desk.database.unit_of_work() as session:
        dead = {"worker": "elsewhere:1:a", "attempts": 1}
        session.execute(update(RecordLoad).values(beat_at=database_clock(session), **dead))
    assert desk.work() == 0
    rested(desk)
    assert desk.work() == 1 and desk.picture() == []


def test_a_content_under_way_anew_hinders_nobody(desk: StagingDesk, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    load_id = loaded(desk, path)
    again = desk.ask(path, runs_by_itself=True)
    assert again != load_id
    assert asked(desk, load_id) is None, "two loads of one content, one of them being taken back"
    assert desk.see(load_id).state is LoadState.UNDOING
    with desk.database.unit_of_work() as session:
        session.execute(update(RecordLoad).where(RecordLoad.id == again).values(wants_end=True))
    desk.work()
    assert desk.see(load_id).state is LoadState.TAKEN_BACK
    with desk.database.unit_of_work() as session:
        small = ask_load(
            session, name="s", size=1, sha256="s" * 64, format="clients", unit_id=desk.unit_id,
            actor=desk.actor, now=database_clock(session),
        ).load  # fmt: skip
        with pytest.raises(StillLoading):
            ask_take_back(session, small.id, actor=desk.actor, now=database_clock(session))
