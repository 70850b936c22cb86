"""The chips of times: never in the past, the client's hours by the client's clock."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from campaigns.windows import Window
from tests.conftest import NOON
from webui.tasks.quick_times import QuickTime, quick_times

DAY = Window(9 * 60, 20 * 60, 0b0111111)


@pytest.fixture
def engine_name() -> str:
    """No row is read: one engine is enough."""
    return "sqlite"


def _chips(app: Flask, now: datetime, zone: str) -> dict[str, tuple[str, str]]:
    with app.test_request_context("/"):
        found: list[QuickTime] = quick_times(now, client_zone=zone, window=DAY)
        return {str(chip.label): (chip.on, chip.at) for chip in found}


def test_noon_on_a_wednesday(app: Flask) -> None:
    assert _chips(app, NOON, "Asia/Yekaterinburg") == {
        "Через час": ("2026-03-18", "13:05"),
        "Сегодня 16:00": ("2026-03-18", "16:00"),
        "Завтра 10:00": ("2026-03-19", "10:00"),
        "Через неделю": ("2026-03-25", "10:00"),
        "После 12:00 у клиента": ("2026-03-19", "10:00"),
        "После 15:00 у клиента": ("2026-03-18", "13:00"),
        "После 18:00 у клиента": ("2026-03-18", "16:00"),
    }


def test_later_it_is_a_later_hour_and_then_none(app: Flask) -> None:
    assert "Сегодня 18:00" in _chips(app, NOON + timedelta(hours=4), "Europe/Moscow")
    evening = _chips(app, NOON + timedelta(hours=7), "Europe/Moscow")
    assert not [words for words in evening if words.startswith("Сегодня")]


def test_after_an_hour_waits_for_a_day_on_which_the_client_may_be_called(app: Flask) -> None:
    saturday = datetime(2026, 3, 21, 16, 0, tzinfo=UTC)
    assert _chips(app, saturday, "Europe/Moscow")["После 18:00 у клиента"] == (
        "2026-03-23", "18:00"
    )  # fmt: skip
    assert "После 18:00 у клиента" not in _chips(app, saturday, "Nowhere/Land")
