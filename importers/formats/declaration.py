"""What a variant of an importer's file declares about itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from importers.columns import Column, Field
from importers.problems import FileProblem, FileRefused

NAME_OR_VIN = (Field.NAME, Field.LAST_NAME, Field.VIN)
PHONE_OR_VIN = (Field.PHONE, Field.VIN)


@dataclass(frozen=True, slots=True)
class LeadFormat:
    """``required``: of each group one column must be there. ``optional``: used if there."""

    code: str
    campaign: str
    """Code of the campaign that its work-lists serve."""
    required: tuple[tuple[Field, ...], ...]
    optional: frozenset[Field]

    def check_columns(self, columns: Sequence[Column]) -> None:
        """Refuse the file if a group has no column, naming what is missing and what was found."""
        present = {column.field for column in columns}
        missing = [
            [field.value for field in group] for group in self.required if present.isdisjoint(group)
        ]
        if missing:
            found = [column.heading for column in columns if column.heading]
            raise FileRefused(FileProblem.MISSING_COLUMNS, missing=missing, found=found)


def all_but(fields: Iterable[Field]) -> frozenset[Field]:
    """Every field except these."""
    return frozenset(Field) - frozenset(fields)
