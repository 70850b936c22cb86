"""Documents in and out: out as a download, shown in the browser only what was looked at again."""

from io import BytesIO

from flask import Response, g, request, send_file
from werkzeug.exceptions import RequestEntityTooLarge

from core.errors import Invalid
from webui.card.routes import bp
from webui.card.sections import answer, refuse
from webui.errors import answer as error_answer
from webui.labels.words import sentence
from webui.requests import is_htmx, requires, session, settings
from webui.selections.uploads import drain
from worklists.card.documents import (
    DocumentTooLarge,
    OpenedDocument,
    add_document,
    delete_document,
    open_document,
)
from worklists.permissions import WorkPermission

_SHUT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
_FOR_PDF = "default-src 'none'; style-src 'self'; object-src 'self'; frame-ancestors 'none'"
"""The browser's own PDF viewer does not start inside a sandbox."""


@bp.post("/tasks/<int:task_id>/documents", endpoint="add_document")
@requires(WorkPermission.WORK)
def add(task_id: int) -> Response:
    """Attach the chosen file."""
    limit = settings().max_document_bytes
    file = request.files.get("file")
    # One byte more than allowed is enough to know that it is too large.
    content = file.stream.read(limit + 1) if file is not None and file.filename else b""
    name = file.filename or "" if file is not None else ""
    try:
        add_document(session(), task_id, name=name, content=content,
                     folder=settings().documents_dir, limit=limit, actor=g.actor,
                     now=g.now)  # fmt: skip
    except Invalid as error:
        return refuse(task_id, "documents", error)
    return answer(task_id, "documents")


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """A body that was not even read."""
    drain()
    error = DocumentTooLarge(settings().max_document_bytes)
    task_id = (request.view_args or {}).get("task_id")
    if is_htmx() or task_id is None:
        return error_answer(413, str(sentence(error)))
    return refuse(task_id, "documents", error, status=413)


@bp.get("/documents/<int:document_id>", endpoint="document")
@requires(WorkPermission.SEE)
def download(document_id: int) -> Response:
    """The file, to be kept on the person's computer."""
    return _sent(_opened(document_id), inline=False)


@bp.get("/documents/<int:document_id>/view", endpoint="view_document")
@requires(WorkPermission.SEE)
def view(document_id: int) -> Response:
    """A picture or a PDF in the browser; everything else as a download."""
    found = _opened(document_id)
    return _sent(found, inline=found.may_be_inline)


@bp.post("/documents/<int:document_id>/delete", endpoint="delete_document")
@requires(WorkPermission.WORK)
def delete(document_id: int) -> Response:
    """Take it off the task; NotYourDocument is answered by the usual page."""
    document = delete_document(session(), document_id, actor=g.actor, now=g.now)
    return answer(document.task_id, "documents")


def _opened(document_id: int) -> OpenedDocument:
    folder = settings().documents_dir
    return open_document(session(), document_id, folder=folder, actor=g.actor)


def _sent(found: OpenedDocument, *, inline: bool) -> Response:
    response = send_file(
        BytesIO(found.content), mimetype=found.media_type, as_attachment=not inline,
        download_name=found.name, etag=False, max_age=0,
    )  # fmt: skip
    is_pdf = inline and found.media_type == "application/pdf"
    response.headers["Content-Security-Policy"] = _FOR_PDF if is_pdf else _SHUT
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
