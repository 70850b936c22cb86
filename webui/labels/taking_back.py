"""Words of taking back what a file has made: what hinders it, and what has gone."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from importers.loads.taking_back import CallsStay, StillLoading
from importers.taken_rows import LoadTouched, Touch
from importers.taking_back import FormedTakenBack
from webui.labels.pairs import Pairs

LABELS: Pairs = (
    (Touch.WORK, _l("с ними уже работают (задачи, листы, звонки, записи)")),
    (Touch.SELECTION, _l("их нашла выборка")),
    (Touch.FILE, _l("они есть в другом загруженном файле")),
    (Touch.RECORD, _l("о них добавлены новые данные")),
    (Touch.MERGE, _l("карточки объединены")),
    (Touch.EDIT, _l("карточки исправлены")),
    (Touch.BAN, _l("их номера закрыты для звонков")),
    (Touch.LATER_LOAD, _l("они есть в более поздней загрузке, сначала отмените её")),
)
_WORDS = dict(LABELS)

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    LoadTouched: lambda e: _l(
        "Отменить нельзя, ничего не изменено: %(why)s.", why=reasons_sentence(e)
    ),
    CallsStay: lambda _e: _l(
        "Результаты звонков целиком не отменяются. Отмените нужный в истории его задачи."
    ),
    StillLoading: lambda _e: _l("Загрузка ещё идёт. Сначала остановите её."),
}


def reasons_sentence(touched: LoadTouched) -> str:
    """What hinders: «с ними уже работают: 3; карточки исправлены: 1»."""
    return "; ".join(f"{_WORDS[touch]} – {count}" for touch, count in touched.reasons.items())


def gone_sentence(told: FormedTakenBack) -> str:
    """What has gone of what was formed from a file."""
    text = _(
        "Отменено задач: %(tasks)s. Удалены рабочие листы: %(lists)s, клиенты: %(clients)s, "
        "автомобили: %(cars)s. Строки файла снова ждут.",
        tasks=told.tasks,
        lists=told.work_lists,
        clients=told.clients,
        cars=told.assets,
    )
    return str(text)
