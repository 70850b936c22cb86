"""The sections that a person sees in the rail, by what the role permits."""

from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_babel import lazy_gettext as _l

from campaigns.permissions import CampaignPermission
from core.access import Permission
from directory.permissions import DirectoryPermission
from importers.permissions import ImportPermission
from worklists.permissions import WorkPermission


@dataclass(frozen=True)
class Section:
    """One place of the rail."""

    key: str
    endpoint: str
    title: Any
    icon: str
    permissions: tuple[Permission, ...]
    goto: str = ""
    """Physical key pressed after G."""


SECTIONS: tuple[Section | None, ...] = (
    Section("stages", "stages.board", _l("Этапы"), "layout-kanban", (WorkPermission.SEE,), "KeyS"),
    Section("my", "my.tasks", _l("Мои задачи"), "list-check", (WorkPermission.SEE,), "KeyM"),
    Section(
        "control", "control.board", _l("На контроле"), "eye-check", (WorkPermission.SEE,), "KeyC"
    ),
    None,
    Section(
        "clients", "search.page", _l("Клиенты"), "users", (DirectoryPermission.SEE_CLIENTS,), "KeyK"
    ),
    Section(
        "selections", "files.page", _l("Выборки"), "table-import", (ImportPermission.LOAD,), "KeyV"
    ),
    Section("attempts", "attempts.journal", _l("Журнал"), "history", (WorkPermission.SEE,), "KeyJ"),
    None,
    Section(
        "people",
        "admin_people.page",
        _l("Люди"),
        "users-group",
        (DirectoryPermission.MANAGE_PEOPLE,),
    ),
    Section(
        "units",
        "admin_units.page",
        _l("Подразделения"),
        "building",
        (DirectoryPermission.MANAGE_UNITS,),
    ),
    Section(
        "results",
        "admin_results.page",
        _l("Результаты"),
        "clipboard-list",
        (CampaignPermission.MANAGE_RESULTS,),
    ),
)


@dataclass(frozen=True)
class NavItem:
    """A section as the rail shows it."""

    key: str
    url: str
    label: str
    icon: str
    goto: str
    count: int = 0
    hot: bool = False


def navigation(known_endpoints: frozenset[str]) -> list[NavItem | None]:
    """The rail of the present person; None stands for a separator."""
    items: list[NavItem | None] = []
    for section in SECTIONS:
        if section is None:
            if items and items[-1] is not None:
                items.append(None)
        elif section.endpoint in known_endpoints and any(map(g.actor.may, section.permissions)):
            items.append(
                NavItem(section.key, url_for(section.endpoint), str(section.title), section.icon,
                        section.goto)
            )  # fmt: skip
    return items[:-1] if items and items[-1] is None else items
