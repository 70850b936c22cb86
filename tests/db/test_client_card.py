"""What may not be done with a client and why; corrections and their journal lines."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, NotPermitted
from core.journal import history_of
from directory.assets.card import asset_card, vehicles_of_client
from directory.assets.editing import AssetChanged, AssetData, VinTaken, correct_asset, mark_of
from directory.assets.models import Ownership
from directory.clients.card import BarKind, client_card
from directory.clients.editing import (
    ClientChanged,
    PhoneKnown,
    add_phone,
    allow_contact_point,
    correct_client,
    forbid_contact_point,
    mark_contact_point,
)
from directory.clients.models import (
    ClientKind,
    ContactRefusal,
    ContactState,
    RefusalScope,
)
from directory.units.models import Unit
from tests.conftest import NOON
from tests.given import Given


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


@pytest.fixture
def unit(given: Given) -> Unit:
    return given.unit()


@pytest.fixture
def manager(given: Given, unit: Unit) -> Actor:
    return given.manager(unit)


def test_bars_name_every_rule_that_forbids_a_call(
    session: Session, given: Given, unit: Unit, manager: Actor
) -> None:
    client = given.client(unit=unit, phone=None)
    given.phone(client, "+79161112233", state=ContactState.WRONG)
    asset = given.asset(client)
    client.cooling_off_until = NOON + timedelta(days=3)
    for scope, asset_id, lifted in ((RefusalScope.ASSET, asset.id, None),
                                    (RefusalScope.ALL, None, NOON)):  # fmt: skip
        session.add(
            ContactRefusal(client_id=client.id, scope=scope, asset_id=asset_id, source="attempt:1",
                           recorded_at=NOON, lifted_at=lifted)
        )  # fmt: skip
    session.flush()

    card = client_card(session, client.id, actor=manager, now=NOON)

    assert [bar.kind for bar in card.bars] == [
        BarKind.REFUSED, BarKind.COOLING_OFF, BarKind.NO_PHONE,
    ]  # fmt: skip
    assert not card.may_be_called
    assert [refusal.vehicle for refusal in card.refusals] == ["Lada Vesta", ""]
    later = client_card(session, client.id, actor=manager, now=NOON + timedelta(days=4))
    assert BarKind.COOLING_OFF not in {bar.kind for bar in later.bars}


def test_a_refusal_about_one_vehicle_leaves_the_rest_callable(
    session: Session, given: Given, unit: Unit, manager: Actor
) -> None:
    client = given.client(unit=unit)
    session.add(
        ContactRefusal(client_id=client.id, scope=RefusalScope.ASSET, source="attempt:1",
                       asset_id=given.asset(client).id, recorded_at=NOON)
    )  # fmt: skip
    session.flush()

    assert client_card(session, client.id, actor=manager, now=NOON).may_be_called


def test_usable_phones_come_first(
    session: Session, given: Given, unit: Unit, manager: Actor
) -> None:
    client = given.client(unit=unit, phone=None)
    given.phone(client, "+79160000001", rank=1, do_not_contact=True)
    given.phone(client, "+79160000002", rank=3)
    given.phone(client, "+79160000003", rank=2)

    card = client_card(session, client.id, actor=manager, now=NOON)

    assert [one.value[-1] for one in card.phones] == ["3", "2", "1"]


def test_foreign_clients_and_vehicles_are_not_found(session: Session, given: Given) -> None:
    client = given.client(unit=given.unit("Чужой"))
    asset = given.asset(client)
    outsider = given.manager(given.unit("Свой"))

    with pytest.raises(NotFound):
        client_card(session, client.id, actor=outsider, now=NOON)
    with pytest.raises(NotFound):
        asset_card(session, asset.id, actor=outsider)


def test_vehicles_show_the_newest_mileage(session: Session, given: Given, unit: Unit) -> None:
    client = given.client(unit=unit)
    asset, sold = given.asset(client), given.asset()
    session.add(Ownership(asset_id=sold.id, client_id=client.id, until_on=NOON.date()))
    given.mileage(asset, 10_000, read_on=NOON.date() - timedelta(days=9))
    given.mileage(asset, 12_000)

    present, past = vehicles_of_client(session, client.id)

    assert (present.asset.id, present.mileage_km, present.is_present) == (asset.id, 12_000, True)
    assert (past.asset.id, past.mileage_km, past.is_present) == (sold.id, None, False)


def test_a_correction_names_its_fields_and_not_their_values(
    session: Session, given: Given, unit: Unit, manager: Actor
) -> None:
    client = given.client("Старое Имя", unit=unit)

    correct_client(
        session, client.id, name=" Новое  Имя ", kind=ClientKind.SOLE_PROPRIETOR, note="",
        time_zone=None, version=1, actor=manager, now=NOON,
    )  # fmt: skip

    assert (client.name, client.name_norm, client.version) == ("Новое Имя", "новое имя", 2)
    (entry,) = history_of(session, "client", client.id)
    assert entry.details == {"fields": ["name", "kind"]}
    assert entry.actor == manager.key


def test_nothing_changed_writes_nothing(
    session: Session, given: Given, unit: Unit, manager: Actor
) -> None:
    client = given.client("Имя", unit=unit)
    correct_client(
        session, client.id, name="Имя", kind=ClientKind.PERSON, note="", time_zone=None, version=1,
        actor=manager, now=NOON,
    )  # fmt: skip
    assert client.version == 1 and not history_of(session, "client", client.id)


def test_a_change_of_a_phone_also_outdates_the_card(
    session: Session, given: Given, unit: Unit, manager: Actor
) -> None:
    client = given.client(unit=unit)
    point = add_phone(
        session, client.id, typed="8 903 111-22-33", version=1, actor=manager, now=NOON
    )
    assert (point.value, point.reversed_value) == ("+79031112233", "33221113097+")
    with pytest.raises(ClientChanged) as refused:
        mark_contact_point(
            session, point.id, state=ContactState.WRONG, version=1, actor=manager, now=NOON
        )
    assert (refused.value.version, refused.value.by_name) == (2, manager.name)
    with pytest.raises(PhoneKnown):
        add_phone(session, client.id, typed="+7 903 1112233", version=2, actor=manager, now=NOON)


def test_a_ban_is_lifted_only_by_a_separate_act(
    session: Session, given: Given, unit: Unit, manager: Actor
) -> None:
    client = given.client(unit=unit, phone=None)
    point = given.phone(client, "+79161112233")
    forbid_contact_point(session, point.id, reason="", version=1, actor=manager, now=NOON)
    mark_contact_point(
        session, point.id, state=ContactState.CONFIRMED, version=2, actor=manager, now=NOON
    )
    assert point.do_not_contact
    allow_contact_point(session, point.id, reason="сам просил", version=3, actor=manager, now=NOON)
    assert not point.do_not_contact


def test_who_may_only_see_changes_nothing(session: Session, given: Given, unit: Unit) -> None:
    client = given.client(unit=unit)
    reader = Actor(key="employee:9", unit_ids=frozenset({unit.id}))
    with pytest.raises(NotPermitted):
        add_phone(session, client.id, typed="+79031112233", version=1, actor=reader, now=NOON)


def test_a_corrected_vehicle_is_confirmed_again(
    session: Session, given: Given, unit: Unit, manager: Actor
) -> None:
    client = given.client(unit=unit)
    asset, other = given.asset(client, is_confirmed=False), given.asset(client)
    mark = mark_of(asset)
    data = AssetData(vin=str(other.vin), plate="", make="Kia", model="Rio", year=2020)
    with pytest.raises(VinTaken):
        correct_asset(session, asset.id, data=data, mark=mark, actor=manager, now=NOON)

    data = AssetData(vin="XTA 210990-Y1234567", plate="а 123 вс 77", make="Kia", model="Rio",
                     year=2020)  # fmt: skip
    correct_asset(session, asset.id, data=data, mark=mark, actor=manager, now=NOON)

    assert (asset.vin, asset.plate_norm) == ("XTA210990Y1234567", "A123BC77")
    assert asset.is_confirmed
    with pytest.raises(AssetChanged):
        correct_asset(session, asset.id, data=data, mark=mark, actor=manager, now=NOON)
