"""One answer to all doubts of one cause, each as it comes up while their rows are loaded (A8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.among import among
from directory.clients.models import Client
from directory.clients.visibility import client_is_visible
from importers.loads.asked import asked_of
from importers.loads.batch import Applier
from importers.loads.decided import Decided
from importers.loads.decision_models import Choice
from importers.loads.models import LoadedRow
from importers.loads.told import REJECTED, Doubtful, Ruling, Verdict
from importers.matching import in_chunks
from importers.typed_rows import TypedRow

OfPeople = dict[str, list[LoadedRow]]
"""What rows say of their person, as a fingerprint → those rows, in the order of the file."""


class OneAnswer:
    """The ``importers.loads.batch.Answers`` of one choice: the first row of each person is asked.

    Rows of a person whom it does not fit are left alone, certain ones too.
    """

    def __init__(
        self,
        session: Session,
        of_people: Mapping[str, Sequence[LoadedRow]],
        cause: str,
        choice: Choice,
        *,
        actor: Actor,
    ) -> None:
        self._session, self._cause, self._choice, self._actor = session, cause, choice, actor
        self._person = {row.row_no: one for one, rows in of_people.items() for row in rows}
        self._first = {rows[0].row_no for rows in of_people.values()}
        self._visible: set[int] = set()
        self._told: dict[str, Decided] = {}
        self.said: dict[str, Decided] = {}
        self.chosen: dict[str, Choice] = {}
        """What came of each person who is decided; AGAIN: it was certain by then."""

    @property
    def whom(self) -> dict[str, int | None]:
        """The clients, by fingerprint, when the rows are loaded; None: nobody was made."""
        return {one: _id_of(decided) for one, decided in self.said.items()}

    def client_of(self, person: str) -> int | None:
        """The client who was chosen for the person; None also of a new one."""
        decided = self._told.get(person)
        return _id_of(decided) if decided is not None and self._choice is Choice.SAME else None

    def meet(self, client_ids: Collection[int]) -> None:
        """Which of them this person may see, and so may choose."""
        if self._choice is not Choice.SAME:
            return
        for chunk in in_chunks(client_ids):
            query = select(Client.id).where(
                among(self._session, Client.id, chunk), client_is_visible(self._actor)
            )
            self._visible.update(self._session.scalars(query))

    def take(self, batch: Applier, row: TypedRow) -> Ruling:
        """What the row comes to; of a person who is left alone that it is doubtful.

        Raises Doubtful.
        """
        if row.row_no not in self._first:
            is_decided = self._person[row.row_no] in self.chosen
            return batch.take(row) if is_decided else Ruling(Verdict.DOUBTFUL)
        try:
            ruling = batch.take(row)
        except Doubtful as doubtful:
            if not self._answer(row, doubtful.ruling):
                raise
            return batch.take(row)
        # Results of calls are judged before they are saved: their doubts are not raised.
        self._answer(row, ruling)
        return ruling

    def _answer(self, row: TypedRow, ruling: Ruling) -> bool:
        """Whether the person of the row is decided by this."""
        person = self._person[row.row_no]
        if ruling.verdict not in REJECTED:
            self.chosen.setdefault(person, Choice.AGAIN)
            return True
        doubt = ruling.doubt
        if doubt is None or ruling.cause != self._cause:
            return False
        meant = None
        if self._choice is Choice.SAME:
            if len(doubt.candidates) != 1:
                return False
            meant = doubt.candidates[0].person
            if meant.id is not None and meant.id not in self._visible:
                return False
        elif asked_of(row).shown_name is None:
            return False
        decided = Decided(None, meant.id if meant else None, meant)
        self.said[doubt.fingerprint] = self._told[person] = decided
        self.chosen[person] = self._choice
        return True


def _id_of(decided: Decided) -> int | None:
    return decided.person.id if decided.person is not None else None
