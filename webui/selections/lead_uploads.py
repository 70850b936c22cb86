"""Taking a file of clients to call: a small one is read at once, a large one by the background."""

from pathlib import Path

from flask import current_app, flash, g, request, url_for
from flask_babel import gettext as _

from directory.staff.models import Employee
from importers.files import get_file
from importers.folders.notices import mark_load_seen
from importers.formats.catalogue import LEAD_FORMATS
from importers.formats.declaration import LeadFormat
from importers.guard import Limits
from importers.loading import Loaded, keep_file, known_file, read_file
from importers.loads.models import RecordLoad
from importers.models import ImportedFile
from importers.problems import FileRefused
from importers.weights import is_read_at_once
from webui.requests import environment_of, session, settings
from webui.selections.file_columns import needs_a_look
from webui.selections.load_uploads import ask_for, load_address, received
from webui.selections.uploads import Asked, UploadRefused, name_of, refused_upload
from webui.wording import moment


def take_leads(asked: Asked) -> str:
    """Take the uploaded file; where its rows are, or where it is told how far they are.

    Raises UploadRefused with the sentence to show.
    """
    fmt = LEAD_FORMATS.get(asked.variant)
    file = request.files.get("file")
    if asked.unit_id is None or asked.unit_id not in g.actor.unit_ids:
        raise UploadRefused(_("Выберите подразделение, для которого создаются рабочие листы."))
    if fmt is None:
        raise UploadRefused(_("Выберите вариант файла."))
    if file is None or not file.filename:
        raise UploadRefused(_("Файл не выбран. Выберите файл таблицы или перетащите его сюда."))
    # Receiving and reading take seconds: nobody's writes wait for it.
    session().rollback()
    name = name_of(file)
    path, size, sha256 = received(file)
    try:
        if is_read_at_once(path, _limits()):
            return rows_address(_loaded(path, fmt, name, asked))
        known = known_file(session(), sha256, fmt, unit_id=asked.unit_id, sheet=asked.sheet)
        if known is not None:
            return rows_address(Loaded(file=known, is_new=False))
        return load_address(ask_for(path, asked, name=name, size=size, sha256=sha256))
    except FileRefused as refused:
        raise refused_upload(refused, name, asked.sheet) from refused
    finally:
        path.unlink(missing_ok=True)


def rows_address(loaded: Loaded) -> str:
    """The rows of a file, or its columns first; that it was there before is told on that page."""
    file = loaded.file
    if not loaded.is_new:
        person = session().get_one(Employee, file.loaded_by).full_name
        flash(
            _(
                "Этот файл уже загружен %(when)s, %(who)s. Показываем его.",
                when=moment(file.loaded_at),
                who=person,
            )
        )
    elif needs_a_look(file):
        return url_for("file_columns.page", file_id=file.id)
    return url_for("files.show", file_id=file.id)


def address_of_read(load: RecordLoad, file_id: int) -> str:
    """Where a load has led that the background has read; the bell need not tell it any more."""
    file: ImportedFile = get_file(session(), file_id, actor=g.actor, even_forgotten=True)
    # The page itself was only read: the note is a transaction of its own.
    with environment_of(current_app).database.unit_of_work() as writing:
        mark_load_seen(writing, load.id, actor=g.actor, now=g.now)
    # Both were noted in one transaction, unless the content was there before.
    return rows_address(Loaded(file=file, is_new=file.loaded_at == load.finished_at))


def _loaded(path: Path, fmt: LeadFormat, name: str, asked: Asked) -> Loaded:
    read = read_file(path, fmt, limits=_limits(), needs_columns=False, sheet=asked.sheet or None)
    return keep_file(
        session(),
        read,
        name=name,
        unit_id=asked.unit_id or 0,
        actor=g.actor,
        now=g.now,
        # What is not recognised a person says on the next page.
        needs_columns=False,
    )


def _limits() -> Limits:
    return Limits(file_size=settings().max_upload_bytes)
