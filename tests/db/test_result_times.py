"""Calls made elsewhere whose day and time stand in two columns (A8)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.loads_given import LoadingDesk, codes, counts
from worklists.models.attempt import Attempt

HEADINGS = ("Телефон", "Дата", "Время", "Результат")


def test_a_call_of_today_is_saved_at_its_own_time(session: Session, tmp_path: Path) -> None:
    desk = LoadingDesk(session, tmp_path)
    formed = NOON - timedelta(days=1)
    for name, phone in (("Ким Ольга", "+79030000001"), ("Ли Анна", "+79030000002")):
        client = desk.given.client(name, unit=desk.unit, phone=phone)
        desk.given.task(unit=desk.unit, client=client, due_at=formed, created_at=formed)
    rows = (
        ("8 903 000-00-01", "18.03.2026", "05:10", "нет ответа"),
        ("8 903 000-00-02", "17.03.2026", "ночью", "нет ответа"),
    )
    result = desk.load("results", HEADINGS, *rows)
    assert counts(result) == {"new": 2}
    assert codes(result) == [(3, "not_a_time")]
    moments = set(session.scalars(select(Attempt.at)))
    assert datetime(2026, 3, 18, 2, 10, tzinfo=UTC) in moments
    assert counts(desk.load("results", HEADINGS, *rows)) == {"matched": 2}
    assert set(session.scalars(select(Attempt.at))) == moments
