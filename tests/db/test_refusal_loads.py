"""Lists of those who do not want to be called: nobody slips through, nobody is refused by name."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.journal import history_of
from directory.clients.card import client_card
from directory.clients.editing import allow_contact_point
from directory.clients.models import Client, ContactPoint, ContactRefusal, RefusalScope
from tests.conftest import NOON
from tests.loads_given import LoadingDesk, codes, counts

HEADINGS = ("Телефон", "ФИО", "VIN", "Дата", "Причина", "Тип отказа", "Кампания")
VIN = "XTA21901234567890"
ROW = ("8 916 123-45-67", "Иванов Иван", "", "01.03.2025", "Просил письмом", "", "")


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> LoadingDesk:
    return LoadingDesk(session, tmp_path)


def _refusals(session: Session) -> list[ContactRefusal]:
    return list(session.scalars(select(ContactRefusal).order_by(ContactRefusal.id)))


def test_a_known_client_refuses_once(desk: LoadingDesk) -> None:
    client = desk.given.client(unit=desk.unit)
    assert counts(desk.load("do-not-call", HEADINGS, ROW, ROW)) == {"refreshed": 1, "matched": 1}
    [refusal] = _refusals(desk.session)
    assert (refusal.client_id, refusal.scope) == (client.id, RefusalScope.ALL)
    assert refusal.reason == "Просил письмом" and refusal.source.startswith("import:")
    assert refusal.recorded_at == datetime(2025, 2, 28, 21, tzinfo=UTC)
    assert "ContactRefused" in [e.event for e in history_of(desk.session, "client", client.id)]
    assert counts(desk.load("do-not-call", HEADINGS, ROW)) == {"matched": 1}


def test_what_was_lifted_since_is_not_refused_anew(desk: LoadingDesk) -> None:
    desk.given.client(unit=desk.unit)
    desk.load("do-not-call", HEADINGS, ROW)
    [refusal] = _refusals(desk.session)
    refusal.lifted_at = NOON
    told = desk.load("do-not-call", HEADINGS, ROW)
    assert counts(told) == {"skipped": 1} and codes(told) == [(2, "lifted_since")]


def test_a_number_that_nobody_has_is_kept_for_whoever_brings_it(desk: LoadingDesk) -> None:
    bare = ("8 916 123-45-67", "", "", "", "", "", "")
    assert counts(desk.load("do-not-call", HEADINGS, bare)) == {"new": 1}
    clients = ("Иванов Иван", "8 916 123-45-67")
    assert counts(desk.load("clients", ("ФИО", "Телефон"), clients)) == {"refreshed": 1}
    client = desk.session.scalars(select(Client)).one()
    assert (client.name, client.id) == ("Иванов Иван", _refusals(desk.session)[0].client_id)


def test_in_doubt_the_number_is_banned_and_nobody_refused(desk: LoadingDesk) -> None:
    desk.given.client(name="Петрова Анна", unit=desk.unit)
    told = desk.load("do-not-call", HEADINGS, ROW)
    assert counts(told) == {"refreshed": 1} and codes(told) == [(2, "other_name")]
    assert not _refusals(desk.session)
    assert desk.session.scalars(select(ContactPoint.do_not_contact)).all() == [True]
    assert counts(desk.load("do-not-call", HEADINGS, ROW)) == {"matched": 1}


def test_scopes(desk: LoadingDesk) -> None:
    client = desk.given.client(unit=desk.unit)
    asset = desk.given.asset(client, vin=VIN)
    phone, name = ROW[:2]
    told = desk.load(
        "do-not-call", HEADINGS,
        (phone, name, "", "", "", "По телефону", ""), (phone, name, VIN, "", "", "Автомобиль", ""),
        (phone, name, "", "", "", "Реклама", "lost-clients"), ("", "", VIN, "", "", "", ""),
        (phone, name, "", "", "", "Реклама", "???"), (phone, name, "", "", "", "Автомобиль", ""),
        ("", "", "XTA21901234567899", "", "", "", ""),
    )  # fmt: skip
    assert counts(told) == {"refreshed": 4, "doubtful": 3}
    assert codes(told) == [(6, "unknown_campaign"), (7, "unknown_vehicle"), (8, "unknown_client")]
    found = [(one.scope.value, one.channel, one.asset_id) for one in _refusals(desk.session)]
    assert found == [("channel", "phone", None), ("asset", None, asset.id),
                     ("purpose", None, None), ("all", None, None)]  # fmt: skip


def test_a_ban_that_a_person_lifted_is_put_back_only_by_news(desk: LoadingDesk) -> None:
    client = desk.given.client(name="Петрова Анна", unit=desk.unit)
    assert counts(desk.load("do-not-call", HEADINGS, ROW)) == {"refreshed": 1}
    desk.session.refresh(client)
    point = desk.session.scalars(select(ContactPoint)).one()
    allow_contact_point(
        desk.session, point.id, reason="Ошибка", version=client.version, actor=desk.actor,
        now=NOON - timedelta(hours=1),
    )  # fmt: skip
    told = desk.load("do-not-call", HEADINGS, ROW)
    assert counts(told) == {"skipped": 1} and codes(told) == [(2, "lifted_since")]
    another_list = (*ROW[:4], "Ещё раз", "", "")
    assert counts(desk.load("do-not-call", HEADINGS, another_list)) == {"skipped": 1}
    news = (*ROW[:3], "", "Снова просил", "", "")
    told = desk.load("do-not-call", HEADINGS, news)
    assert (counts(told), codes(told)) == ({"refreshed": 1}, [(2, "other_name")])


def test_in_doubt_a_refusal_of_one_purpose_bans_nothing(desk: LoadingDesk) -> None:
    desk.given.client(name="Петрова Анна", unit=desk.unit)
    told = desk.load("do-not-call", HEADINGS, (*ROW[:5], "Реклама", "lost-clients"))
    assert counts(told) == {"doubtful": 1}
    assert desk.session.scalars(select(ContactPoint.do_not_contact)).all() == [False]


def test_a_list_of_bare_numbers_loses_none(desk: LoadingDesk) -> None:
    phones = (
        "8 (916) 777 00 01 (просил не звонить)", "8 916 777 00 02", 89167770003,
        "+7 916 777 00 04", "8 916 777 00 05 после 18:00",
    )  # fmt: skip
    assert counts(desk.load("do-not-call", (), *((one,) for one in phones))) == {"new": 5}
    clients = desk.session.scalars(select(ContactPoint.value).order_by(ContactPoint.value)).all()
    assert list(clients) == [f"+7916777000{n}" for n in range(1, 6)]


def test_kinds_of_refusals_forbid_what_they_say(desk: LoadingDesk) -> None:
    words = ("только SMS", "по ТО", "e-mail", "Отзыв", "не звонить вечером")
    rows = [
        (f"8 916 129-00-0{at}", f"Отказов {letter}", word)
        for at, (letter, word) in enumerate(zip("АБВГД", words, strict=True))
    ]
    told = desk.load("do-not-call", ("Телефон", "ФИО", "Тип отказа"), *rows)
    assert counts(told) == {"new": 5}
    assert codes(told) == [(2, "calls_stay"), (4, "calls_stay"), (5, "refusal_unclear"),
                           (6, "refusal_in_part")]  # fmt: skip
    found = [(one.scope.value, one.channel or one.purpose) for one in _refusals(desk.session)]
    assert found == [("channel", "sms"), ("purpose", "maintenance"), ("channel", "email"),
                     ("all", None), ("all", None)]  # fmt: skip
    cards = [client_card(desk.session, one.client_id, actor=desk.actor, now=NOON)
             for one in _refusals(desk.session)]  # fmt: skip
    assert [card.bars[0].is_total for card in cards] == [False, False, False, True, True]


def test_in_doubt_a_refusal_of_sms_bans_no_number(desk: LoadingDesk) -> None:
    desk.given.client(name="Петрова Анна", unit=desk.unit)
    told = desk.load("do-not-call", HEADINGS, (*ROW[:5], "СМС", ""))
    assert counts(told) == {"doubtful": 1}
    assert desk.session.scalars(select(ContactPoint.do_not_contact)).all() == [False]


def test_yes_and_no_decide_the_row(desk: LoadingDesk) -> None:
    headings = ("ФИО", "Телефон", "Не звонить")
    rows = [
        ("Иванов Иван", "8 916 126-00-01", "да"), ("Петров Пётр", "8 916 126-00-02", ""),
        ("Сидоров Олег", "8 916 126-00-03", "нет"), ("Ким Ольга", "8 916 126-00-04", "по телефону"),
    ]  # fmt: skip
    told = desk.load("do-not-call", headings, *rows)
    assert counts(told) == {"new": 2, "skipped": 2}
    assert codes(told) == [(3, "not_refused"), (4, "not_refused")]
    names = desk.session.scalars(select(Client.name).order_by(Client.name)).all()
    assert list(names) == ["Иванов Иван", "Ким Ольга"]
    assert [one.scope.value for one in _refusals(desk.session)] == ["all", "channel"]


def test_clients_who_refuse_are_told_in_a_list_of_clients(desk: LoadingDesk) -> None:
    headings = ("ФИО", "Телефон", "Не звонить")
    rows = [("Иванов Иван", "8 916 126-00-01", "да"), ("Петров Пётр", "8 916 126-00-02", "нет")]
    told = desk.load("clients", headings, *rows)
    assert (counts(told), codes(told)) == ({"new": 2}, [(2, "refusal_left")])
    assert not _refusals(desk.session)
