"""Answer a request with a workbook, and note in the journal who took what out (rule 23)."""

import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from flask import Response, current_app, g, request, send_file

from core import journal
from webui.exports.workbook import Column, write_workbook
from webui.requests import environment_of
from webui.wording import zone
from worklists.permissions import WorkPermission

_ENDING = re.compile(r"\.(xls[xmb]?|ods|csv|tsv|txt)$", re.IGNORECASE)
_UNFIT = re.compile(r'[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\\/:*?"<>|]')
"""Signs that no name of a file may have, and those that turn the direction of what is read."""
_LONGEST = 90
"""A name has at most 255 bytes; a letter has up to two, and what the file is follows."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, kw_only=True)
class ListExported(journal.Event):
    """A person took a list out as a file."""

    subject: ClassVar[str] = "employee"
    employee_id: int
    list: str
    query: str
    rows: int


def workbook_answer(
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    sheet: str,
    query: str | None = None,
    title: str = "",
) -> Response:
    """Send the rows as ``<name>-<day>.xlsx``. Raises NotPermitted without the right to export.

    ``query`` is what the journal keeps of the filters, those of the address if not given.
    ``title``: what the file is called instead, where any letters may be (``title_of``).
    """
    g.actor.require(WorkPermission.EXPORT)
    day = g.now.astimezone(zone()).date()
    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    try:
        count = write_workbook(path, sheet, columns, rows, zone())
        stream = path.open("rb")
    finally:
        path.unlink()
    _note(name, count, request.query_string.decode() if query is None else query)
    plain = f"{name}-{day:%Y-%m-%d}.xlsx"
    answer = send_file(stream, mimetype=_XLSX, as_attachment=True, download_name=plain)
    if title:
        told = f"UTF-8''{quote(f'{title}.xlsx', safe='')}"
        answer.headers.set(
            "Content-Disposition", "attachment", filename=plain, **{"filename*": told}
        )
    answer.call_on_close(stream.close)
    return answer


def title_of(file: str, what: str) -> str:
    """«<file> – <what>»: the name of a workbook that was made of a person's file.

    Nothing that a file system minds is in it, and it is short enough for all of them.
    """
    stem = _UNFIT.sub(" ", _ENDING.sub("", file))
    return f"{' '.join(stem.split())[:_LONGEST].strip(' .')} – {what}".removeprefix(" – ")


def _note(name: str, count: int, query: str) -> None:
    """The page itself was only read: the note is a transaction of its own."""
    event = ListExported(employee_id=g.actor.person, list=name, query=query, rows=count)
    with environment_of(current_app).database.unit_of_work() as session:
        journal.record(session, event, actor=g.actor, at=g.now)
