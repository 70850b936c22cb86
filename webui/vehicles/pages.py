"""The vehicle's card and its corrections."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from core.errors import Invalid
from directory.assets.card import asset_card, get_asset
from directory.assets.editing import AssetChanged, AssetData, correct_asset, mark_of
from directory.permissions import DirectoryPermission
from directory.visits.history import history_of_asset
from webui.forms import Form, at_most
from webui.labels.words import sentence
from webui.requests import requires
from webui.vehicles.forecast_words import forecast_view
from webui.vehicles.mileage_chart import mileage_chart
from webui.wording import today

bp = Blueprint("vehicles", __name__)


class AssetForm(Form):
    """What identifies a vehicle."""

    mark = StringField(widget=HiddenInput(), validators=[InputRequired()])
    vin = StringField(_l("VIN"), validators=[at_most(40)])
    plate = StringField(_l("Госномер"), validators=[at_most(20)])
    make = StringField(_l("Марка"), validators=[at_most(60)])
    model = StringField(_l("Модель"), validators=[at_most(60)])
    year = IntegerField(_l("Год выпуска"), validators=[Optional()])


@bp.get("/assets/<int:asset_id>")
@requires(DirectoryPermission.SEE_CLIENTS)
def card(asset_id: int) -> Any:
    """Identity, owners, mileage, visits, recommendations."""
    card = asset_card(g.session, asset_id, actor=g.actor)
    return render_template(
        "vehicles/card.html",
        card=card,
        history=history_of_asset(g.session, asset_id, actor=g.actor),
        chart=mileage_chart(card.readings),
        expected=None if card.asset.sold_on else forecast_view(card.expected, today()),
        may_edit=g.actor.may(DirectoryPermission.EDIT_CLIENTS),
    )


@bp.get("/assets/<int:asset_id>/edit")
@requires(DirectoryPermission.EDIT_CLIENTS)
def edit(asset_id: int) -> Any:
    """The form with what is known."""
    asset = get_asset(g.session, asset_id, actor=g.actor)
    return _page(asset_id, AssetForm(formdata=None, obj=asset))


@bp.post("/assets/<int:asset_id>/edit")
@requires(DirectoryPermission.EDIT_CLIENTS)
def save(asset_id: int) -> Any:
    """Save the corrections; what was typed stays when they are refused."""
    form = AssetForm()
    if not form.validate():
        return _page(asset_id, form, status=422)
    data = AssetData(
        vin=form.vin.data or "",
        plate=form.plate.data or "",
        make=form.make.data or "",
        model=form.model.data or "",
        year=form.year.data,
    )
    try:
        correct_asset(g.session, asset_id, data=data, mark=form.mark.data, actor=g.actor, now=g.now)
    except AssetChanged as error:
        return _page(asset_id, form, conflict=str(sentence(error)), status=409)
    except Invalid as error:
        form[error.field].errors = [str(sentence(error))]
        return _page(asset_id, form, status=422)
    flash(_("Автомобиль сохранён."))
    return redirect(url_for("vehicles.card", asset_id=asset_id), 303)


def _page(asset_id: int, form: AssetForm, *, conflict: str | None = None, status: int = 200) -> Any:
    asset = get_asset(g.session, asset_id, actor=g.actor)
    form.mark.process(None, mark_of(asset))
    return render_template("vehicles/edit.html", asset=asset, form=form, conflict=conflict), status
