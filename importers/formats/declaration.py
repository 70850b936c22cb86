"""What a format declares about itself: which columns it needs, what they mean in it, who is known.

Formats are data: ``importers.formats`` has a module for each, ``catalogue`` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from importers.columns import (
    Column,
    Remark,
    bare_heading,
    field_of,
    heading_norm,
    names_document,
    told_fields,
)
from importers.content import with_content
from importers.fields import PERSON, VEHICLE, Field
from importers.problems import FileProblem, FileRefused

Group = tuple[Field, ...]
NAME_OR_VIN: Group = (Field.NAME, Field.LAST_NAME, Field.VIN)
PHONE_OR_VIN: Group = (Field.PHONE, Field.VIN)
LEAD_FIELDS = (
    PERSON
    | VEHICLE
    | {
        Field.MILEAGE_KM, Field.LAST_VISIT_ON, Field.PLANNED_ON, Field.SOLD_ON, Field.DEALER,
        Field.COMMENT,
    }
)  # fmt: skip
"""What ``importers.rows.LeadRow`` holds."""


class FormatKind(StrEnum):
    """What a file of the format becomes."""

    LEADS = "leads"
    """Work-lists of a campaign."""
    DIRECTORY = "directory"
    """Records of the directory."""
    RESULTS = "results"
    """Attempts that were made elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """``required``: of each group one column must be there. ``optional``: used if there."""

    code: str
    kind: FormatKind
    required: tuple[Group, ...]
    optional: frozenset[Field]
    row_needs: tuple[Group, ...] = ()
    """Of each group a row must have a readable value; empty: the groups of ``required``."""
    own: Mapping[Field, str] = field(default_factory=dict)
    """Spellings («a|b») that mean this field in this format, whatever they mean elsewhere.

    A spelling may stand at two fields: the second gets it where the first has a better column.
    """
    stand_ins: Mapping[Field, Group] = field(default_factory=dict)
    """Field → fields of other formats that mean it here when it has no column of its own."""
    alone: Mapping[Field, Field] = field(default_factory=dict)
    """Field → what its column means where that has none: a time with no day beside it."""
    example: Group = ()
    """The columns of its example, in their order."""

    @property
    def fields(self) -> frozenset[Field]:
        """All that the format can use."""
        return self.optional.union(*self.required)

    @property
    def identity(self) -> tuple[Group, ...]:
        """Of each group a row must have a readable value, or it is rejected."""
        return self.row_needs or self.required

    def missing(self, columns: Sequence[Column]) -> list[list[str]]:
        """The groups without a column, as codes of fields."""
        present = told_fields(columns)
        return [
            [one.value for one in group] for group in self.required if present.isdisjoint(group)
        ]

    def check_columns(self, columns: Sequence[Column]) -> None:
        """Refuse the file if a group has no column, naming what is missing and what was found."""
        missing = self.missing(columns)
        if missing:
            found = [column.heading for column in columns if column.heading]
            raise FileRefused(FileProblem.MISSING_COLUMNS, missing=missing, found=found)

    def recognised(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]]
    ) -> tuple[Column, ...]:
        """The columns with their meaning, by their headings and by the first ``rows``."""
        return with_content(self.mapped(columns), rows, self.fields)

    def has_own(self, heading: str) -> bool:
        """Whether the heading is one of those that mean something of its own in this format."""
        return bool(_spelled(_spelled_out(self.own), heading))

    def mapped(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The columns with their meaning in this format, as far as the headings tell it.

        A field that is there twice belongs to the column whose heading says it best, then to the
        first one; phones may stand in several.
        """
        own = _spelled_out(self.own)
        stands_for = _spelled_out({of: "|".join(others) for of, others in self.stand_ins.items()})
        general = [column.field or field_of(column.heading) for column in columns]
        spelled = [_spelled(own, column.heading) for column in columns]
        ways: tuple[Callable[[int], Sequence[Field]], ...] = (
            # What the format reads otherwise than all others comes before everything.
            lambda at: spelled[at] if general[at] else (),
            lambda at: [field for field in general[at : at + 1] if field],
            lambda at: spelled[at],
            # «Гос. номер» is no number of a client: what it says as a whole is known.
            lambda at: () if general[at] else _spelled_at_end(own, columns[at].heading),
            lambda at: stands_for.get(general[at] or "", ()),
        )
        given: dict[int, Field] = {}
        refused: set[int] = set()
        for way in ways:
            for at in range(len(columns)):
                for found in way(at) if at not in given and columns[at].heading else ():
                    if found not in self.fields:
                        continue
                    if found is Field.PHONE or found not in given.values():
                        given[at] = found
                        break
                    refused.add(at)
        for at, found in given.items():
            whole = self.alone.get(found)
            if whole is not None and whole not in given.values():
                given[at] = whole
        taken = refused - given.keys()
        return tuple(
            replace(
                column, field=given.get(at), remark=Remark.TAKEN if at in taken else column.remark
            )
            for at, column in enumerate(columns)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFormat(FileFormat):
    """A format whose rows become work-lists."""

    kind: FormatKind = FormatKind.LEADS
    campaign: str
    """Code of the campaign that its work-lists serve."""


def _spelled_out(told: Mapping[Field, str]) -> dict[str, tuple[Field, ...]]:
    """Spelling → fields; one spelling may stand at several, the first that is free gets it."""
    fields: dict[str, tuple[Field, ...]] = {}
    for of, spellings in told.items():
        for one in spellings.split("|"):
            fields[one] = (*fields.get(one, ()), of)
    return fields


def _spelled(own: Mapping[str, tuple[Field, ...]], heading: str) -> tuple[Field, ...]:
    norm = heading_norm(heading)
    return own.get(norm) or own.get(bare_heading(norm)) or ()


def _spelled_at_end(own: Mapping[str, tuple[Field, ...]], heading: str) -> tuple[Field, ...]:
    """«Заказ-наряд» over «Дата» is read together: the lower line is at its end."""
    if names_document(heading):
        return ()  # «Паспорт, номер» is no number of ours
    words = bare_heading(heading_norm(heading)).split()
    ends = (" ".join(words[first:]) for first in range(1, len(words)))
    return next((own[end] for end in ends if end in own), ())
