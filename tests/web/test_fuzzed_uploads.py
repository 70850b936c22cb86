"""Mutated files sent by the form: an answer in words each time, and nothing of them left lying.

``PROZVON_CHAOS=full`` sends 1,000 of them; their reading alone is tested in ``tests.chaos``.
"""

import tempfile
from pathlib import Path

import pytest
from sqlalchemy import select

from importers.formats.catalogue import FORMATS
from importers.loads.models import AT_WORK, LoadState, RecordLoad
from importers.loads.spool import spool_file
from importers.problems import FileProblem
from tests.chaos.fuzzing import mutated, originals
from tests.chaos.test_queue import FULL
from tests.web.load_desk import LoadDesk, desk

__all__ = ["desk"]

FILES = 1_000 if FULL else 20


def test_whatever_is_sent_is_answered(
    desk: LoadDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    files = originals(temp)
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    every = [content for kind in files.values() for content in kind]
    path, formats, refused = tmp_path / "upload.xlsx", sorted(FORMATS), 0
    for number in range(FILES):
        content, *_ = mutated(number, files, every)
        path.write_bytes(content)
        refused += not _is_taken(desk, path, formats[number % len(formats)])
        assert not [*temp.iterdir()], number
    with desk.database.reading() as session:
        loads = session.scalars(select(RecordLoad)).all()
    kept = {spool_file(desk.folder / "loads", load.id) for load in loads}
    assert {*(desk.folder / "loads").iterdir()} <= kept
    assert refused + sum(load.state is LoadState.REFUSED for load in loads)
    assert any(load.state is LoadState.DONE for load in loads)


def _is_taken(desk: LoadDesk, path: Path, fmt: str) -> bool:
    """Send the file and go on as far as the pages let one; a load is run when it can be."""
    answer = desk.send(path, fmt)
    assert answer.status_code == 303
    address = str(answer.location)
    assert desk.browser.get(address).status_code in (200, 302, 303)
    if "/loads/" not in address:
        return "/files/" in address
    number = int(address.split("/loads/")[1].split("/")[0])
    if _worked(desk, number) is LoadState.CHECKED:
        assert desk.browser.post(f"{address}/run", {"form_key": f"run-{number}"}).status_code == 303
        _worked(desk, number)
    assert desk.browser.get(address).status_code in (200, 302, 303)
    return True


def _worked(desk: LoadDesk, number: int) -> LoadState:
    """Where the load is when the background has done what it can."""
    desk.work()
    with desk.database.reading() as session:
        load = session.get_one(RecordLoad, number)
    assert load.state not in AT_WORK and load.problem != FileProblem.LOAD_FAILED, number
    return load.state
