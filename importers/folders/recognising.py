"""Which format of records a file is, by its headings (A8)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from importers.columns import Column, field_of
from importers.content import with_order_days
from importers.fields import Field
from importers.folders.models import FolderProblem
from importers.formats.catalogue import FORMATS, LEAD_FORMATS
from importers.formats.declaration import FileFormat, FormatKind
from importers.tables import read_table

BY_NIGHT = ("clients", "vehicles", "visits", "recommendations")
"""What is loaded without anybody looking, in this order: each needs what the former have made."""
_CANDIDATES = tuple(
    fmt for code, fmt in FORMATS.items()
    if fmt.kind is not FormatKind.LEADS and (code in BY_NIGHT or code in ("do-not-call", "results"))
)  # fmt: skip
_SAYS_SO, _READS_SO, _STANDS_IN, _LOST = 4, 2, 1, -2
_OWN: dict[str, tuple[Field, ...]] = {
    "clients": (Field.ADDRESS, Field.BIRTH_ON, Field.TAX_ID, Field.CLIENT_KIND),
    "vehicles": (Field.WARRANTY_UNTIL, Field.INSURED_UNTIL),
    "visits": (Field.OPENED_ON, Field.DONE_ON, Field.WORK, Field.WORKSHOP),
    "recommendations": (Field.ADVICE, Field.ADVISED_ON),
    "do-not-call": (Field.REFUSED_ON, Field.SCOPE, Field.REASON),
    "results": (Field.OUTCOME, Field.CALLED_AT),
    **dict.fromkeys(LEAD_FORMATS, (Field.PLANNED_ON, Field.LAST_VISIT_ON)),
}
"""Code of a format → the columns that make it what it is; headings that say them count more."""
_TELLS = 6


class NotRecognised(Exception):
    """It cannot be said what the file is; ``fits``: the codes between which nothing decides."""

    def __init__(self, problem: FolderProblem, fits: Sequence[str] = ()) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.fits = tuple(fits)


def columns_of_file(received: Path) -> tuple[Column, ...]:
    """The columns as the headings tell, and of the cells a day beside the number of an order.

    Raises FileRefused.
    """
    with read_table(received) as stream:
        first = next(stream.batches(), [])
        return tuple(with_order_days(stream.columns, [cells for _, cells in first]))


def recognised_format(columns: Sequence[Column]) -> FileFormat:
    """The format that the headings fit best. Raises NotRecognised.

    A column counts most where its heading says the field itself, less where only the format reads
    it so; a column that says something of which the format knows nothing counts against it. The
    cells only tell of a day of opening beside the number (``content.with_order_days``).
    """
    told = {
        fmt.code: score
        for fmt in _CANDIDATES
        if tells_itself(fmt, columns)
        and (score := score_of(fmt, columns)) is not None
        and score > 0
    }
    if not told:
        raise NotRecognised(FolderProblem.NOT_RECOGNISED)
    best = max(told.values())
    fits = [code for code, score in told.items() if score == best]
    if len(fits) > 1:
        raise NotRecognised(FolderProblem.FITS_SEVERAL, fits)
    if fits[0] not in BY_NIGHT:
        raise NotRecognised(FolderProblem.NOT_BY_NIGHT, fits)
    return FORMATS[fits[0]]


def tells_itself(fmt: FileFormat, columns: Sequence[Column]) -> bool:
    """Whether a file of the format would look like this one.

    Any list of clients could be one of refusals: a column must say so.
    """
    return fmt.code in BY_NIGHT or any(
        _said(column) is mine.field and mine.field in _OWN[fmt.code]
        for column, mine in zip(columns, fmt.mapped(columns), strict=True)
        if mine.field is not None
    )


def score_of(
    fmt: FileFormat, columns: Sequence[Column], *, may_lack_numbers: bool = False
) -> int | None:
    """How well the format fits the headings; None: a needed column is missing.

    ``may_lack_numbers``: VIN and plate may be missing where the headings tell the vehicle and a
    column of the format's own: they often stand behind its make, or have to be asked for.
    """
    mapped = fmt.mapped(columns)
    missing = fmt.missing(mapped)
    if missing and not (may_lack_numbers and _lacks_only_numbers(fmt, columns, mapped, missing)):
        return None
    score = 0
    for column, mine in zip(columns, mapped, strict=True):
        said = _said(column)
        if mine.field is None:
            score += _LOST if said is not None else 0
            continue
        if mine.field is Field.VISIT_NUMBER and mine.has_order_day:
            score += _TELLS if Field.OPENED_ON in _OWN[fmt.code] else 0
        score += _SAYS_SO if said is mine.field else _READS_SO if said is None else _STANDS_IN
        if said is mine.field and said in _OWN[fmt.code]:
            score += _TELLS
    return score


def _lacks_only_numbers(
    fmt: FileFormat,
    columns: Sequence[Column],
    mapped: Sequence[Column],
    missing: Sequence[Sequence[str]],
) -> bool:
    return (
        all(Field.VIN in group for group in missing)
        and any(column.field is Field.MAKE_MODEL for column in mapped)
        and any(_said(column) in _OWN[fmt.code] for column in columns)
    )


def _said(column: Column) -> Field | None:
    return column.field or field_of(column.heading)
