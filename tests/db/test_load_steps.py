"""Staged loads before anything is loaded: asking, looking, saying columns, cancelling, steps."""

import os
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, NotPermitted
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of
from importers.loads.asking import (
    ask_check,
    ask_end,
    ask_load,
    ask_run,
    note_look,
    refuse_load,
    say_columns,
)
from importers.loads.looking import look_at
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.loads.seen import get_load, progress_of, recent_loads, rows_of
from importers.loads.spool import forget_file, forget_torn, keep_file, new_file, spool_file
from importers.loads.steps import FOLLOWS, StepRefused, go_to
from importers.loads.told import Verdict
from importers.loads.workers import SILENCE
from importers.problems import FileProblem, FileRefused
from importers.remapping import ColumnsMissing, ColumnTwice
from tests.conftest import NOON
from tests.loads_given import LoadingDesk
from tests.workbooks import write_file

CLEAR = ("ФИО", "Телефон")
PEOPLE = (("Иванов Иван", "+79161234501"), ("Петров Пётр", "+79161234502"))


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> LoadingDesk:
    return LoadingDesk(session, tmp_path)


def ask(desk: LoadingDesk, sha256: str = "a" * 64, **options: Any) -> RecordLoad:
    return _asked(desk, sha256, **options).load


def _asked(desk: LoadingDesk, sha256: str = "a" * 64, **options: Any) -> Any:
    given = {"format": "clients", "unit_id": desk.unit.id, "actor": desk.actor} | options
    return ask_load(desk.session, name="f.xlsx", size=1, sha256=sha256, now=NOON, **given)


def look(desk: LoadingDesk, load: RecordLoad, path: Path) -> RecordLoad:
    looked = look_at(path, FORMATS[load.format])
    return note_look(desk.session, load, looked, actor=desk.actor, now=NOON)


def test_only_declared_steps_are_made() -> None:
    for state, wanted in product(LoadState, LoadState):
        load = RecordLoad(state=state, worker="w", counts={"new": 1}, position=9, batches=2)
        if wanted in FOLLOWS[state]:
            go_to(load, wanted, now=NOON)
            assert (load.state, load.worker) == (wanted, None)
        else:
            with pytest.raises(StepRefused):
                go_to(load, wanted, now=NOON)
            assert (load.state, load.position) == (state, 9)


def test_the_same_content_is_one_load_until_it_is_over(desk: LoadingDesk) -> None:
    first = _asked(desk)
    assert first.is_new and first.load.state is LoadState.LOOKING
    assert _asked(desk) == type(first)(first.load, is_new=False)
    assert ask(desk, sha256="b" * 64).id != first.load.id
    ask_end(desk.session, first.load.id, actor=desk.actor, now=NOON)
    again = _asked(desk)
    assert again.is_new and again.load.id != first.load.id
    go_to(again.load, LoadState.LOADING, now=NOON)
    go_to(again.load, LoadState.DONE, now=NOON)
    desk.session.flush()
    assert _asked(desk).load is again.load, "a person is told that it was loaded"
    assert _asked(desk, runs_by_itself=True).is_new, "the command line loads it once more"


def test_the_key_of_a_form_is_one_load(desk: LoadingDesk) -> None:
    first = ask(desk, form_key="k")
    ask_end(desk.session, first.id, actor=desk.actor, now=NOON)
    assert ask(desk, form_key="k") is first
    other = desk.given.unit()
    with pytest.raises(NotFound):
        ask(desk, form_key="k", unit_id=other.id, actor=desk.given.manager(other))


def test_loads_of_other_units_are_not_there(desk: LoadingDesk) -> None:
    load = ask(desk)
    stranger = desk.given.manager(desk.given.unit())
    for step in (ask_check, ask_run, ask_end):
        with pytest.raises(NotFound):
            step(desk.session, load.id, actor=stranger, now=NOON)
    with pytest.raises(NotFound):
        get_load(desk.session, load.id, actor=stranger)
    assert recent_loads(desk.session, actor=stranger) == []
    assert recent_loads(desk.session, actor=desk.actor) == [load]
    with pytest.raises(NotFound):
        ask(desk, actor=stranger)
    nobody = Actor(key="employee:0", unit_ids=desk.actor.unit_ids)
    with pytest.raises(NotPermitted):
        get_load(desk.session, load.id, actor=nobody)
    with pytest.raises(NotFound):
        ask(desk, format="nothing")


def test_clear_columns_go_straight_to_the_preview(desk: LoadingDesk, tmp_path: Path) -> None:
    load = look(desk, ask(desk), write_file(tmp_path / "f.xlsx", *PEOPLE, headings=CLEAR))
    assert load.state is LoadState.CHECKING
    assert [column.field for column in columns_of(load)] == [Field.NAME, Field.PHONE]
    assert load.lines == len(PEOPLE)
    assert load.sample[0] == [2, list(PEOPLE[0])]


def test_a_person_says_doubtful_columns_and_is_remembered(
    desk: LoadingDesk, tmp_path: Path
) -> None:
    path = write_file(tmp_path / "f.xlsx", *PEOPLE, headings=("Кто", "Как"))
    load = look(desk, ask(desk), path)
    assert load.state is LoadState.COLUMNS
    with pytest.raises(StepRefused):
        ask_run(desk.session, load.id, actor=desk.actor, now=NOON)
    with pytest.raises(ColumnsMissing):
        say_columns(desk.session, load.id, [None, Field.PHONE], actor=desk.actor, now=NOON)
    with pytest.raises(ColumnTwice):
        say_columns(desk.session, load.id, [Field.NAME] * 2, actor=desk.actor, now=NOON)
    assert load.state is LoadState.COLUMNS
    said = [Field.NAME, Field.PHONE]
    say_columns(desk.session, load.id, said, actor=desk.actor, now=NOON)
    assert load.state is LoadState.CHECKING
    assert [column.field for column in columns_of(load)] == said
    assert look(desk, ask(desk, sha256="b" * 64), path).state is LoadState.CHECKING


def test_what_nobody_watches_is_loaded_or_refused(desk: LoadingDesk, tmp_path: Path) -> None:
    path = write_file(tmp_path / "f.xlsx", *PEOPLE, headings=CLEAR)
    assert look(desk, ask(desk, runs_by_itself=True), path).state is LoadState.LOADING
    path = write_file(tmp_path / "g.xlsx", *PEOPLE, headings=("ФИО", "Как"))
    load = ask(desk, sha256="b" * 64, runs_by_itself=True, format="vehicles")
    with pytest.raises(FileRefused) as refused:
        look(desk, load, path)
    refuse_load(load, refused.value, now=NOON)
    assert (load.state, load.problem) == (LoadState.REFUSED, FileProblem.MISSING_COLUMNS)


def test_cancelled_at_once_unless_somebody_is_at_work(desk: LoadingDesk) -> None:
    load = ask(desk)
    load.worker, load.beat_at = "w", NOON
    ask_end(desk.session, load.id, actor=desk.actor, now=NOON)
    assert load.wants_end and load.state is LoadState.LOOKING
    late = NOON + SILENCE + timedelta(seconds=1)
    assert progress_of(load, now=late).is_stalled
    ask_end(desk.session, load.id, actor=desk.actor, now=late)
    assert load.state is LoadState.CANCELLED and not load.wants_end
    assert load.finished_at == late


def test_progress_tells_speed_and_time_left(desk: LoadingDesk) -> None:
    load = ask(desk)
    load.state, load.lines = LoadState.LOADING, 1000
    assert progress_of(load, now=NOON).is_waiting
    load.worker, load.begun_at, load.counts = "w", NOON, {"new": 200, "invalid": 50}
    load.beat_at = NOON + timedelta(seconds=5)
    seen = progress_of(load, now=load.beat_at)
    assert (seen.rows, seen.share, seen.per_second, seen.seconds_left) == (250, 0.25, 50.0, 15)
    load.counts = {"new": 2000}
    assert progress_of(load, now=load.beat_at).share == 1.0


def test_only_kept_rows_are_shown_a_page_at_a_time(desk: LoadingDesk) -> None:
    load = ask(desk)
    told = [["Телефон", "phone_empty", ""]]
    desk.session.add_all(
        LoadedRow(load_id=load.id, row_no=number, verdict=Verdict.NEW,
                  cells=["a"] if number % 2 else None, problems=told if number == 3 else None)
        for number in range(1, 203)
    )  # fmt: skip
    desk.session.flush()
    page = rows_of(desk.session, load.id, page=3, actor=desk.actor)
    assert (page.total, page.pages, [row.row_no for row in page.rows]) == (101, 3, [201])
    told_of = rows_of(desk.session, load.id, with_problems=True, actor=desk.actor)
    assert [row.row_no for row in told_of.rows] == [3]
    other = rows_of(desk.session, load.id, verdict=Verdict.INVALID, actor=desk.actor)
    assert (other.total, other.pages) == (0, 1)


def test_files_lie_by_number_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "loads"
    received = new_file(folder)
    received.write_bytes(b"rows")
    place = keep_file(folder, 7, received)
    assert place == spool_file(folder, 7) and place.read_bytes() == b"rows"
    assert place.stat().st_mode & 0o777 == 0o600
    foreign = tmp_path / "../etc.csv"
    foreign.write_bytes(b"more")
    assert keep_file(folder, 8, foreign).read_bytes() == b"more"
    forget_file(folder, 7)
    forget_file(folder, 7)
    assert [one.name for one in folder.iterdir()] == [spool_file(folder, 8).name]
    torn, fresh = new_file(folder), new_file(folder)
    os.utime(torn, (0, 0))
    forget_torn(folder, now=NOON)
    assert {one.name for one in folder.iterdir()} == {fresh.name, spool_file(folder, 8).name}
