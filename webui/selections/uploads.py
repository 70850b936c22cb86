"""Taking a file from a browser: checked, read in a child process, kept."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from flask import g, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict

from importers.file_kinds import kind_of
from importers.formats.catalogue import LEAD_FORMATS
from importers.formats.declaration import LeadFormat
from importers.guard import Limits
from importers.loading import FileRead, Loaded, keep_file, read_file
from importers.problems import FileProblem, FileRefused
from webui.labels.files import file_sentence
from webui.numbers import row_number
from webui.requests import session, settings

_DRAINED = 256 << 20
"""Bytes of a refused body that are read and thrown away, so that the browser hears the answer."""
_BLOCK = 1 << 20
_LONGEST_SHEET = 200
ENDINGS = ".xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.tsv,.txt"
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


def take_upload(asked: Asked) -> Loaded:
    """Read and keep the uploaded file. Raises UploadRefused with the sentence to show."""
    fmt = LEAD_FORMATS.get(asked.variant)
    file = request.files.get("file")
    if asked.unit_id is None or asked.unit_id not in g.actor.unit_ids:
        raise UploadRefused(_("Выберите подразделение, для которого создаются рабочие листы."))
    if fmt is None:
        raise UploadRefused(_("Выберите вариант файла."))
    if file is None or not file.filename:
        raise UploadRefused(_("Файл не выбран. Выберите файл таблицы или перетащите его сюда."))
    # Reading takes seconds: nobody's writes wait for it.
    session().rollback()
    name = PurePosixPath(file.filename.replace("\\", "/")).name
    read = _read(file, fmt, name, asked.sheet)
    return keep_file(
        session(),
        read,
        name=name,
        unit_id=asked.unit_id,
        actor=g.actor,
        now=g.now,
        # What is not recognised a person says on the next page.
        needs_columns=False,
    )


def _read(file: FileStorage, fmt: LeadFormat, name: str, sheet: str) -> FileRead:
    limits = Limits(file_size=settings().max_upload_bytes)
    try:
        with _on_disk(file) as path:
            return read_file(path, fmt, limits=limits, needs_columns=False, sheet=sheet or None)
    except FileRefused as refused:
        raise refused_upload(refused, name, sheet) from refused


def refused_upload(refused: FileRefused, name: str, sheet: str) -> UploadRefused:
    """What to tell about a refused file; ``sheet``: the one that was asked for."""
    if sheet and refused.code is FileProblem.NO_ROWS:
        text = _(
            "на листе «%(sheet)s» строк нет или такого листа нет. Проверьте его название.",
            sheet=sheet,
        )
        return UploadRefused(f"{name}: {text}")
    return UploadRefused(f"{name}: {file_sentence(refused)}")


@contextmanager
def _on_disk(file: FileStorage) -> Iterator[Path]:
    """The upload as a file, called by what it holds and not by what its sender called it."""
    with tempfile.TemporaryDirectory(prefix="prozvon-") as folder:
        path = Path(folder) / "upload"
        file.save(path)
        yield path.rename(path.with_suffix(f".{kind_of(path).value}"))


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
