"""What was formed from a file, taking it back, and what is left of a file that was forgotten."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session

from directory.staff.models import Employee
from directory.units.tree import get_unit
from importers.files import DataForgotten, get_file
from importers.formings import formings_of
from importers.models import ImportedFile
from importers.permissions import ImportPermission
from importers.taken_rows import LoadTouched
from importers.taking_back import take_back_formed, tasks_formed
from webui.labels.files import FORMATS as WORDS
from webui.labels.journal import actor_words
from webui.labels.taking_back import gone_sentence
from webui.refused_steps import refused_step
from webui.requests import requires, session, settings
from worklists.permissions import WorkPermission

bp = Blueprint("file_results", __name__)


@bp.get("/selections/files/<int:file_id>/result", endpoint="result")
@requires(ImportPermission.LOAD)
def result(file_id: int) -> Any:
    """What came of the last forming, and who formed what from the file before."""
    file = get_file(session(), file_id, actor=g.actor, even_forgotten=True)
    formings = formings_of(session(), file_id, actor=g.actor)
    left = tasks_formed(session(), file)
    if not formings:
        return redirect(url_for("files.show", file_id=file_id))
    unit = get_unit(session(), file.unit_id, actor=g.actor)
    return render_template(
        "selections/result.html",
        page="selections",
        file=file,
        unit=unit,
        told=formings[0].told,
        formings=formings,
        actor_words=actor_words,
        left=left,
        is_taken_back=bool(formings[0].told["tasks_new"]) and not left,
        may_form=g.actor.may(WorkPermission.FORM),
    )


@bp.post("/selections/files/<int:file_id>/take-back", endpoint="take_back")
@requires(WorkPermission.FORM)
def take_back(file_id: int) -> Any:
    """Take back all that was formed from the file, or say what hinders it."""
    try:
        told = take_back_formed(session(), file_id, actor=g.actor, now=g.now)
    except (LoadTouched, DataForgotten) as refused:
        return refused_step(refused, url_for("file_results.result", file_id=file_id))
    flash(gone_sentence(told))
    return redirect(url_for("files.show", file_id=file_id), 303)


def forgotten_page(reading: Session, file: ImportedFile) -> str:
    """What is still known of a file whose personal data was removed."""
    return render_template(
        "selections/forgotten.html",
        page="selections",
        file=file,
        unit=get_unit(reading, file.unit_id, actor=g.actor),
        variant=WORDS[file.format][0],
        loaded_by=reading.get_one(Employee, file.loaded_by).full_name,
        days=settings().forget_files_after.days,
        has_formings=bool(formings_of(reading, file.id, actor=g.actor)),
    )
