"""What workshops do and how much of it at once (A13)."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from core.errors import Invalid, Refused
from directory.permissions import DirectoryPermission
from directory.units.models import Unit
from directory.workshops.capacity import (
    LONGEST_HOLD,
    MOST_POSTS,
    USUAL_HOLD,
    USUAL_SLOT,
    drop_capacity,
    get_workshop,
    set_capacity,
    works_of,
    workshops_seen,
)
from directory.workshops.models import WorkshopCapacity
from directory.workshops.work_kinds import work_kinds
from webui.admin.answers import put_error, saved
from webui.forms import Form, choices
from webui.labels.words import sentence
from webui.numbers import row_number_or_none
from webui.requests import requires
from webui.service.slot_pick import duration, kind_words

bp = Blueprint("admin_workshops", __name__, url_prefix="/admin/workshops")
_manages = requires(DirectoryPermission.MANAGE_WORKSHOPS)
_SLOTS = (15, 30, 45, 60, 90, 120, 180, 240)


class CapacityForm(Form):
    """How many vehicles at once, and when they are taken in."""

    version = HiddenField(default="0")
    """Of the row as the page showed it: what was typed stays with it when another was first."""
    posts = IntegerField(
        _l("Постов: автомобилей одновременно"),
        validators=[InputRequired(), NumberRange(min=1, max=MOST_POSTS)],
    )
    slot_minutes = SelectField(_l("Принимаем каждые"), coerce=int)
    hold_minutes = IntegerField(
        _l("Держать выбранное время, минут"),
        validators=[InputRequired(), NumberRange(min=1, max=LONGEST_HOLD)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slot_minutes.choices = choices((one, duration(one)) for one in _SLOTS)


@bp.get("")
@_manages
def page() -> Any:
    """The workshops of this person, and the company's catalogue of work."""
    return render_template(
        "admin/workshops.html",
        workshops=workshops_seen(g.session, actor=g.actor),
        kinds=[
            (kind, kind_words(kind.names)) for kind in work_kinds(g.session, with_archived=True)
        ],
        duration=duration,
    )


@bp.get("/<int:workshop_id>")
@_manages
def workshop(workshop_id: int) -> Any:
    """One workshop."""
    return _page(get_workshop(g.session, workshop_id, actor=g.actor))


@bp.post("/<int:workshop_id>")
@_manages
def change(workshop_id: int) -> Any:
    """Book it by this from now on."""
    found = get_workshop(g.session, workshop_id, actor=g.actor)
    form = CapacityForm()
    if not form.validate():
        return _page(found, form=form), 422
    try:
        set_capacity(
            g.session,
            workshop_id,
            posts=form.posts.data,
            slot_minutes=form.slot_minutes.data,
            hold_minutes=form.hold_minutes.data,
            works=_works(),
            version=row_number_or_none(str(form.version.data)) or 0,
            actor=g.actor,
            now=g.now,
        )
    except Invalid as error:
        put_error(form, error)
        return _page(found, form=form), 422
    except Refused as error:
        g.session.rollback()
        found = get_workshop(g.session, workshop_id, actor=g.actor)
        return _page(found, form=form, problem=sentence(error)), 409
    return saved(url_for(".page"), _("Запись в цех настроена."))


@bp.post("/<int:workshop_id>/off")
@_manages
def off(workshop_id: int) -> Any:
    """Any day and time may be booked again."""
    drop_capacity(g.session, workshop_id, actor=g.actor, now=g.now)
    return saved(url_for(".page"), _("Свободное время цеха больше не считается."))


def _works() -> dict[int, int]:
    """Ticked kinds of work with their minutes; what is no number counts as none (refused)."""
    ticked = (row_number_or_none(one) for one in request.form.getlist("works"))
    minutes = {one: request.form.get(f"minutes_{one}", "") for one in ticked if one is not None}
    return {one: row_number_or_none(text) or 0 for one, text in minutes.items()}


def _page(found: Unit, *, form: CapacityForm | None = None, problem: str = "") -> str:
    with g.session.no_autoflush:
        row = g.session.get(WorkshopCapacity, found.id)
        done = works_of(g.session, found.id)
    usual = {"posts": 2, "slot_minutes": USUAL_SLOT, "hold_minutes": USUAL_HOLD}
    typed = _works() if form is not None else None
    lines = []
    for kind in work_kinds(g.session):
        own = done.get(kind.id)
        is_on = kind.id in typed if typed is not None else own is not None and own.is_offered
        minutes = (typed or {}).get(kind.id) or (own.minutes if own else kind.minutes)
        lines.append((kind.id, kind_words(kind.names), is_on, minutes))
    return render_template(
        "admin/workshop.html",
        unit=found,
        capacity=row,
        form=form or CapacityForm(formdata=None, obj=row, data=None if row else usual),
        works=lines,
        problem=problem,
    )
