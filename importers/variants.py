"""Which variant a file looks like by its headings, and taking it as the other one (A8)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from core.journal import record
from core.locks import exclusively
from importers.columns import Column, Field, field_of, heading_norm
from importers.events import FileEvent
from importers.files import get_file, refuse_forgotten
from importers.formats.catalogue import LEAD_FORMATS
from importers.kept_columns import columns_of
from importers.mappings import with_mapping
from importers.models import ImportedFile
from importers.rereading import LOCK, read_anew, recognised_again
from importers.usage import FileAlreadyUsed, is_used

_RECALL = re.compile(
    r"\b(?:recall|бюллетен\w*|відклик\w*|отзывн\w+ (?:кампан|мероприят)\w*|(?:код|номер) отзыва)"
)
_OF_PEOPLE = (Field.NAME, Field.LAST_NAME, Field.PHONE, Field.LAST_VISIT_ON)


@dataclass(frozen=True, kw_only=True)
class FileTakenAs(FileEvent):
    """The file was loaded as one variant and is another; nothing was formed from it yet."""

    imported_file_id: int
    before: str
    format: str


def variant_by_headings(header: Sequence[str]) -> str | None:
    """The code of the variant that the headings fit better; None when they fit both alike.

    A date that is planned tells of maintenance, a last visit without one of clients that are lost,
    a VIN without a person of vehicles that their maker calls back.
    """
    fields = {field_of(str(heading)) for heading in header}
    if Field.PLANNED_ON in fields:
        return "maintenance-due"
    is_told = any(_RECALL.search(heading_norm(str(heading))) for heading in header)
    if Field.VIN in fields and (is_told or fields.isdisjoint(_OF_PEOPLE)):
        return "recall"
    return "lost-clients" if Field.LAST_VISIT_ON in fields else None


def take_as(
    session: Session, file_id: int, variant: str, *, actor: Actor, now: datetime
) -> ImportedFile:
    """The file as this variant; the one that is there already if it was loaded so before.

    Its rows are read anew where the variant reads them otherwise. Raises NotFound, NotPermitted,
    FileAlreadyUsed.
    """
    file = get_file(session, file_id, actor=actor)
    if variant not in LEAD_FORMATS:
        raise NotFound("variant", variant)
    same = session.scalars(
        select(ImportedFile).where(
            ImportedFile.unit_id == file.unit_id,
            ImportedFile.sha256 == file.sha256,
            ImportedFile.format == variant,
        )
    ).one_or_none()
    if same is not None:
        return same
    exclusively(session, LOCK)
    refuse_forgotten(session, file)
    if is_used(session, file_id):
        raise FileAlreadyUsed
    event = FileTakenAs(imported_file_id=file.id, before=file.format, format=variant)
    before = LEAD_FORMATS[file.format]
    columns = columns_of(file)
    file.format = variant
    record(session, event, actor=actor, at=now)
    fmt = LEAD_FORMATS[variant]
    again = recognised_again(session, file, fmt)
    again = with_mapping(session, file.unit_id, variant, again)
    if fmt.identity != before.identity or _fields(again) != _fields(columns):
        read_anew(session, file, again, actor=actor, now=now)
    session.flush()
    return file


def _fields(columns: Sequence[Column]) -> list[Field | None]:
    return [column.field for column in columns]
