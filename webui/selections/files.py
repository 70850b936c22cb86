"""«Выборки → Внешние данные»: an importer's file, its rows, work-lists out of them (A8)."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from campaigns.lifecycle import TAKES_LEADS, CampaignFinished
from directory.staff.models import Employee
from directory.units.tree import get_unit
from importers.choices import keep_choice, kept_choice
from importers.files import get_file
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of
from importers.loads.result_rows import names_of_clients
from importers.loads.running import DIRECTORY_FORMATS
from importers.models import ImportedFile
from importers.permissions import ImportPermission
from importers.plans import RowPlan, campaign_of
from importers.preview import PAGE_SIZE, preview
from importers.rereading import first_cells
from importers.running import NothingChosen, form_from_file
from importers.usage import is_used
from importers.variants import take_as, variant_by_headings
from webui.labels.fates import fate_words
from webui.labels.file_places import place_sentence, skipped_sentences
from webui.labels.files import FORMATS as WORDS
from webui.labels.files import plan_sentence, problem_sentence
from webui.numbers import row_number
from webui.refused_steps import refused_step
from webui.requests import requires, session, settings
from webui.selections.choice import Choice, Filter
from webui.selections.column_choice import LeftOut, left_out
from webui.selections.file_columns import is_incomplete
from webui.selections.file_results import forgotten_page
from webui.selections.kind_hints import likelier_than_leads
from webui.selections.lead_uploads import take_leads
from webui.selections.load_uploads import load_address, take_load
from webui.selections.recent_files import recent_files_told
from webui.selections.upload_form import REFUSED_UPLOAD, upload_form
from webui.selections.uploads import Asked, UploadRefused, drain, too_large
from worklists.permissions import WorkPermission

bp = Blueprint("files", __name__)


@bp.get("/selections/files")
@requires(ImportPermission.LOAD)
def page() -> str:
    """The form, and the files loaded last."""
    return _page(session(), Asked.from_address())


@bp.post("/selections/files", endpoint="upload")
@requires(ImportPermission.LOAD)
def upload() -> Any:
    """Read the file and go to its rows; a refused one is told on the same page.

    A large one and files of records are read by the background: the way leads to their load.
    """
    asked = Asked.from_form()
    try:
        if asked.variant in DIRECTORY_FORMATS:
            return redirect(load_address(take_load(asked)), 303)
        return redirect(take_leads(asked), 303)
    except UploadRefused as refused:
        return _refuse(asked, refused)


@bp.errorhandler(RequestEntityTooLarge)
def refuse_large(_error: RequestEntityTooLarge) -> Any:
    """A body beyond the limit is not read; the choice of the form stays by its address."""
    drain()
    return _refuse(Asked.from_address(), too_large())


def _refuse(asked: Asked, refused: UploadRefused) -> Any:
    """Say it on the page of the form, by a redirect: «Back» and reloading send nothing again."""
    session().rollback()
    flash(refused.text, REFUSED_UPLOAD)
    return redirect(
        url_for(
            "files.page",
            unit=asked.unit_id,
            format=asked.variant or None,
            sheet=asked.sheet or None,
        ),
        303,
    )


@bp.get("/selections/files/<int:file_id>")
@requires(ImportPermission.LOAD)
def show(file_id: int) -> Any:
    """What will happen to the rows now; a file of which nothing is known is to be explained."""
    file = get_file(session(), file_id, actor=g.actor, even_forgotten=True)
    if file.forgotten_at is not None:
        return forgotten_page(session(), file)
    if is_incomplete(file):
        return redirect(url_for("file_columns.page", file_id=file_id))
    return _rows(session(), file_id)


@bp.post("/selections/files/<int:file_id>", endpoint="look")
@requires(ImportPermission.LOAD)
def look(file_id: int) -> Any:
    """Keep what is ticked, then show another page or group of rows (by a redirect: «Back» works).

    With ``quiet`` only keep: the page does so by itself when a box is ticked.
    """
    choice = Choice.from_form(request.form)
    keep_choice(
        session(), file_id,
        scope=choice.scope_text, ticked=choice.ticked, excluded=choice.excluded, actor=g.actor,
    )  # fmt: skip
    if request.form.get("quiet"):
        return make_response("", 204)
    return redirect(_address(file_id), 303)


@bp.post("/selections/files/<int:file_id>/work-lists", endpoint="form")
@requires(WorkPermission.FORM)
def form(file_id: int) -> Any:
    """Form work-lists from the ticked rows, or from all."""
    choice = Choice.from_form(request.form)
    try:
        form_from_file(
            session(),
            file_id,
            row_ids=choice.row_ids(session(), file_id, actor=g.actor, now=g.now),
            actor=g.actor,
            now=g.now,
            default_zone=settings().time_zone,
        )
    except (NothingChosen, CampaignFinished) as refused:
        # By a redirect, so that the browser's own «Back» works.
        return refused_step(refused, _address(file_id))
    keep_choice(session(), file_id, actor=g.actor)
    return redirect(url_for("file_results.result", file_id=file_id), 303)


@bp.post("/selections/files/<int:file_id>/variant", endpoint="take_as")
@requires(ImportPermission.LOAD)
def take_as_variant(file_id: int) -> Any:
    """The same file as the other variant, before anything is formed from it."""
    variant = request.form.get("format", "")
    file = take_as(session(), file_id, variant, actor=g.actor, now=g.now)
    flash(_("Файл загружен как «%(variant)s».", variant=WORDS[variant][0]))
    return redirect(url_for("files.show", file_id=file.id), 303)


def _address(file_id: int) -> str:
    """The rows with the filter and the page that the form names; the first page is not named."""
    plan = _last(request.form, "plan") or None
    number = request.form.get("page", type=row_number)
    return url_for("files.show", file_id=file_id, plan=plan, page=number if number != 1 else None)


def _page(reading: Session, asked: Asked) -> str:
    return render_template(
        "selections/files.html",
        page="selections",
        **upload_form(reading, asked),
        **recent_files_told(),
    )


def _rows(reading: Session, file_id: int) -> Response:
    asked = request.args
    only = Filter.of(_last(asked, "plan"))
    seen = preview(
        reading, file_id, actor=g.actor, now=g.now, plan=only.plan, warned=only.warned,
        page=asked.get("page", 1, type=row_number),
    )  # fmt: skip
    kept = Choice.from_kept(kept_choice(reading, file_id, actor=g.actor))
    campaign = campaign_of(reading, seen.file)
    choice = kept.settled(reading, file_id, actor=g.actor, now=g.now)
    here = {row.id for row in seen.rows}
    chosen = choice.count(seen)
    chosen_here = sum(choice.takes(row) for row in seen.rows if row.is_choosable)
    body = render_template(
        "selections/rows.html",
        page="selections",
        seen=seen,
        unit=get_unit(reading, seen.file.unit_id, actor=g.actor),
        loaded_by=reading.get_one(Employee, seen.file.loaded_by).full_name,
        variant=WORDS[seen.file.format][0],
        other=_other_variant(reading, seen.file),
        likelier=likelier_than_leads(seen.file),
        place=place_sentence(seen.file),
        skipped=skipped_sentences(seen.file),
        left_out=_left_out(reading, seen.file),
        only=only,
        plans=tuple(RowPlan),
        choice=choice,
        chosen=chosen,
        choosable=seen.choosable_of(only.plan, warned=only.warned),
        not_shown=chosen - chosen_here,
        elsewhere=sorted(choice.ticked - here),
        excluded=sorted(choice.excluded - here),
        plan_sentence=plan_sentence,
        fate_words=fate_words,
        cards=names_of_clients(reading, [row.client_id for row in seen.rows], actor=g.actor),
        problem_sentence=problem_sentence,
        shown_from=(seen.page - 1) * PAGE_SIZE + 1,
        may_form=g.actor.may(WorkPermission.FORM),
        campaign=campaign,
        takes_leads=campaign.state in TAKES_LEADS,
    )
    return make_response(body)


def _other_variant(reading: Session, file: ImportedFile) -> tuple[str, Any] | None:
    """Code and name of the variant that the headings fit better than the chosen one."""
    code = variant_by_headings(file.header)
    if code in (None, file.format) or is_used(reading, file.id):
        return None
    return str(code), WORDS[str(code)][0]


def _left_out(reading: Session, file: ImportedFile) -> LeftOut | None:
    """Of a file whose columns were kept."""
    if not file.columns:
        return None
    return left_out(FORMATS[file.format], columns_of(file), first_cells(reading, file.id))


def _last(asked: Any, name: str) -> str:
    """The pressed button stands behind the hidden field of the same name."""
    return str((asked.getlist(name) or [""])[-1])
