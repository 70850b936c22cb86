"""The client's card and the history of interaction, as pages and as a panel (A7)."""

from itertools import groupby
from typing import Any

from flask import Blueprint, g, render_template, request
from flask_babel import get_locale

from core.errors import NotFound
from directory.assets.card import OwnedVehicle, known_forecast, vehicles_of_client
from directory.clients.card import client_card, get_client
from directory.clients.merge_models import ClientMerge
from directory.clients.merging import merges_of
from directory.permissions import DirectoryPermission
from directory.visits.history import history_of_client
from webui import wording
from webui.labels.clients import result_name
from webui.labels.journal import actor_words
from webui.labels.tasks import block_words
from webui.numbers import row_number
from webui.requests import requires
from webui.vehicles.forecast_words import ForecastView, forecast_view
from worklists.bookings.listing import bookings_of_client
from worklists.client_tasks import ClientTask, tasks_of_client, work_lists_of_client
from worklists.client_verdicts import weightiest_blocks
from worklists.involved import involved_for_client
from worklists.task_page import names_of

bp = Blueprint("clients", __name__)

_LAST_VISITS = 5


@bp.get("/clients/<int:client_id>")
@requires(DirectoryPermission.SEE_CLIENTS)
def card(client_id: int) -> Any:
    """Who it is, how to reach them, what may not be done, vehicles, last visits, work."""
    history = history_of_client(g.session, client_id, actor=g.actor)
    work = _work(client_id, None)
    open_ids = [task.id for task in work["tasks"] if not task.is_closed]
    blocks = weightiest_blocks(g.session, open_ids, actor=g.actor, now=g.now)
    shown = client_card(g.session, client_id, actor=g.actor, now=g.now)
    return render_template(
        "clients/card.html",
        why={task_id: block_words(block) if block else "" for task_id, block in blocks.items()},
        card=shown,
        vehicles=vehicles_of_client(g.session, client_id),
        history=history,
        visits=history.visits[:_LAST_VISITS],
        booked=bookings_of_client(g.session, client_id, actor=g.actor),
        may_edit=g.actor.may(DirectoryPermission.EDIT_CLIENTS),
        may_merge=g.actor.may(DirectoryPermission.MERGE_CLIENTS),
        merges=_merges(client_id) if shown.has_merges else [],
        **work,
    )


def _merges(client_id: int) -> list[tuple[ClientMerge, str, str]]:
    """The merges into this client, with the double's name and who merged."""
    found = merges_of(g.session, client_id)
    people = names_of(g.session, [merge.merged_by for merge, _name in found])
    return [(merge, name, actor_words(merge.merged_by, people)) for merge, name in found]


@bp.get("/clients/<int:client_id>/history")
@requires(DirectoryPermission.SEE_CLIENTS)
def history(client_id: int) -> Any:
    """The whole history: all vehicles (from a work-list), or ``?asset=`` one (from a task)."""
    return render_template("clients/history.html", **_history(client_id))


@bp.get("/clients/<int:client_id>/history/panel")
@requires(DirectoryPermission.SEE_CLIENTS)
def panel(client_id: int) -> Any:
    """The same as a fragment for the right column of a task."""
    found = _history(client_id)
    return render_template("clients/_panel.html", **found, expected=_expected(found["vehicle"]))


def _expected(vehicle: OwnedVehicle | None) -> ForecastView | None:
    if vehicle is None or vehicle.asset.sold_on or not vehicle.is_present:
        return None
    return forecast_view(known_forecast(g.session, vehicle.asset.id), wording.today())


def _history(client_id: int) -> dict[str, Any]:
    asset_id = asset_asked_for()
    client = get_client(g.session, client_id, actor=g.actor)
    vehicles = vehicles_of_client(g.session, client_id)
    return {
        "client": client,
        "vehicles": vehicles,
        "vehicle": _vehicle(vehicles, asset_id),
        "history": history_of_client(g.session, client_id, actor=g.actor, asset_id=asset_id),
        "involved": involved_for_client(g.session, client_id, actor=g.actor, asset_id=asset_id),
        **_work(client_id, asset_id),
    }


def asset_asked_for() -> int | None:
    """The vehicle of ``?asset=``; None: all of them. Raises NotFound for what is no number."""
    text = request.args.get("asset", "")
    if not text:
        return None
    try:
        return row_number(text)
    except ValueError as error:
        raise NotFound("asset", text) from error


def _vehicle(vehicles: tuple[OwnedVehicle, ...], asset_id: int | None) -> OwnedVehicle | None:
    return next((one for one in vehicles if one.asset.id == asset_id), None)


def _work(client_id: int, asset_id: int | None) -> dict[str, Any]:
    tasks = tasks_of_client(g.session, client_id, actor=g.actor, asset_id=asset_id)
    return {
        "tasks": tasks,
        "work_lists": work_lists_of_client(g.session, client_id, actor=g.actor),
        "days": _days(tasks),
        "result_name": lambda names: result_name(names, str(get_locale())),
    }


def _days(tasks: tuple[ClientTask, ...]) -> list[tuple[Any, list[Any]]]:
    """All attempts, the newest first, by the day on which the person who looks sees them."""
    made = [(attempt, task) for task in tasks for attempt in task.attempts]
    made.sort(key=lambda pair: (pair[0].at, pair[0].id), reverse=True)
    by_day = groupby(made, key=lambda pair: pair[0].at.astimezone(wording.zone()).date())
    return [(day, list(pairs)) for day, pairs in by_day]
