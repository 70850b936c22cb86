"""Why the client is here, in words: the decisive values of the importer's row (rule 18)."""

from flask_babel import gettext as _

from webui.wording import day, whole
from worklists.lead_reasons import LeadReason
from worklists.task_page import TaskPage


def why_words(reason: LeadReason | None) -> list[tuple[str, str]]:
    """Name and value of each; the row's comment stands by itself."""
    if reason is None:
        return []
    km = reason.mileage_km
    found = [
        (_("Последнее обслуживание"), day(reason.last_visit_on)),
        (_("Плановая дата"), day(reason.planned_on)),
        (_("Дата продажи"), day(reason.sold_on)),
        (_("Пробег"), _("%(km)s км", km=whole(km)) if km is not None else ""),
        (_("Автомобиль"), reason.vehicle),
        (_("Дилер"), reason.dealer),
        (_("В файле указан"), reason.name),
    ]
    return [(name, value) for name, value in found if value]


def last_visit_words(page: TaskPage) -> str:
    """Our own visit, else the one that the file tells of: the caller is to remind of it."""
    visit, reason = page.last_visit, page.reason
    if visit is not None:
        return day(visit.done_on)
    if reason is not None and reason.last_visit_on is not None:
        return str(_("%(on)s, из файла", on=day(reason.last_visit_on)))
    return str(_("не было"))
