"""Taking a file of records from a browser: streamed to its place, looked at when it is small."""

import hashlib
import shutil
from pathlib import Path

from flask import flash, g, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from importers.formats.catalogue import FORMATS
from importers.loads import asking
from importers.loads.looking import Looked, look_at
from importers.loads.running import DIRECTORY_FORMATS
from importers.loads.spool import keep_file, new_file
from importers.problems import FileProblem, FileRefused
from webui.labels.journal import actor_words
from webui.requests import session, settings
from webui.selections.uploads import Asked, UploadRefused, name_of, refused_upload
from webui.wording import moment
from worklists.task_page import names_of

_BLOCK = 1 << 20
_SMALL = 8 << 20
"""Bytes up to which the columns are looked at while the person waits."""


def loads_folder() -> Path:
    """Where the files of loads lie."""
    return settings().loads_dir


def take_load(asked: Asked) -> asking.Asked:
    """Keep the uploaded file and ask for it to be loaded. Raises UploadRefused with a sentence.

    The same content that is under way, or was loaded, is that load.
    """
    if asked.unit_id is None or asked.unit_id not in g.actor.unit_ids:
        raise UploadRefused(_("Выберите подразделение, чьи это клиенты и автомобили."))
    file = request.files.get("file")
    if file is None or not file.filename:
        raise UploadRefused(_("Файл не выбран. Выберите файл таблицы или перетащите его сюда."))
    # Receiving and reading take seconds: nobody's writes wait for it.
    session().rollback()
    name = name_of(file)
    path, size, sha256 = received(file)
    try:
        return ask_for(path, asked, name=name, size=size, sha256=sha256)
    except FileRefused as refused:
        raise refused_upload(refused, name, asked.sheet) from refused
    finally:
        path.unlink(missing_ok=True)


def load_address(found: asking.Asked) -> str:
    """Where the load is; that the same content was there before is told on that page."""
    load = found.load
    if not found.is_new:
        who = actor_words(load.asked_by, names_of(session(), [load.asked_by]))
        flash(
            _("Этот файл уже загружали %(when)s, %(who)s. Показываем ту загрузку.",
              when=moment(load.asked_at), who=who)
        )  # fmt: skip
    return url_for("loads.show", load_id=load.id)


def ask_for(path: Path, asked: Asked, *, name: str, size: int, sha256: str) -> asking.Asked:
    """Ask for a file that lies in the folder of loads; it is moved to its place if it is new.

    A small one of records is looked at first: one that cannot be read is not asked for. Raises
    FileRefused.
    """
    limit = settings().max_upload_bytes
    if size > limit:
        raise FileRefused(FileProblem.TOO_LARGE, size=size, limit=limit)
    is_looked_at = asked.variant in DIRECTORY_FORMATS and size <= _SMALL
    looked = _looked(path, asked) if is_looked_at else None
    found = asking.ask_load(
        session(), name=name, size=size, sha256=sha256, format=asked.variant,
        unit_id=asked.unit_id or 0, sheet=asked.sheet, actor=g.actor, now=g.now,
    )  # fmt: skip
    if found.is_new:
        if looked is not None:
            asking.note_look(session(), found.load, looked, actor=g.actor, now=g.now)
        # Before the commit: whoever finds the load finds its file.
        keep_file(loads_folder(), found.load.id, path)
    return found


def copied(path: Path) -> Path:
    """A copy of the file of a load, to be asked for anew."""
    copy = new_file(loads_folder())
    shutil.copyfile(path, copy)
    return copy


def _looked(path: Path, asked: Asked) -> Looked:
    return look_at(path, FORMATS[asked.variant], sheet=asked.sheet)


def received(file: FileStorage) -> tuple[Path, int, str]:
    """The upload in the folder of loads, to be moved or removed; its size; the sum of its content.

    The sum is taken on the way.
    """
    path = new_file(loads_folder())
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as target:
        while block := file.stream.read(_BLOCK):
            digest.update(block)
            size += len(block)
            target.write(block)
    return path, size, digest.hexdigest()
