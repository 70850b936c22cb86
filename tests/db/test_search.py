"""One box finds clients by phone, name, VIN, plate; only those of the person's units."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import is_postgresql
from directory.assets.models import Asset, Ownership
from directory.assets.plates import plate_norm
from directory.clients import search
from directory.clients.models import Client, ClientUnit, ContactKind, ContactPoint
from directory.clients.names import name_norm
from directory.clients.search import MatchedField, SearchResult, search_clients
from directory.clients.search_terms import SearchKind
from directory.clients.visibility import client_is_visible
from directory.units.models import Unit, UnitKind
from tests.conftest import NOON

HERE, ELSEWHERE = 1, 2
ACTOR = Actor(key="employee:1", employee_id=1, unit_ids=frozenset({HERE}))


@pytest.fixture(autouse=True)
def units(session: Session) -> None:
    for number in (HERE, ELSEWHERE):
        session.add(
            Unit(id=number, kind=UnitKind.CENTRE, code=f"u{number}", name="ЦФО", created_at=NOON)
        )
    session.flush()


def add_client(
    session: Session, name: str, *phones: str, unit_id: int = HERE, email: str | None = None
) -> Client:
    client = Client(name=name, name_norm=name_norm(name), created_at=NOON)
    session.add(client)
    session.flush()
    session.add(ClientUnit(client_id=client.id, unit_id=unit_id))
    for phone in phones:
        session.add(
            ContactPoint(client_id=client.id, kind=ContactKind.PHONE, typed=phone, value=phone,
                         reversed_value=phone[::-1])
        )  # fmt: skip
    if email:
        session.add(
            ContactPoint(client_id=client.id, kind=ContactKind.EMAIL, typed=email, value=email)
        )
    session.flush()
    return client


def add_vehicle(session: Session, owner: Client, vin: str, plate: str) -> Asset:
    asset = Asset(vin=vin, plate=plate, plate_norm=plate_norm(plate), make="Kia", created_at=NOON)
    session.add(asset)
    session.flush()
    session.add(Ownership(asset_id=asset.id, client_id=owner.id))
    session.flush()
    return asset


def names(result: SearchResult) -> list[str]:
    return [hit.name for hit in result.hits]


@pytest.mark.parametrize(
    "query", ["8 (916) 123-45-67", "+79161234567", "4567", "1234567", "8916123", "916123", "+7916"]
)
def test_a_phone_is_found_in_any_notation(session: Session, query: str) -> None:
    client = add_client(session, "Иванов Пётр", "+79161234567")
    add_client(session, "Другой", "+79031112233")

    result = search_clients(session, query, actor=ACTOR)

    assert [(hit.client_id, hit.field) for hit in result.hits] == [(client.id, MatchedField.PHONE)]
    assert result.kind is SearchKind.PHONE
    assert result.phones[client.id] == ("+79161234567",)


@pytest.mark.parametrize(
    "query", ["иванов", "ИВАНОВ Семен", "семён", "петрович иван", "ванов", "иванов с п", "  Ив "]
)
def test_a_name_is_found_by_beginnings_of_words_and_by_a_part(session: Session, query: str) -> None:
    add_client(session, "Иванов Семён Петрович")
    add_client(session, "Сидорова Анна")

    assert names(search_clients(session, query, actor=ACTOR)) == ["Иванов Семён Петрович"]


def test_whole_words_come_before_parts_of_words(session: Session) -> None:
    add_client(session, "Абрамиванов Олег")
    add_client(session, "Яковлев Иванов")
    add_client(session, "Иванов Ян")

    assert names(search_clients(session, "иванов", actor=ACTOR)) == [
        "Иванов Ян", "Яковлев Иванов", "Абрамиванов Олег",
    ]  # fmt: skip


def test_a_changed_name_is_found_anew(session: Session) -> None:
    client = add_client(session, "Иванова Анна")
    client.name, client.name_norm = "Лебедева Анна", "лебедева анна"
    session.flush()

    assert names(search_clients(session, "бедева", actor=ACTOR)) == ["Лебедева Анна"]
    assert names(search_clients(session, "ванова", actor=ACTOR)) == []


@pytest.mark.parametrize(
    "query",
    [
        "XTA210990Y1234567",
        "хта210990у1234567",
        "Y1234567",
        "234567",
        "0990y1234567",
        "4567",
        "34567",
        "ЧЕФ210990Н1234567",
    ],
)
def test_a_vehicle_is_found_by_its_vin_or_the_end_of_it(session: Session, query: str) -> None:
    owner = add_client(session, "Иванов")
    asset = add_vehicle(session, owner, "XTA210990Y1234567", "А123ВС77")
    add_vehicle(session, owner, "XTA210990Y7654321", "А124ВС77")

    (hit,) = search_clients(session, query, actor=ACTOR).hits

    assert (hit.client_id, hit.field, hit.asset_id) == (owner.id, MatchedField.VIN, asset.id)


@pytest.mark.parametrize(
    "query", ["а123вс77", "A 123 BC", "а123вс 77 rus", "а123", "123вс", "123 вс 77", "f123dc77"]
)
def test_a_vehicle_is_found_by_its_plate(session: Session, query: str) -> None:
    owner = add_client(session, "Иванов")
    add_vehicle(session, owner, "XTA210990Y1234567", "А123ВС77")

    (hit,) = search_clients(session, query, actor=ACTOR).hits

    assert (hit.client_id, hit.field) == (owner.id, MatchedField.PLATE)


def test_the_four_digits_of_a_ukrainian_plate_find_it(session: Session) -> None:
    owner = add_client(session, "Шевченко")
    add_vehicle(session, owner, "XTA210990Y1234567", "АА 8124 ВС")

    (hit,) = search_clients(session, "8124", actor=ACTOR).hits

    assert (hit.client_id, hit.field) == (owner.id, MatchedField.PLATE)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("bdfyjd", "иванов"), ("BDFYJD", "ИВАНОВ"), ("sdfytyrj", "іваненко"), ("шмфтщм", "ivanov"),
     ("[j[kjd", "хохлов"), ("шмфтщм\"уч", "ivanov@ex")],
)  # fmt: skip
def test_a_name_in_the_wrong_layout_is_found_as_it_was_meant(
    session: Session, typed: str, meant: str
) -> None:
    for name in ("Иванов Пётр", "Іваненко Олена", "Ivanov Peter", "Хохлов Илья"):
        add_client(session, name, email="ivanov@example.org" if name == "Ivanov Peter" else None)

    found = search_clients(session, typed, actor=ACTOR)

    assert (found.query, found.is_corrected) == (meant, True)
    assert len(found.hits) == 1
    assert search_clients(session, meant, actor=ACTOR).is_corrected is False


def test_nobody_in_any_layout_is_told_in_the_words_typed(session: Session) -> None:
    found = search_clients(session, "bdfyjd", actor=ACTOR)
    assert (found.query, found.is_corrected, found.hits) == ("bdfyjd", False, ())


def test_the_present_owner_comes_before_the_past_one(session: Session) -> None:
    past, present = add_client(session, "Прежний"), add_client(session, "Нынешний")
    asset = add_vehicle(session, present, "XTA210990Y1234567", "А123ВС77")
    session.add(Ownership(asset_id=asset.id, client_id=past.id, until_on=NOON.date()))
    session.flush()

    hits = search_clients(session, "XTA210990Y1234567", actor=ACTOR).hits

    assert [(hit.name, hit.is_past_owner) for hit in hits] == [
        ("Нынешний", False), ("Прежний", True),
    ]  # fmt: skip


def test_an_email_is_found_by_its_beginning(session: Session) -> None:
    add_client(session, "Иванов", email="ivanov@example.org")
    assert names(search_clients(session, "Ivanov@exa", actor=ACTOR)) == ["Иванов"]


@pytest.mark.parametrize("query", ["4567", "иванов", "ванов", "XTA210990Y1234567", "А123ВС77"])
def test_clients_of_other_units_are_never_found(session: Session, query: str) -> None:
    foreign = add_client(session, "Иванов", "+79161234567", unit_id=ELSEWHERE)
    add_vehicle(session, foreign, "XTA210990Y1234567", "А123ВС77")

    assert search_clients(session, query, actor=ACTOR).hits == ()


@pytest.mark.parametrize("query", ["", "1", "%", "'", '"""', "*", "a" * 5000, "\x00", "___", "%%%"])
def test_odd_texts_find_nothing_and_break_nothing(session: Session, query: str) -> None:
    add_client(session, "Иванов", "+79161234567")
    assert search_clients(session, query, actor=ACTOR).hits == ()


def test_the_limit_is_kept_and_told(session: Session) -> None:
    for number in range(5):
        add_client(session, f"Иванов {number}")

    result = search_clients(session, "иванов", actor=ACTOR, limit=3)

    assert (len(result.hits), result.has_more) == (3, True)


def every_lookup(session: Session) -> Iterator[tuple[str, Select[*tuple[object, ...]]]]:
    yield "phone", search.by_phone("+79161234567")
    yield "phone prefix", search.by_contact_beginning(ContactKind.PHONE, "+7916")
    yield "phone tail", search.by_phone_tail("4567")
    yield "plate", search.by_plate("A123")
    yield "plate from its first digit", search.by_plate_rest("123BC")
    yield "vin tail", search.by_vin_tail("Y1234567")
    yield "short vin tail", search.by_vin_tail("34567")
    yield "name", search.by_name_beginning("иванов")
    yield "name inside", search.by_name_inside(session, ["ванов", "с"], ["ванов"])


def test_no_lookup_walks_a_table(session: Session) -> None:
    for what, lookup in every_lookup(session):
        plan = explain(session, lookup.where(client_is_visible(ACTOR)).limit(21))
        assert not walks(plan), f"{what}: {plan}"


def explain(session: Session, statement: Select[*tuple[object, ...]]) -> str:
    """The plan; on PostgreSQL that of a prepared statement whose values are not known."""
    connection = session.connection()
    if not is_postgresql(session):
        compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        return "\n".join(str(row[3]) for row in rows)
    # The tables of a test are too small for an index to pay; the question is whether it can serve.
    for setting in ("plan_cache_mode = force_generic_plan", "enable_seqscan = off", "jit = off"):
        session.execute(text(f"SET LOCAL {setting}"))
    compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})

    names = re.findall(r"%\((\w+)\)s", str(compiled))
    number = iter(range(1, len(names) + 1))
    prepared = re.sub(r"%\(\w+\)s", lambda _: f"${next(number)}", str(compiled))
    arguments = ", ".join(_literal(compiled.params[name]) for name in names)

    connection.exec_driver_sql(f"PREPARE probe AS {prepared}")
    try:
        return "\n".join(
            str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN EXECUTE probe({arguments})")
        )
    finally:
        connection.exec_driver_sql("DEALLOCATE probe")


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else f"'{getattr(value, 'value', value)}'"


def walks(plan: str) -> bool:
    """Whether a table, or a whole index of it, is read from end to end."""
    walked = re.search(
        r"^SCAN (clients|contact_points|assets|ownerships|client_units)\b", plan, re.M
    )
    whole_index = re.search(r"Index (?:Only )?Scan using .*\n(?! *Index Cond)", plan + "\n")
    whole_kind = re.search(r"\(kind=\?\)|Index Cond: \(\(kind\)::text = \S+\)$", plan, re.M)
    return bool(walked or whole_index or whole_kind or "Seq Scan" in plan)


def test_every_lookup_is_one_of_those_explained(session: Session) -> None:
    made = {name for name in vars(search) if name.startswith("by_")}
    assert made == {"by_phone", "by_contact_beginning", "by_phone_tail", "by_plate",
                    "by_plate_rest", "by_vin_tail", "by_name_beginning",
                    "by_name_inside"}  # fmt: skip
    assert session.scalar(select(Client.id)) is None
