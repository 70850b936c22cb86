"""A desk at which files of records are loaded, for tests."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.access import Actor
from directory.units.models import Unit
from importers.loads.running import DIRECTORY_FORMATS, load_rows
from importers.loads.told import LoadResult, Verdict
from importers.tables import read_table
from tests.conftest import NOON
from tests.given import Given
from tests.workbooks import write_file


class LoadingDesk:
    """A unit, its manager, and the files that they load."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.given = Given(session)
        self.given.catalogue()
        self.unit: Unit = self.given.unit()
        self.actor: Actor = self.given.manager(self.unit)
        self._folder = folder
        self._files = 0

    def load(self, fmt: str, headings: Sequence[str], *rows: Sequence[Any]) -> LoadResult:
        """Load these rows."""
        self._files += 1
        path = write_file(self._folder / f"{self._files}.xlsx", *rows, headings=headings)
        content = sha256(repr((headings, rows)).encode()).hexdigest()
        with read_table(path) as stream:
            result = load_rows(
                self.session, stream, DIRECTORY_FORMATS[fmt], unit_id=self.unit.id,
                sha256=content, actor=self.actor, now=NOON,
            )  # fmt: skip
        self.session.flush()
        self.session.expire_all()
        assert result.rows == sum(result.counts.values()) == len(rows)
        return result


def counts(result: LoadResult) -> dict[str, int]:
    """The verdicts that occurred."""
    return {verdict.value: result.counts[verdict] for verdict in Verdict if result.counts[verdict]}


def codes(result: LoadResult) -> list[tuple[int, str]]:
    """What was told: row and code."""
    return [(error.row, error.code.value) for error in result.errors]
