"""The rail with the sections that a role may open; addresses that keep what was asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import g, request, url_for
from flask_babel import lazy_gettext as _l

from campaigns.permissions import CampaignPermission
from core.access import Permission
from directory.permissions import DirectoryPermission
from selections.permissions import SelectionPermission
from worklists.permissions import WorkPermission

_SEE = (WorkPermission.SEE,)


@dataclass(frozen=True)
class Section:
    """One place of the rail; whoever holds one of the permissions sees it."""

    key: str
    endpoint: str
    label: Any
    icon: str
    permissions: tuple[Permission, ...]
    group: int
    goto: str = ""
    """Physical key pressed after G."""


_SETTINGS = 3
"""The group of what is set up once and seldom changed."""
_MOST_SETTINGS = 3
"""So many of them stand in the rail itself; more are behind «Настройки»."""

SECTIONS = (
    Section("stages", "stages.page", _l("Этапы"), "layout-kanban", _SEE, 1, "KeyS"),
    Section("my", "my.tasks", _l("Мои задачи"), "list-check", (WorkPermission.WORK,), 1, "KeyM"),
    Section(
        "dispatch", "dispatch.board", _l("Распределение"), "arrows-split",
        (WorkPermission.DISPATCH,), 1, "KeyD",
    ),
    Section("control", "control.board", _l("На контроле"), "eye-check", _SEE, 1, "KeyC"),
    Section(
        "escalations", "escalations.page", _l("Эскалации"), "alert-triangle", _SEE, 1, "KeyE"
    ),
    Section("service", "service.page", _l("Записи на сервис"), "tool", _SEE, 1, "KeyR"),
    Section("queue", "queue.page", _l("Очередь"), "hourglass", _SEE, 1, "KeyQ"),
    Section(
        "team", "team.page", _l("Команда"), "headset",
        (WorkPermission.DISPATCH, DirectoryPermission.MANAGE_PEOPLE), 1, "KeyT",
    ),
    Section(
        "clients", "search.page", _l("Клиенты"), "users",
        (DirectoryPermission.SEE_CLIENTS,), 2, "KeyK",
    ),
    Section(
        "selections", "selections.page", _l("Выборки"), "filter-cog",
        (SelectionPermission.RUN,), 2, "KeyV",
    ),
    Section("attempts", "attempts.journal", _l("Журнал"), "history", _SEE, 2, "KeyJ"),
    Section(
        "people", "admin_people.page", _l("Люди"), "users-group",
        (DirectoryPermission.MANAGE_PEOPLE,), 3,
    ),
    Section(
        "units", "admin_units.page", _l("Подразделения"), "building",
        (DirectoryPermission.MANAGE_UNITS,), 3,
    ),
    Section(
        "calendars", "admin_calendars.page", _l("Календари"), "calendar",
        (DirectoryPermission.MANAGE_CALENDARS,), 3,
    ),
    Section(
        "workshops", "admin_workshops.page", _l("Цеха"), "settings",
        (DirectoryPermission.MANAGE_WORKSHOPS,), 3,
    ),
    Section(
        "absences", "admin_absences.page", _l("Отсутствия"), "calendar-time",
        (DirectoryPermission.MANAGE_ABSENCES,), 3,
    ),
    Section(
        "campaigns", "admin_campaigns.page", _l("Кампании"), "phone",
        (CampaignPermission.MANAGE_CAMPAIGNS,), 3,
    ),
    Section(
        "results", "admin_results.page", _l("Результаты"), "clipboard-list",
        (CampaignPermission.MANAGE_RESULTS,), 3,
    ),
    Section(
        "presets", "admin_presets.page", _l("Заготовки просьб"), "note",
        (WorkPermission.MANAGE_PRESETS,), 3,
    ),
    Section(
        "caps", "admin_caps.page", _l("Частота звонков"), "phone-off",
        (CampaignPermission.MANAGE_CONTACT_CAPS,), 3,
    ),
    Section(
        "escalation", "admin_escalation.page", _l("Правила эскалации"), "flag",
        (WorkPermission.MANAGE_ESCALATION,), 3,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class NavItem:
    """One line of the rail; `key` is what a page sets as `page` to be marked as the current one."""

    key: str
    url: str
    label: str
    icon: str
    goto: str = ""
    starts_group: bool = False
    is_tucked: bool = False
    """Behind «Настройки», so that the rail fits on a small screen."""
    count: int = 0
    hot: bool = False


def navigation(endpoints: Collection[str]) -> list[NavItem]:
    """The rail of the present person."""
    items: list[NavItem] = []
    group = 0
    seen = [
        one for one in SECTIONS
        if one.endpoint in endpoints and any(map(g.actor.may, one.permissions))
    ]  # fmt: skip
    tucks = sum(one.group == _SETTINGS for one in seen) > _MOST_SETTINGS
    for section in seen:
        items.append(
            NavItem(
                key=section.key,
                url=url_for(section.endpoint),
                label=str(section.label),
                icon=section.icon,
                goto=section.goto,
                starts_group=bool(items) and section.group != group,
                is_tucked=tucks and section.group == _SETTINGS,
            )
        )
        group = section.group
    return items


def with_query(**changes: Any) -> str:
    """Return the present address with some query values changed; None takes a value away."""
    query = request.args.to_dict(flat=False)
    for name, value in changes.items():
        query[name] = [] if value is None else [str(value)]
    text = urlencode(query, doseq=True)
    return f"{request.path}?{text}" if text else request.path
