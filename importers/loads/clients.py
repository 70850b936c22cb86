"""Clients: new ones are made, known ones get what they do not have yet; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Sequence

from importers.fields import Field
from importers.loads.asked import asked_of
from importers.loads.batch import Setting
from importers.loads.people import People
from importers.loads.told import Ruling, Verdict
from importers.problems import RowProblem, RowProblemCode
from importers.refusal_words import NotRefused
from importers.typed_rows import TypedRow


class ClientsApplier:
    """Rows of the format ``clients``."""

    def __init__(self, setting: Setting, rows: Sequence[TypedRow]) -> None:
        self._setting = setting
        self._asked = {row.row_no: asked_of(row) for row in rows}
        self._people = People(
            setting.session, list(self._asked.values()), setting.unit_id, answers=setting.answers
        )

    def take(self, row: TypedRow) -> Ruling:
        """New, refreshed or matched. Raises Doubtful."""
        asked = self._asked[row.row_no]
        person = self._people.find(asked)
        told = _refusal_left(row)
        if person is None:
            return Ruling(Verdict.NEW, told, client=self._people.make(asked))
        news = self._people.enrich(person, asked)
        return Ruling(Verdict.REFRESHED if news else Verdict.MATCHED, told, client=person)

    def write(self) -> None:
        """Write the clients with their contact points."""
        self._people.flush(self._setting)


def _refusal_left(row: TypedRow) -> tuple[RowProblem, ...]:
    """«Не звонить: да» beside a client: refusals are loaded as such, which must not go unsaid."""
    if row.values.get(Field.REFUSES, NotRefused.NO) is NotRefused.NO:
        return ()
    return (RowProblem(row.headings[Field.REFUSES], RowProblemCode.REFUSAL_LEFT),)
