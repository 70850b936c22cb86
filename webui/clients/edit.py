"""Correct a client and its phones: one page, one form per change."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from core.errors import Invalid
from directory.clients import editing
from directory.clients.card import client_card
from directory.clients.models import Client, ClientKind, ContactState
from directory.permissions import DirectoryPermission
from webui.forms import Form, at_most, choices, not_blank
from webui.labels.words import label, sentence
from webui.numbers import MOST
from webui.requests import requires
from webui.zones import zone_choices
from worklists.client_zone import follow_client_zone

bp = Blueprint("client_edit", __name__)


class Versioned(Form):
    """A form that knows which version of the client its user saw."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired(), NumberRange(0, MOST)])


class ClientForm(Versioned):
    """Name, kind, note, time zone."""

    name = StringField(_l("Имя или название"), validators=[not_blank(), at_most(300)])
    kind = SelectField(_l("Кто это"))
    time_zone = SelectField(_l("Часовой пояс"))
    note = TextAreaField(_l("Заметка"), validators=[at_most(2000)])

    def offer(self, client: Client) -> "ClientForm":
        """Fill the lists of choices."""
        self.kind.choices = choices((kind.value, label(kind)) for kind in ClientKind)
        self.time_zone.choices = zone_choices(_("по номеру или подразделению"), client.time_zone)
        return self


class PhoneForm(Versioned):
    """A phone to add."""

    typed = StringField(_l("Новый номер"), validators=[not_blank(), at_most(100)])
    label = StringField(_l("Чей или какой"), validators=[at_most(100)])


class ReasonForm(Versioned):
    """Why a ban is set or lifted."""

    reason = StringField(_l("Причина"), validators=[at_most(300)])


@bp.get("/clients/<int:client_id>/edit")
@requires(DirectoryPermission.EDIT_CLIENTS)
def edit(client_id: int) -> Any:
    """The page with all the forms."""
    return _page(client_id)


@bp.post("/clients/<int:client_id>/edit")
@requires(DirectoryPermission.EDIT_CLIENTS)
def save(client_id: int) -> Any:
    """Save name, kind, note and zone."""
    form = ClientForm()
    form.offer(client_card(g.session, client_id, actor=g.actor, now=g.now).client)
    if not form.validate():
        return _page(client_id, client_form=form, status=422)

    def change() -> None:
        editing.correct_client(
            g.session, client_id, name=form.name.data, kind=ClientKind(form.kind.data),
            note=form.note.data or "", time_zone=form.time_zone.data or None,
            version=form.version.data, actor=g.actor, now=g.now,
        )  # fmt: skip

    return _try(client_id, form, change, _("Карточка сохранена."), client_form=form)


@bp.post("/clients/<int:client_id>/phones")
@requires(DirectoryPermission.EDIT_CLIENTS)
def add_phone(client_id: int) -> Any:
    """Add a phone."""
    form = PhoneForm()
    if not form.validate():
        return _page(client_id, phone_form=form, status=422)

    def change() -> None:
        editing.add_phone(
            g.session, client_id, typed=form.typed.data, label=form.label.data or "",
            version=form.version.data, actor=g.actor, now=g.now,
        )  # fmt: skip

    return _try(client_id, form, change, _("Номер добавлен."), phone_form=form)


@bp.post("/clients/<int:client_id>/contacts/<int:point_id>/state")
@requires(DirectoryPermission.EDIT_CLIENTS)
def mark(client_id: int, point_id: int) -> Any:
    """Confirm a contact, or say that it is wrong."""
    form = Versioned()
    asked = request.form.get("state", "")
    if not form.validate() or asked not in set(ContactState):
        return _page(client_id, status=422)

    def change() -> None:
        editing.mark_contact_point(
            g.session, point_id, state=ContactState(asked), version=form.version.data,
            actor=g.actor, now=g.now,
        )  # fmt: skip

    return _try(client_id, form, change, _("Отметка сохранена."))


@bp.post("/clients/<int:client_id>/contacts/<int:point_id>/zone")
@requires(DirectoryPermission.EDIT_CLIENTS)
def place(client_id: int, point_id: int) -> Any:
    """Say in which time zone the owner of a number lives."""
    form = Versioned()
    if not form.validate():
        return _page(client_id, status=422)

    def change() -> None:
        editing.place_contact_point(
            g.session, point_id, time_zone=request.form.get("time_zone") or None,
            version=form.version.data, actor=g.actor, now=g.now,
        )  # fmt: skip

    return _try(client_id, form, change, _("Часовой пояс номера сохранён."))


@bp.post("/clients/<int:client_id>/contacts/<int:point_id>/ban")
@requires(DirectoryPermission.EDIT_CLIENTS)
def forbid(client_id: int, point_id: int) -> Any:
    """Put a contact on do-not-contact."""
    return _ban(client_id, point_id, editing.forbid_contact_point, _("Больше не звоним сюда."))


@bp.post("/clients/<int:client_id>/contacts/<int:point_id>/ban/lift")
@requires(DirectoryPermission.EDIT_CLIENTS)
def allow(client_id: int, point_id: int) -> Any:
    """Lift the ban on a contact; asks why."""
    return _ban(client_id, point_id, editing.allow_contact_point, _("Сюда снова можно звонить."))


def _ban(client_id: int, point_id: int, act: Callable[..., Any], done: str) -> Any:
    form = ReasonForm()
    if not form.validate():
        return _page(client_id, status=422)

    def change() -> None:
        act(
            g.session, point_id, reason=form.reason.data or "", version=form.version.data,
            actor=g.actor, now=g.now,
        )  # fmt: skip

    return _try(client_id, form, change, done, problem_point=point_id)


def _try(
    client_id: int, form: Versioned, change: Callable[[], None], done: str, **kept: Any
) -> Any:
    """Make the change; a refusal brings the page back with what was typed and the reason."""
    try:
        change()
        follow_client_zone(g.session, client_id)
    except editing.ClientChanged as error:
        return _page(client_id, conflict=str(sentence(error)), status=409, **kept)
    except Invalid as error:
        field = getattr(form, error.field, None)
        if field is not None:
            field.errors = [str(sentence(error))]
        return _page(client_id, problem=str(sentence(error)), status=422, **kept)
    flash(done)
    return redirect(url_for("client_edit.edit", client_id=client_id), 303)


def _page(
    client_id: int,
    *,
    client_form: ClientForm | None = None,
    phone_form: PhoneForm | None = None,
    problem_point: int | None = None,
    conflict: str | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Any:
    card = client_card(g.session, client_id, actor=g.actor, now=g.now)
    if client_form is None:
        client_form = ClientForm(formdata=None, obj=card.client, kind=card.client.kind.value)
        client_form.offer(card.client)
    phone_form = phone_form or PhoneForm(formdata=None)
    for form in (client_form, phone_form):
        # Whoever sends this page again has seen what it shows.
        form.version.data, form.version.raw_data = card.client.version, None
    page = render_template(
        "clients/edit.html",
        card=card,
        client_form=client_form,
        phone_form=phone_form,
        problem_point=problem_point,
        conflict=conflict,
        problem=problem,
        zones=zone_choices(_("по номеру")),
    )
    return page, status
