"""A person says what the columns of a loaded file mean; its kept cells are read anew (A8)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid
from core.locks import exclusively
from importers.columns import Column
from importers.fields import Field
from importers.files import get_file, refuse_forgotten
from importers.formats.catalogue import LEAD_FORMATS
from importers.formats.declaration import FileFormat
from importers.kept_columns import as_said, fits
from importers.mappings import remember_mapping
from importers.models import ImportedFile
from importers.rereading import LOCK, read_anew, recognised_again
from importers.usage import FileAlreadyUsed, is_used


class ColumnTwice(Invalid):
    """Two columns are said to be the same thing; only phones may stand in several."""

    field = "columns"

    def __init__(self, twice: Field) -> None:
        super().__init__(twice.value)
        self.twice = twice


class ColumnsMissing(Invalid):
    """Without these columns nothing can be made of the file: of each group one is needed."""

    field = "columns"

    def __init__(self, groups: list[list[str]]) -> None:
        super().__init__("columns")
        self.groups = groups


class ColumnsUnfit(Invalid):
    """Not as many meanings as columns, or one that the format does not know."""

    field = "columns"


def said_columns(
    recognised: Sequence[Column], fields: Sequence[Field | None], fmt: FileFormat
) -> tuple[Column, ...]:
    """The columns as a person says them. Raises ColumnTwice, ColumnsMissing, ColumnsUnfit."""
    twice = {one for one in fields if one not in (None, Field.PHONE) and fields.count(one) > 1}
    for one in fields:
        if one is not None and one in twice:
            raise ColumnTwice(one)
    if not fits(fields, recognised, fmt):
        raise ColumnsUnfit
    said = as_said(recognised, fields)
    missing = fmt.missing(said)
    if missing:
        raise ColumnsMissing(missing)
    return said


def remap_file(
    session: Session,
    file_id: int,
    columns: Sequence[Field | None],
    *,
    actor: Actor,
    now: datetime,
) -> ImportedFile:
    """Read the file by these meanings of its columns (None: not loaded), and remember them.

    Nothing may have been formed from it. All in the caller's transaction. Raises NotFound,
    NotPermitted, FileAlreadyUsed, ColumnTwice, ColumnsMissing, ColumnsUnfit.
    """
    file = get_file(session, file_id, actor=actor)
    exclusively(session, LOCK)
    refuse_forgotten(session, file)
    if is_used(session, file_id):
        raise FileAlreadyUsed
    fmt = LEAD_FORMATS[file.format]
    recognised = recognised_again(session, file, fmt)
    said = said_columns(recognised, columns, fmt)
    read_anew(session, file, said, actor=actor, now=now)
    remember_mapping(session, file.unit_id, file.format, recognised, columns, actor=actor, now=now)
    return file
