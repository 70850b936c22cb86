"""Taking a whole load of records back (A8)."""

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for

from importers.loads.taking_back import StillLoading, take_back
from importers.permissions import ImportPermission
from importers.taken_rows import LoadTouched
from webui.labels.taking_back import loaded_gone_sentence
from webui.labels.words import sentence
from webui.requests import requires, session

bp = Blueprint("load_taking_back", __name__)


@bp.post("/selections/loads/<int:load_id>/take-back", endpoint="take_back")
@requires(ImportPermission.LOAD)
def take_back_load(load_id: int) -> Any:
    """Take back all that the load has made and completed, or say what hinders it."""
    try:
        told = take_back(session(), load_id, actor=g.actor, now=g.now)
    except (LoadTouched, StillLoading) as refused:
        session().rollback()
        g.form_key = None
        flash(str(sentence(refused)), "bad")
    else:
        flash(loaded_gone_sentence(told))
    return redirect(url_for("loads.show", load_id=load_id), 303)
