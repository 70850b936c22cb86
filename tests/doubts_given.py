"""Loads with rows that wait for a person, for tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from importers.kept_columns import kept_columns
from importers.loads.deciding import decide
from importers.loads.decision_models import Choice, LoadDecision
from importers.loads.doubtful import DoubtSeen, look_at_doubt
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.loads.running import DIRECTORY_FORMATS, load_rows
from importers.loads.told import Ruling, Verdict
from importers.tables import read_table
from importers.typed_rows import TypedRow
from tests.conftest import NOON
from tests.given import Given
from tests.loads_given import LoadingDesk
from tests.workbooks import write_file


class DoubtDesk(LoadingDesk):
    """Loads files as the background does, and decides what is doubtful."""

    def __init__(self, session: Any, folder: Path) -> None:
        super().__init__(session, folder)
        self.folder = folder

    def staged(self, fmt: str, headings: Sequence[str], *rows: Sequence[Any]) -> RecordLoad:
        """A load of these rows that is done."""
        self._files += 1
        return staged_load(
            self.given, self.unit, self.actor, self.folder / f"s{self._files}.xlsx", fmt,
            headings, *rows,
        )  # fmt: skip

    def decide(
        self, load: RecordLoad, row_no: int, choice: Choice, client_id: int | None = None
    ) -> LoadDecision | None:
        """Say it; the counts still add up."""
        total = sum(load.counts.values())
        decision = decide(
            self.session, load.id, row_no, choice=choice, client_id=client_id, actor=self.actor,
            now=NOON,
        )  # fmt: skip
        self.session.flush()
        self.session.expire_all()
        assert sum(load.counts.values()) == total
        return decision

    def seen(self, load: RecordLoad, row_no: int | None = None) -> DoubtSeen | None:
        """The person of this row as the page shows it."""
        return look_at_doubt(
            self.session, load.id, row_no=row_no, actor=self.actor, now=NOON
        )  # fmt: skip

    def row(self, load: RecordLoad, row_no: int) -> LoadedRow:
        """One row as it is kept."""
        return self.session.get_one(LoadedRow, (load.id, row_no))

    def told(self, load: RecordLoad) -> dict[str, int]:
        """The counts of the load, which are those of its rows."""
        rows = self.session.scalars(
            select(LoadedRow.verdict).where(LoadedRow.load_id == load.id)
        ).all()
        counted = {one.value: rows.count(one) for one in Verdict if one in rows}
        assert counted == {name: count for name, count in load.counts.items() if count}
        return counted


def staged_load(
    given: Given,
    unit: Any,
    actor: Any,
    path: Path,
    fmt: str,
    headings: Sequence[str],
    *rows: Sequence[Any],
) -> RecordLoad:
    """A load that is done, with all its rows kept."""
    session = given.session
    kept: list[tuple[TypedRow, Ruling]] = []
    write_file(path, *rows, headings=headings)
    sha256 = f"{hash((path.name, fmt)) % 10**12:064d}"
    with read_table(path) as stream:
        load_rows(
            session, stream, DIRECTORY_FORMATS[fmt], unit_id=unit.id, sha256=sha256, actor=actor,
            now=NOON, watch=lambda some, rulings: kept.extend(zip(some, rulings, strict=True)),
        )  # fmt: skip
        columns = DIRECTORY_FORMATS[fmt].recognised(stream.columns, [list(rows[0])])
    verdicts = [ruling.verdict.value for _, ruling in kept]
    load = RecordLoad(
        unit_id=unit.id, format=fmt, name=path.name, size=1, sha256=sha256,
        header=list(headings), columns=kept_columns(columns), state=LoadState.DONE,
        counts={one.value: verdicts.count(one.value) for one in Verdict}, batches=1,
        position=len(rows) + 1, asked_by=actor.key, asked_at=NOON, finished_at=NOON,
    )  # fmt: skip
    session.add(load)
    session.flush()
    for row, ruling in kept:
        session.add(
            LoadedRow(
                load_id=load.id,
                row_no=row.row_no,
                verdict=ruling.verdict,
                problems=[[p.column, p.code.value, p.value] for p in ruling.problems] or None,
                cells=list(row.cells),
                person=ruling.doubt.fingerprint if ruling.doubt is not None else None,
                cause=ruling.cause,
            )
        )
    session.flush()
    return load
