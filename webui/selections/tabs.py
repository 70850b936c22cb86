"""The tabs of «Выборки»."""

from typing import Any

from flask import g, url_for
from flask_babel import gettext as _

from importers.permissions import ImportPermission
from selections.permissions import SelectionPermission


def selection_tabs(current: str) -> list[dict[str, Any]]:
    """The pages that the person may open; ``current``: the one that is open."""
    tabs = (
        ("list", SelectionPermission.RUN, "selections.page", _("Выборки")),
        ("files", ImportPermission.LOAD, "files.page", _("Внешние данные")),
    )
    return [
        {"url": url_for(endpoint), "label": words, "current": key == current}
        for key, permission, endpoint, words in tabs
        if g.actor.may(permission)
    ]
