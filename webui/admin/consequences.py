"""What choosing a result code leads to, in words: from outcome and flags, never from the name."""

from typing import Any

from flask_babel import gettext as _

from campaigns.models import DataFault, Outcome, ResultCodeVersion
from directory.clients.models import RefusalScope
from webui.labels.words import label


def asked_of(version: ResultCodeVersion) -> list[str]:
    """What the manager fills in or is offered."""
    wanted = (
        (version.comment_required, _("комментарий*")),
        (version.asks_mileage, _("пробег")),
        (version.asks_acquisition, _("как записан*")),
        (version.needs_next_date, _("дата новой задачи*")),
        (version.offers_service_request, _("заявка на обслуживание")),
        (version.offers_involvement, _("привлечь отдел")),
    )
    return [str(words) for asked, words in wanted if asked]


def consequence(outcome: Outcome, version: ResultCodeVersion) -> str:
    """What happens to the task and the client after saving, as sentences."""
    return " ".join(str(part) for part in _parts(outcome, version))


def _parts(outcome: Outcome, version: ResultCodeVersion) -> list[Any]:
    parts = [_of_outcome(outcome, version)]
    if version.allows_control:
        parts.append(_("Без отметки о цели остаётся на контроле."))
    if version.refusal is not None:
        parts.append(_refusal(version.refusal))
    if version.is_success:
        parts.append(_("Считается успехом."))
    return parts


def _of_outcome(outcome: Outcome, version: ResultCodeVersion) -> Any:
    match outcome:
        case Outcome.NO_ANSWER:
            return _("Звонок повторится по графику кампании.")
        case Outcome.REPEAT:
            return _("Итог берётся из завершённой задачи клиента.")
        case Outcome.BAD_DATA if version.fault is DataFault.ASSET:
            return _("Автомобиль помечается неверным, данные уточняет ответственный отдел.")
        case Outcome.BAD_DATA:
            return _("Номер помечается неверным, данные уточняет ответственный отдел.")
        case Outcome.REFUSED:
            return _("Задача завершается отказом.")
        case Outcome.INTERVIEW:
            return (
                _("Задача завершается, создаётся новая.")
                if version.needs_next_date
                else _("Задача завершается.")
            )


def _refusal(scope: RefusalScope) -> Any:
    return _("Клиента больше не беспокоят: %(scope)s.", scope=label(scope).lower())
