"""The rail with its sections and counts, and addresses that keep what a page was asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _


@dataclass(frozen=True)
class NavItem:
    """One line of the rail; `key` is what a page sets as `page` to be marked as the current one."""

    key: str
    url: str
    label: str
    icon: str
    count: int = 0
    hot: bool = False
    goto: str = ""
    starts_group: bool = False


def main_navigation(
    allowed: Collection[str],
    *,
    counts: Mapping[str, int] | None = None,
    hot: Collection[str] = (),
) -> list[NavItem]:
    """Return the sections the person may see; `hot` ones show their count in red."""
    numbers = counts or {}
    items: list[NavItem] = []
    group = 0
    for key, url, label, icon, goto, group_of in _sections():
        if key not in allowed:
            continue
        starts = bool(items) and group_of != group
        group = group_of
        count = numbers.get(key, 0)
        items.append(NavItem(key, url, label, icon, count, key in hot, goto, starts))
    return items


def with_query(**changes: Any) -> str:
    """Return the present address with some query values changed; None takes a value away."""
    query = request.args.to_dict(flat=False)
    for name, value in changes.items():
        query[name] = [] if value is None else [str(value)]
    text = urlencode(query, doseq=True)
    return f"{request.path}?{text}" if text else request.path


def _sections() -> list[tuple[str, str, str, str, str, int]]:
    return [
        ("stages", "/stages", _("Этапы"), "layout-kanban", "KeyS", 1),
        ("my", "/my", _("Мои задачи"), "list-check", "KeyM", 1),
        ("control", "/control", _("На контроле"), "eye-check", "KeyC", 1),
        ("clients", "/clients", _("Клиенты"), "users", "", 2),
        ("selections", "/selections", _("Выборки"), "filter-cog", "", 2),
        ("attempts", "/attempts", _("Журнал"), "history", "", 2),
        ("admin", "/admin", _("Настройки"), "settings", "", 3),
    ]
