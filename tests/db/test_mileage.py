"""Odometer readings and refusals of contact: what is written stays (rules 9 and 14)."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from core.journal import history_of
from directory.assets.mileage import MileageWentDown, last_reading, record_mileage
from directory.assets.models import MileageSource
from directory.clients.consent import lift_refusal, record_refusal, start_cooling_off
from directory.clients.models import RefusalScope
from tests.conftest import NOON, TOMORROW
from tests.given import Given


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


def test_a_reading_between_two_others_is_compared_with_the_one_before(given: Given) -> None:
    unit = given.unit()
    asset, manager = given.asset(), given.manager(unit)
    given.mileage(asset, 10_000, read_on=date(2026, 1, 1))
    given.mileage(asset, 30_000, read_on=date(2026, 3, 1))
    record_mileage(given.session, asset.id, km=20_000, read_on=date(2026, 2, 1),
                   source=MileageSource.CLIENT, actor=manager)  # fmt: skip
    newest = last_reading(given.session, asset.id)
    assert newest is not None and newest.km == 30_000
    with pytest.raises(MileageWentDown):
        record_mileage(given.session, asset.id, km=25_000, read_on=date(2026, 3, 2),
                       source=MileageSource.CLIENT, actor=manager)  # fmt: skip


def test_an_impossible_mileage_is_refused(given: Given) -> None:
    asset, manager = given.asset(), given.manager(given.unit())
    for km in (-1, 10_000_000):
        with pytest.raises(Invalid):
            record_mileage(given.session, asset.id, km=km, read_on=NOON.date(),
                           source=MileageSource.CLIENT, actor=manager)  # fmt: skip


def test_the_same_refusal_twice_is_one(given: Given) -> None:
    client, manager = given.client(), given.manager(given.unit())
    one, two = (
        record_refusal(given.session, client.id, scope=RefusalScope.PURPOSE, purpose="lost",
                       source="attempt:1", actor=manager, now=NOON)
        for _ in range(2)
    )  # fmt: skip
    assert one is two
    assert [e.event for e in history_of(given.session, "client", client.id)] == ["ContactRefused"]


def test_only_a_separate_act_with_a_reason_lifts_a_refusal(given: Given) -> None:
    unit = given.unit()
    client, manager = given.client(unit=unit), given.manager(unit)
    refusal = record_refusal(given.session, client.id, scope=RefusalScope.ALL, source="attempt:1",
                             actor=manager, now=NOON)  # fmt: skip
    with pytest.raises(Invalid):
        lift_refusal(given.session, refusal.id, reason=" ", actor=manager, now=NOON)
    with pytest.raises(NotFound):
        outsider = given.manager(given.unit())
        lift_refusal(given.session, refusal.id, reason="просил", actor=outsider, now=NOON)
    lift_refusal(given.session, refusal.id, reason="просил сам", actor=manager, now=TOMORROW)
    assert (refusal.lifted_at, refusal.lifted_by) == (TOMORROW, manager.key)


def test_a_longer_cooling_off_is_never_shortened(given: Given) -> None:
    client, manager = given.client(), given.manager(given.unit())
    version = client.version
    for days in (30, 10):
        start_cooling_off(given.session, client.id, until=NOON + timedelta(days=days),
                          source="attempt:1", actor=manager, now=NOON)  # fmt: skip
    given.session.refresh(client)
    assert client.cooling_off_until == NOON + timedelta(days=30)
    assert client.version == version
