"""A saved version of a selection: what is told of it, and the way back to an older one (A5)."""

from typing import Any

from flask import flash, g, redirect, request, url_for

from core.errors import Invalid, Refused
from selections.editing import return_to_version
from selections.permissions import SelectionPermission
from selections.refusals import DefinitionFaulty, SelectionChangedByAnother
from webui.labels.spoken import gettext as _
from webui.labels.words import sentence
from webui.numbers import row_number_or_none
from webui.requests import requires, session, settings
from webui.selections.catalogue import CATALOGUE
from webui.selections.studio_list import bp
from worklists.plan_reading import plans_of


def tell_saved(selection_id: int, words: str) -> None:
    """Say that a version was saved, and that plans go by it from now on."""
    flash(words)
    plans = plans_of(
        session(), selection_id, actor=g.actor, now=g.now, default_zone=settings().time_zone
    )
    if any(line.plan.is_on for line in plans):
        flash(_("По расписанию пойдёт новая версия."))


@bp.post("/selections/<int:selection_id>/return", endpoint="return_version")
@requires(SelectionPermission.DEFINE)
def return_version(selection_id: int) -> Any:
    """Save what an older version said as the newest one, unless somebody saved meanwhile."""
    number = row_number_or_none(request.form.get("version", "")) or 0
    opened = row_number_or_none(request.form.get("opened", "")) or 0
    try:
        saved = return_to_version(
            session(), selection_id, number=number, opened_version=opened, actor=g.actor,
            now=g.now, catalogue=CATALOGUE,
        )  # fmt: skip
    except (Invalid, Refused) as refused:
        session().rollback()
        flash(_refused_words(refused, number), "bad")
        return redirect(url_for("selections.show", selection_id=selection_id), 303)
    if saved.number == opened:
        flash(_("Версия %(number)s говорит то же, что и последняя.", number=number))
    else:
        tell_saved(selection_id, _(
            "Версия %(number)s вернулась: теперь это версия %(newest)s.",
            number=number, newest=saved.number,
        ))  # fmt: skip
    return redirect(url_for("selections.show", selection_id=selection_id), 303)


def _refused_words(refused: Invalid | Refused, number: int) -> str:
    if isinstance(refused, SelectionChangedByAnother):
        return _(
            "Пока вы смотрели, сохранена версия %(number)s. Посмотрите её и решите снова.",
            number=refused.version.number,
        )
    if isinstance(refused, DefinitionFaulty):
        return _(
            "Версию %(number)s вернуть нельзя: в её правиле есть ошибки. "
            "Скопируйте её и исправьте.", number=number,
        )  # fmt: skip
    return str(sentence(refused))
