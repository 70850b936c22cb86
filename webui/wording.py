"""How values are written for people: moments, days, sums, phone numbers.

Moments come as aware datetimes and are shown in the zone of the person who looks.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import get_decimal_symbol
from flask import current_app, g
from flask_babel import get_locale
from flask_babel import gettext as _

_NBSP = "\u00a0"
_MINUS = "\u2212"
_SIGNS = {"RUB": "₽", "UAH": "₴", "EUR": "€", "USD": "$"}
# The library's short months have dots and four letters ("нояб."), too wide for a queue row.
_MONTHS = {
    "ru": ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"],
    "uk": ["січ", "лют", "бер", "кві", "тра", "чер", "лип", "сер", "вер", "жов", "лис", "гру"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
_HOUR = 60
_DAY = 24 * _HOUR


def moment(value: datetime | None) -> str:
    """Return «ср 18 ноя, 16:00»; another year is named, nothing for None."""
    if value is None:
        return ""
    local = value.astimezone(zone())
    return f"{day_short(local.date())}, {local:%H:%M}"


def day(value: date | None) -> str:
    """Return «18 ноября», with the year unless it is this one; a moment is taken as its day."""
    if value is None:
        return ""
    local = _as_day(value)
    pattern = "d MMMM" if local.year == today().year else "d MMMM y"
    return format_date(local, pattern, locale=get_locale())


def day_short(value: date | None) -> str:
    """Return «ср 18 ноя», with the year unless it is this one."""
    if value is None:
        return ""
    local = _as_day(value)
    spoken = language()
    weekday = format_date(local, "ccc", locale=get_locale()).rstrip(".").lower()
    if spoken == "en":
        weekday = weekday.capitalize()
    month = _MONTHS.get(spoken, _MONTHS["en"])[local.month - 1]
    year = "" if local.year == today().year else f"{_NBSP}{local.year}"
    return f"{weekday} {local.day}{_NBSP}{month}{year}"


def clock(value: datetime | None) -> str:
    """Return «16:00» in the person's zone."""
    return "" if value is None else f"{value.astimezone(zone()):%H:%M}"


def minute_words(minute: int | None) -> str:
    """Return «09:30» for minutes after midnight, «24:00» for the end of the day."""
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def minute_of(at: object) -> int | None:
    """Minutes after midnight of what a time field holds; None where no time was typed."""
    return at.hour * 60 + at.minute if isinstance(at, time) else None


def ago_or_due(value: datetime | None, now: datetime | None = None) -> str:
    """Return how late it is («−40 мин»), or when it is due («16:00», «завтра 10:00», a moment)."""
    if value is None:
        return ""
    now = now or _now()
    if value < now:
        return _late(language(), int((now - value).total_seconds() // 60))
    local = value.astimezone(zone())
    today = now.astimezone(zone()).date()
    if local.date() == today:
        return clock(value)
    if local.date() == today + timedelta(days=1):
        return str(_("завтра %(time)s", time=clock(value)))
    return moment(value)


def due_words(value: datetime, is_overdue: bool, now: datetime) -> str:
    """Return how late it is only for what is overdue; «сейчас» for what is due and is not yet."""
    if value < now and not is_overdue:
        return str(_("сейчас"))
    return ago_or_due(value, now)


def language() -> str:
    """The language of this page; nothing outside of one. What is kept in words is kept by it."""
    if not g:
        return ""
    kept = g.get("language")
    if kept is None:
        kept = g.language = str(get_locale().language)
    return str(kept)


@lru_cache(maxsize=4096)
def _late(_language: str, minutes: int) -> str:
    hours, rest = divmod(minutes, _HOUR)
    if minutes < _HOUR:
        text = _("−%(minutes)s мин", minutes=max(minutes, 1))
    elif minutes >= _DAY:
        text = _("−%(days)s дн", days=minutes // _DAY)
    elif rest:
        text = _("−%(hours)s ч %(minutes)s мин", hours=hours, minutes=rest)
    else:
        text = _("−%(hours)s ч", hours=hours)
    return str(text).replace(" ", _NBSP)


def money(amount: Decimal | int | float | None, currency: str = "RUB") -> str:
    """Return «48 200 ₽» with non-breaking spaces; kopecks only when there are some."""
    if amount is None:
        return ""
    value = Decimal(str(amount)).quantize(Decimal("0.01"))
    text = f"{abs(value):,.2f}".replace(",", _NBSP).removesuffix(".00").replace(".", ",")
    sign = _MINUS if value < 0 else ""
    return f"{sign}{text}{_NBSP}{_SIGNS.get(currency, currency)}"


def caller(name: str) -> str:
    """Return who made a call as a list names them: of a loaded call nobody may be told."""
    return name or str(_("не указано"))


def called_by(name: str) -> str:
    """The same where no heading says what the name is."""
    return name or str(_("кто звонил: не указано"))


def whole(number: int | None) -> str:
    """Return «48 200»: a count in groups of three."""
    return "" if number is None else f"{number:,}".replace(",", _NBSP).replace("-", _MINUS)


def tenths(number: float) -> str:
    """Return «1 048,5», with a point where the language has one: an amount that is not counted."""
    count, tenth = f"{number:,.1f}".split(".")
    count = count.replace(",", _NBSP).replace("-", _MINUS)
    return f"{count}{get_decimal_symbol(get_locale())}{tenth}"


def phone(number: str | None) -> str:
    """Return «+7 912 640-18-77» for a number in E.164; another country's is left as it is."""
    number = number or ""
    digits = number.removeprefix("+")
    if not number.startswith("+") or not digits.isascii() or not digits.isdigit():
        return number
    if digits.startswith("7") and len(digits) == 11:
        return f"+7 {digits[1:4]} {digits[4:7]}-{digits[7:9]}-{digits[9:]}"
    if digits.startswith("380") and len(digits) == 12:
        return f"+380 {digits[3:5]} {digits[5:8]}-{digits[8:10]}-{digits[10:]}"
    return number


def initials(name: str) -> str:
    """Return the first letters of the first two words: «Ирина Полякова» gives «ИП»."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalpha()]
    return "".join(word[0] for word in words[:2]).upper()


def zone() -> ZoneInfo:
    """Return the zone of the person signed in, else the company's."""
    return ZoneInfo(str(g.get("time_zone") or current_app.config["DEFAULT_TIME_ZONE"]))


def _as_day(value: date) -> date:
    return value.astimezone(zone()).date() if isinstance(value, datetime) else value


def today() -> date:
    """The day of the person who looks."""
    return _now().astimezone(zone()).date()


def _now() -> datetime:
    # The app puts the moment of the request here, so one page never shows two different "now".
    moment_of_request = g.get("now")
    return moment_of_request if isinstance(moment_of_request, datetime) else datetime.now(UTC)
