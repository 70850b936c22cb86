"""What every upload of a file has in common: the choice of the form, and how it is refused."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict

from importers.problems import FileProblem, FileRefused
from webui.labels.files import file_sentence
from webui.numbers import row_number
from webui.requests import settings

_DRAINED = 256 << 20
"""Bytes of a refused body that are read and thrown away, so that the browser hears the answer."""
_BLOCK = 1 << 20
_LONGEST_SHEET = 200
ENDINGS = ".xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.tsv,.txt,.htm,.html,.xml"
"""What the dialogue of the browser offers; what is read is decided by the content."""


class UploadRefused(Exception):
    """The upload cannot be used; ``text`` is the sentence for the person."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True)
class Asked:
    """What the form says; also from the address, which survives a body that is too large."""

    unit_id: int | None
    variant: str
    sheet: str = ""
    """The name of the sheet to be read; empty: it is found."""

    @classmethod
    def from_form(cls) -> "Asked":
        """The choice of the form."""
        return cls._of(request.form)

    @classmethod
    def from_address(cls) -> "Asked":
        """The choice in the address."""
        return cls._of(request.args)

    @classmethod
    def _of(cls, said: MultiDict[str, str]) -> "Asked":
        sheet = said.get("sheet", "").strip()[:_LONGEST_SHEET]
        return cls(said.get("unit", type=row_number), said.get("format", ""), sheet)


def name_of(file: FileStorage) -> str:
    """What its sender called the file, without folders."""
    return PurePosixPath((file.filename or "").replace("\\", "/")).name


def refused_upload(refused: FileRefused, name: str, sheet: str) -> UploadRefused:
    """What to tell about a refused file; ``sheet``: the one that was asked for."""
    if sheet and refused.code is FileProblem.NO_ROWS:
        text = _(
            "на листе «%(sheet)s» строк нет или такого листа нет. Проверьте его название.",
            sheet=sheet,
        )
        return UploadRefused(f"{name}: {text}")
    return UploadRefused(f"{name}: {file_sentence(refused)}")


def too_large() -> UploadRefused:
    """The refusal of a body that was not even read."""
    limit = settings().max_upload_bytes
    size = request.content_length or limit
    refused = FileRefused(FileProblem.TOO_LARGE, size=size, limit=limit)
    return UploadRefused(file_sentence(refused))


def drain() -> None:
    """Read the rest of the body: a browser that is cut off while sending shows its own error."""
    left = min(request.content_length or 0, _DRAINED)
    stream = request.environ["wsgi.input"]
    while left > 0:
        block = stream.read(min(_BLOCK, left))
        if not block:
            return
        left -= len(block)
