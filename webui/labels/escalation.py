"""Words of escalation: levels, what is missing, refusals."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from webui.labels.pairs import Pairs
from worklists.escalation.models import Level
from worklists.escalation.rules import LONGEST_HOURS, HoursImpossible
from worklists.escalation.seen import Waits

LABELS: Pairs = (
    (Level.PERFORMER, _l("Исполнитель")),
    (Level.SUPERVISOR, _l("Супервизор")),
    (Level.HEAD, _l("Руководитель")),
    (Waits.NOT_TAKEN, _l("Не взята")),
    (Waits.NOT_DONE, _l("Не закончена")),
    (Waits.NOT_CHECKED, _l("Не проверена")),
)

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    HoursImpossible: lambda _e: _l("Укажите от 1 до %(most)s рабочих часов.", most=LONGEST_HOURS),
}
