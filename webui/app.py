"""The web application: one factory that puts the pages on their environment."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask import Blueprint, Flask, current_app, g, redirect, url_for
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from core.access import Permission
from core.clock import Clock
from core.db import Database
from core.settings import Settings
from directory.staff.models import Role
from webui import (
    assets,
    errors,
    headers,
    hotkeys,
    i18n,
    notification_settings,
    notification_stream,
    requests,
)
from webui.admin.absences import bp as admin_absences
from webui.admin.calendars import bp as admin_calendars
from webui.admin.campaigns import bp as admin_campaigns
from webui.admin.contact_caps import bp as admin_caps
from webui.admin.escalation import bp as admin_escalation
from webui.admin.people import bp as admin_people
from webui.admin.presets import bp as admin_presets
from webui.admin.result_codes import bp as admin_results
from webui.admin.units import bp as admin_units
from webui.admin.work_kinds import bp as admin_work_kinds
from webui.admin.workshops import bp as admin_workshops
from webui.auth import look, own_keys
from webui.auth.account import bp as account
from webui.auth.pages import bp as auth
from webui.boards.attempts import bp as attempts
from webui.boards.control import bp as control
from webui.boards.escalations import bp as escalations
from webui.boards.my import bp as my
from webui.boards.queue import bp as queue
from webui.boards.stages import bp as stages
from webui.boards.team import bp as team
from webui.card.all_routes import bp as card
from webui.clients.doubles import lead_to_the_kept
from webui.clients.edit import bp as client_edit
from webui.clients.export import bp as client_export
from webui.clients.merging import bp as client_merging
from webui.clients.pages import bp as clients
from webui.dispatch.all_routes import bp as dispatch
from webui.labels.asked import STEP_TONES
from webui.labels.rules import parameter_words
from webui.labels.words import label
from webui.navigation import navigation
from webui.notifications import bp as notifications
from webui.numbers import RowNumber
from webui.requests import signed_in
from webui.search import bp as search
from webui.selections.all_routes import bp as selections
from webui.selections.file_columns import bp as file_columns
from webui.selections.file_results import bp as file_results
from webui.selections.file_workbooks import bp as file_workbooks
from webui.selections.files import bp as files
from webui.selections.load_columns import bp as load_columns
from webui.selections.load_doubts import bp as load_doubts
from webui.selections.load_doubts import rows_that_wait
from webui.selections.load_mending import bp as load_mending
from webui.selections.load_workbooks import bp as load_workbooks
from webui.selections.loads import bp as loads
from webui.selections.studio import bp as studio
from webui.selections.tabs import selection_tabs
from webui.service.all_routes import bp as service
from webui.service.slot_pick import booked_work
from webui.tasks.all_routes import bp as tasks
from webui.translated_templates import TranslatedTemplates
from webui.vehicles.pages import bp as vehicles
from webui.wording import minute_words
from webui.work_lists.asked import bp as asked
from webui.work_lists.export import bp as work_list_export
from webui.work_lists.page import bp as work_lists
from worklists.permissions import WorkPermission
from worklists.undo_images import UNDO_WITHIN

MORE_ROUTES = (notification_settings, notification_stream, own_keys)
"""Imported so that their routes are there."""
BLUEPRINTS: tuple[Blueprint, ...] = (
    auth,
    account,
    stages,
    my,
    dispatch,
    control,
    escalations,
    service,
    queue,
    team,
    attempts,
    tasks,
    card,
    work_lists,
    work_list_export,
    asked,
    notifications,
    clients,
    client_edit,
    client_export,
    client_merging,
    vehicles,
    search,
    files,
    file_columns,
    load_doubts,
    load_mending,
    file_results,
    file_workbooks,
    loads,
    load_columns,
    load_workbooks,
    selections,
    studio,
    admin_people,
    admin_units,
    admin_calendars,
    admin_workshops,
    admin_work_kinds,
    admin_absences,
    admin_campaigns,
    admin_results,
    admin_caps,
    admin_escalation,
    admin_presets,
)
lead_to_the_kept(clients, client_edit, client_export, client_merging)


def create_app(
    settings: Settings,
    database: Database,
    clock: Clock,
    grants: Mapping[Role, frozenset[Permission]],
) -> Flask:
    """Build the WSGI application that serves every page from this database and clock."""
    app = Flask(__name__, static_folder="static")
    app.jinja_environment = TranslatedTemplates
    app.url_map.converters["int"] = RowNumber
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-csrf" if settings.secure_cookies else "csrf",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 1_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_FORM_PARTS=20_000,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    headers.install(app, settings)
    assets.install(app)
    i18n.install(app, settings)
    look.install(app)
    hotkeys.install(app)
    requests.install(app, requests.Environment(settings, database, clock, grants))
    CSRFProtect(app)
    errors.install(app)
    notification_stream.install(app, web_threads=settings.web_threads)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.add_url_rule("/", "home", home)
    app.context_processor(_page_values)
    app.jinja_env.globals["undo_seconds"] = int(UNDO_WITHIN.total_seconds())
    app.extensions["endpoints"] = frozenset(app.view_functions)
    return app


@signed_in
def home() -> Any:
    """The first page that the role may open."""
    places = navigation(current_app.extensions["endpoints"])
    return redirect(places[0].url if places else url_for("auth.role"))


def _page_values() -> dict[str, Any]:
    """Values that every template may use by name; an error page must render for anybody."""
    role = g.get("role")
    return {
        "actor": g.get("actor", requests.NOBODY),
        "person": _person() if role is not None else None,
        "roles": [
            {"key": other.value, "label": label(other), "current": other is role}
            for other in g.get("roles", ())
        ],
        "now": g.get("now"),
        "nav": navigation(current_app.extensions["endpoints"]) if role is not None else [],
        "label": label,
        "export_permission": WorkPermission.EXPORT,
        "see_permission": WorkPermission.SEE,
        "work_permission": WorkPermission.WORK,
        "dispatch_permission": WorkPermission.DISPATCH,
        "slot_clock": minute_words,
        "booked_work": booked_work,
        "involve_permission": WorkPermission.INVOLVE,
        "step_tones": STEP_TONES,
        "selection_tabs": selection_tabs,
        "rows_that_wait": rows_that_wait,
        "question_words": lambda code: parameter_words(code, ""),
        "new_form_key": lambda: uuid4().hex,
    }


def _person() -> dict[str, str]:
    return {"name": g.actor.name, "role_label": label(g.role)}
