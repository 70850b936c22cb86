"""Clients: new ones are made, known ones get what they do not have yet; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Sequence

from importers.fields import Field
from importers.loads.asked import Person, asked_of
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
        verdict = Verdict.NEW
        if person is None:
            person = self._people.make(asked)
        else:
            news = self._people.enrich(person, asked)
            verdict = Verdict.REFRESHED if news else Verdict.MATCHED
        return Ruling(verdict, _refusal_left(row) + self._key_left(row, person), client=person)

    def _key_left(self, row: TypedRow, person: Person) -> tuple[RowProblem, ...]:
        key = self._people.key_left(person, self._asked[row.row_no])
        heading = row.headings.get(Field.EXTERNAL_KEY, "")
        return (RowProblem(heading, RowProblemCode.NOT_TAKEN, key),) if key else ()

    def write(self) -> None:
        """Write the clients with their contact points."""
        self._people.flush(self._setting)


def _refusal_left(row: TypedRow) -> tuple[RowProblem, ...]:
    """«Не звонить: да» beside a client: refusals are loaded as such, which must not go unsaid."""
    if row.values.get(Field.REFUSES, NotRefused.NO) is NotRefused.NO:
        return ()
    return (RowProblem(row.headings[Field.REFUSES], RowProblemCode.REFUSAL_LEFT),)
