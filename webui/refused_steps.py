"""What follows a step that was refused: nothing is written, and it is told where one comes to."""

from flask import Response, flash, g, redirect

from core.errors import Refused
from webui.labels.words import sentence
from webui.requests import session


def nothing_written() -> None:
    """Undo what a refused step has written; the form and its key stay good."""
    session().rollback()
    g.form_key = None


def refused_step(refused: Refused, address: str) -> Response:
    """Undo what the step has written, say why at ``address``; the form and its key stay good."""
    nothing_written()
    flash(str(sentence(refused)), "bad")
    return redirect(address, 303)  # type: ignore[return-value]
