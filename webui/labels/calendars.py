"""Words of calendars and absences."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from directory.calendars.absences import (
    AbsenceEmpty,
    AbsenceOver,
    AbsenceOverlaps,
    AbsenceTooFar,
    OwnSubstitute,
    StandsInForAnother,
    SubstituteAway,
)
from directory.calendars.editing import CalendarChangedByAnother, HoursMissing, WeekWithoutWork
from directory.calendars.holidays import FIRST_YEAR, LAST_YEAR, YearUnknown
from directory.calendars.models import DayKind, DaySource, ProductionCalendar
from directory.calendars.working_time import NeverWorks
from webui.labels.pairs import Pairs
from webui.wording import moment

LABELS: Pairs = (
    (DayKind.DAY_OFF, _l("выходной")),
    (DayKind.WORKING, _l("рабочий день")),
    (DayKind.SHORTENED, _l("сокращённый день")),
    (DayKind.USUAL, _l("как обычно, с пометкой")),
    (DaySource.SHIPPED, _l("производственный календарь")),
    (DaySource.OWN, _l("задано вручную")),
    (ProductionCalendar.RUSSIA, _l("Россия")),
    (ProductionCalendar.UKRAINE, _l("Украина")),
)


def _overlaps(error: AbsenceOverlaps) -> Any:
    return _l(
        "В это время человек уже отмечен отсутствующим: с %(since)s до %(until)s.",
        since=moment(error.from_at),
        until=moment(error.until_at),
    )


SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    NeverWorks: lambda _e: _l("В календаре нет рабочего времени. Задайте рабочую неделю."),
    WeekWithoutWork: lambda _e: _l("В неделе нужен хотя бы один рабочий промежуток."),
    HoursMissing: lambda _e: _l("Укажите часы работы, например 10:00–15:00."),
    CalendarChangedByAnother: lambda _e: _l(
        "Пока вы правили, календарь изменил другой человек. Откройте страницу снова."
    ),
    YearUnknown: lambda _e: _l(
        "Праздники известны с %(first)s по %(last)s год.", first=FIRST_YEAR, last=LAST_YEAR
    ),
    AbsenceEmpty: lambda _e: _l("Последний день не раньше первого и не в прошлом."),
    AbsenceTooFar: lambda _e: _l("Последний день не дальше пяти лет вперёд: проверьте год."),
    AbsenceOverlaps: _overlaps,
    OwnSubstitute: lambda _e: _l("Человек не может замещать сам себя."),
    SubstituteAway: lambda _e: _l(
        "Этот человек сам отсутствует в это время или не может войти. Выберите другого."
    ),
    StandsInForAnother: lambda _e: _l(
        "Человек в это время сам замещает другого. Сначала назначьте тому другую замену."
    ),
    AbsenceOver: lambda _e: _l("Это отсутствие уже закончилось или отменено."),
}
