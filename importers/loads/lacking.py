"""What a row would need to be loaded and its file has no column for: a person says it (A8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from importers.columns import Column, Source
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of, kept_columns
from importers.loads.models import RecordLoad
from importers.loads.workshops import workshops_below
from importers.problems import RowProblem, RowProblemCode

_HELPS: Mapping[RowProblemCode, tuple[Field, ...]] = {
    RowProblemCode.SEVERAL_TASKS: (Field.VIN, Field.CAMPAIGN),
    RowProblemCode.UNKNOWN_CLIENT: (Field.PHONE, Field.VIN, Field.EXTERNAL_KEY, Field.NAME),
    RowProblemCode.SEVERAL_FIT: (Field.VIN, Field.EXTERNAL_KEY),
    RowProblemCode.SEVERAL_CLIENTS: (Field.VIN, Field.EXTERNAL_KEY),
    RowProblemCode.UNKNOWN_VEHICLE: (Field.VIN, Field.PLATE),
    RowProblemCode.UNKNOWN_ORDER: (Field.VISIT_NUMBER, Field.VIN, Field.PLATE),
    RowProblemCode.UNKNOWN_CAMPAIGN: (Field.CAMPAIGN,),
    RowProblemCode.UNKNOWN_WORKSHOP: (Field.WORKSHOP,),
    RowProblemCode.NO_OWNER: (Field.NAME, Field.PHONE),
    RowProblemCode.RESULT_NEEDS_MORE: (Field.NEXT_ON, Field.COMMENT),
}
_PARTS_OF_NAME = frozenset({Field.LAST_NAME, Field.FIRST_NAME, Field.PATRONYMIC})


@dataclass(frozen=True, slots=True)
class Added:
    """What a person says of a row beyond the columns of its file; ``heading``: of the new one."""

    field: Field
    heading: str
    text: str


def lacking_fields(load: RecordLoad, problems: Iterable[RowProblem]) -> tuple[Field, ...]:
    """The fields that the problems ask for and that no column of the load holds."""
    asked: list[Field] = []
    for problem in problems:
        if problem.code is RowProblemCode.MISSING_VALUE:
            asked += [Field(one) for one in problem.value.split("|") if one]
        else:
            asked += _HELPS.get(problem.code, ())
    may = addable_fields(load)
    return tuple(one for one in dict.fromkeys(asked) if one in may)


def addable_fields(load: RecordLoad) -> frozenset[Field]:
    """What can be said of a row beside its columns: of the format, and in no column yet."""
    present = {column.field for column in columns_of(load)}
    # A name is said whole, also where the file has it in parts.
    has_name = bool(present & {Field.NAME, *_PARTS_OF_NAME})
    without = _PARTS_OF_NAME | ({Field.NAME} if has_name else set())
    return frozenset(FORMATS[load.format].fields - present - without)


def offered_workshops(session: Session, load: RecordLoad) -> list[str]:
    """Names that may be said of the workshop of a row; empty where the format has none."""
    if Field.WORKSHOP not in FORMATS[load.format].fields:
        return []
    return list(workshops_below(session, load.unit_id).values())


def columns_with(load: RecordLoad, added: Sequence[Added]) -> tuple[Column, ...]:
    """The columns of the load and behind them those of what was said."""
    columns = columns_of(load)
    return columns + tuple(
        Column(at, one.heading, one.field, Source.PERSON)
        for at, one in enumerate(added, start=len(columns))
    )


def keep_added(load: RecordLoad, added: Sequence[Added]) -> None:
    """The load has these columns from now on; other rows of it are blank there."""
    if added:
        columns = columns_with(load, added)
        load.header = [*load.header, *(one.heading for one in added)]
        load.columns = kept_columns(columns)
