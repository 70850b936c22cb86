"""What is expected of a vehicle's mileage, on its card and beside a task, with the reasons."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from core.db import Database
from directory.assets.forecast_sweep import forecast_mileage
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser

BrowserOf = Callable[..., Browser]


def _sweep(database: Database) -> int:
    return forecast_mileage(database, lambda _: NOON, default_zone="Europe/Moscow")


def _words(page: str) -> str:
    """The page's text in one line, blanks as usual ones."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def test_the_card_tells_what_to_expect_and_why(
    prepared: Given, database: Database, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    me, client = prepared.employee(unit=unit), prepared.client(unit=unit)
    asset, bare = prepared.asset(client), prepared.asset(client, model="Niva")
    sold = prepared.asset(client, model="Oka", sold_on=date(2025, 1, 1))
    for year, km in enumerate((9_000, 24_000, 390_000, 54_000, 69_000), start=2021):
        prepared.mileage(asset, km, read_on=date(year, 9, 18))
    browser = browser_of(me)
    assert "Прогноз пробега появится через несколько минут." in browser.read(f"/assets/{asset.id}")
    _sweep(database)
    page = browser.read(f"/assets/{asset.id}")
    words = _words(page)
    assert "Ожидаемый пробег ~76 400 км, срок ТО прошёл в сентябре 2022" in words
    assert "пора на ТО" in words and "1 показание не учтено" in words
    assert "По 4 показаниям с 2021 года, в среднем 41 км в день." in words
    assert "18.09.2023, 390 000 км (столько за это время не проехать)" in words
    assert "ТО каждые 15 000 км или 12 " in words and "от первого показания" in words
    assert re.search(r"<details[^>]*><summary>Откуда прогноз", page)
    told = _words(browser.read(f"/assets/{bare.id}"))
    assert "Пробег неизвестен, ТО ожидается в марте 2027" in told
    assert "Взят обычный пробег: 41 км в день." in told
    assert "Откуда прогноз" not in browser.read(f"/assets/{sold.id}")


def test_news_are_told_until_they_are_counted_and_stand_beside_the_task(
    prepared: Given, database: Database, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    me, client = prepared.employee(unit=unit), prepared.client(unit=unit)
    asset = prepared.asset(client)
    for days, km in ((700, 10_000), (350, 24_000), (10, 38_000)):
        prepared.mileage(asset, km, read_on=NOON.date() - timedelta(days=days))
    browser = browser_of(me)
    _sweep(database)
    with database.unit_of_work() as session:
        Given(session).mileage(asset, 38_500)
    address = f"/clients/{client.id}/history/panel?asset={asset.id}"
    behind = "Есть новые данные, прогноз обновится через несколько минут."
    assert behind in browser.get(address).text
    _sweep(database)
    panel = browser.get(address).text
    assert behind not in panel
    assert "Ожидаемый пробег ~38 500 км" in _words(panel)
    assert "Ожидаемый пробег" not in browser.get(f"/clients/{client.id}/history/panel").text
