"""Whether anything was made of a file: then it stays as it is."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.errors import Refused
from importers.models import ImportedRow


class FileAlreadyUsed(Refused):
    """Work-lists were formed from the file: they serve the campaign of its variant."""


def is_used(session: Session, file_id: int) -> bool:
    """Whether anything was formed from the file."""
    used = exists().where(ImportedRow.file_id == file_id, ImportedRow.formed_at.is_not(None))
    return bool(session.scalar(select(used)))
