"""How moments, sums and numbers are written, and which language and zone they are written in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask, g

from webui import i18n, wording
from webui.forms import Form, LocalMoment, choices

NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
"""11:00 of a Wednesday in Yekaterinburg."""


@dataclass(frozen=True)
class Settings:
    default_locale: str = "ru"
    time_zone: str = "Asia/Yekaterinburg"
    secure_cookies: bool = False


def small_app() -> Flask:
    app = Flask("webui")
    app.secret_key = "x" * 32
    app.config["WTF_CSRF_ENABLED"] = False
    i18n.install(app, Settings())
    return app


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    with small_app().test_request_context("/"):
        g.now = NOW
        yield


def test_a_moment_is_shown_in_the_zone_of_the_company_or_of_the_person() -> None:
    due = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
    assert wording.moment(due) == "ср 18\u00a0ноя, 16:00"
    g.time_zone = "Europe/Kyiv"
    assert wording.moment(due) == "ср 18\u00a0ноя, 13:00"
    assert wording.clock(due) == "13:00"
    assert wording.moment(None) == ""


def test_another_year_is_named() -> None:
    assert wording.day(date(2026, 3, 8)) == "8 марта"
    assert wording.day(date(2025, 3, 8)) == "8 марта 2025"
    assert wording.day_short(date(2025, 3, 8)) == "сб 8\u00a0мар\u00a02025"


def test_a_moment_near_midnight_belongs_to_the_day_of_the_person() -> None:
    assert wording.day(datetime(2026, 11, 17, 20, 0, tzinfo=UTC)) == "18 ноября"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (-0.5, "−1 мин"),
        (-40, "−40 мин"),
        (-60, "−1 ч"),
        (-190, "−3 ч 10 мин"),
        (-3 * 24 * 60, "−3 дн"),
        (30, "11:30"),
        (24 * 60, "завтра 11:00"),
        (72 * 60, "сб 21 ноя, 11:00"),
    ],
)
def test_lateness_and_due_times(minutes: float, text: str) -> None:
    written = wording.ago_or_due(NOW + timedelta(minutes=minutes), NOW)
    assert written.replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (48200, "48 200 ₽"),
        (Decimal("48200.50"), "48 200,50 ₽"),
        (-5000, "−5 000 ₽"),
        (0, "0 ₽"),
        (None, ""),
    ],
)
def test_money(amount: Decimal | int | None, text: str) -> None:
    assert wording.money(amount).replace("\u00a0", " ") == text
    assert " " not in wording.money(amount)


@pytest.mark.parametrize(
    ("spoken", "texts"),
    [("ru", ("48\u00a0200,0", "2,5", "\u22120,1")), ("en", ("48\u00a0200.0", "2.5", "\u22120.1"))],
)
def test_tenths_follow_the_language(spoken: str, texts: tuple[str, ...]) -> None:
    with small_app().test_request_context("/", headers={"Accept-Language": spoken}):
        assert tuple(map(wording.tenths, (48_200, 2.46, -0.12))) == texts


def test_phones() -> None:
    assert wording.phone("+79126401877") == "+7 912 640-18-77"
    assert wording.phone("+380501234567") == "+380 50 123-45-67"
    assert wording.phone("+493012345678") == "+493012345678"
    assert wording.phone("доб. 12") == "доб. 12"
    assert wording.phone(None) == ""


def test_initials() -> None:
    assert wording.initials("Ирина Полякова") == "ИП"
    assert wording.initials("Соколова Марина Викторовна") == "СМ"
    assert wording.initials("") == ""


@pytest.mark.parametrize(
    ("address", "header", "cookie", "expected"),
    [
        ("/", "", "", "ru"),
        ("/", "en-GB,en;q=0.8", "", "en"),
        ("/", "en", "uk", "uk"),
        ("/?lang=en", "", "uk", "en"),
        ("/?lang=xx", "de", "", "ru"),
    ],
)
def test_the_language(address: str, header: str, cookie: str, expected: str) -> None:
    sent = {"Accept-Language": header, "Cookie": f"locale={cookie}"}
    with small_app().test_request_context(address, headers=sent):
        assert i18n.locale_code() == expected
        g.actor_locale = "uk"
        assert i18n.locale_code() == "uk"


def test_dates_follow_the_language() -> None:
    g.actor_locale = "uk"
    assert wording.day(date(2026, 11, 18)) == "18 листопада"
    assert wording.day_short(date(2026, 11, 18)) == "ср 18\u00a0лис"


class DeferralForm(Form):
    until = LocalMoment("Отложить до", pair=True)
    reason = LocalMoment("Другое")


def deferral(**values: str) -> DeferralForm:
    with small_app().test_request_context("/", method="POST", data=values):
        form = DeferralForm()
        form.validate()
        return form


def test_a_local_moment_becomes_utc_from_a_pair_or_from_one_value() -> None:
    expected = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
    assert deferral(until_date="2026-11-18", until_time="16:00").until.data == expected
    assert deferral(until="2026-11-18T16:00").until.data == expected
    assert deferral(until_date="", until_time="").until.data is None


def test_half_a_pair_is_an_error_and_stays_in_the_inputs() -> None:
    form = deferral(until_date="2026-11-18", until_time="")
    assert form.until.errors
    assert form.until.halves() == ("2026-11-18", "")


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    g.time_zone = "Europe/Kyiv"
    with small_app().test_request_context("/", method="POST", data={"until": "2026-03-29T03:30"}):
        g.time_zone = "Europe/Kyiv"
        form = DeferralForm()
        assert not form.validate()
        assert form.until.errors


def test_a_known_moment_is_shown_in_local_time() -> None:
    form = DeferralForm(until=datetime(2026, 11, 18, 11, 0, tzinfo=UTC))
    assert form.until.halves() == ("2026-11-18", "16:00")
    assert 'name="until_date"' in form.until()


def test_choices_put_the_blank_first() -> None:
    assert [c.value for c in choices([(1, "Да")], blank="Не важно")] == ["", "1"]
