"""Files of clients: who is new, who is known, who is doubtful; nothing is overwritten (A8)."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from directory.clients.models import Client, ClientUnit, ContactPoint
from importers.problems import FileProblem, FileRefused
from tests.conftest import NOON
from tests.loads_given import LoadingDesk, codes, counts

HEADINGS = ("ФИО", "Телефон", "E-mail", "Дата рождения", "ИНН", "Код клиента", "Комментарий")
IVANOV = ("Иванов Иван", "+7 916 123-45-67", "ivan@example.org", "01.02.1980", "", "K-1", "ВИП")


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> LoadingDesk:
    return LoadingDesk(session, tmp_path)


def _count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_new_clients_come_with_all_that_the_row_says_and_once(desk: LoadingDesk) -> None:
    firm = ("ООО «Ромашка»", "+7 495 123-45-67", "", "", "7701234567", "", "")
    assert counts(desk.load("clients", HEADINGS, IVANOV, firm)) == {"new": 2}
    client = desk.session.scalars(select(Client).where(Client.external_key == "K-1")).one()
    assert (client.name, client.birth_on, client.note) == ("Иванов Иван", date(1980, 2, 1), "ВИП")
    points = desk.session.scalars(select(ContactPoint.value).filter_by(client_id=client.id)).all()
    assert set(points) == {"+79161234567", "ivan@example.org"}
    assert desk.session.get(ClientUnit, (client.id, desk.unit.id))
    numbers = [_count(desk.session, table) for table in (Client, ContactPoint, ClientUnit)]
    assert counts(desk.load("clients", HEADINGS, IVANOV, firm)) == {"matched": 2}
    assert numbers == [_count(desk.session, t) for t in (Client, ContactPoint, ClientUnit)]


def test_known_clients_get_what_they_lack_and_keep_what_they_have(desk: LoadingDesk) -> None:
    client = desk.given.client(name="Иванов Иван", phone="+79161234567")
    client.note = "Своя заметка"
    desk.session.flush()
    version = client.version
    assert counts(desk.load("clients", HEADINGS, IVANOV)) == {"refreshed": 1}
    desk.session.refresh(client)
    assert (client.external_key, client.note) == ("K-1", "Своя заметка")
    assert client.birth_on == date(1980, 2, 1) and client.version > version
    assert desk.session.get(ClientUnit, (client.id, desk.unit.id))


def test_confidence(desk: LoadingDesk) -> None:
    desk.load("clients", HEADINGS, IVANOV)
    rows = (
        ("Иванов И.", "", "", "", "", "K-1", ""),  # the key
        ("Иванов Иван", "8 916 1234567", "", "", "", "", ""),  # phone and name
        ("Иванов Иван", "", "IVAN@example.org", "", "", "", ""),  # e-mail and name
        ("Иванов Иван", "8 916 0000001", "", "01.02.1980", "", "", ""),  # name and day of birth
        ("Сидоров Пётр", "8 916 1234567", "", "", "", "", ""),  # another name at the phone
        ("Иванов Пётр", "8 916 1234567", "", "", "", "", ""),  # a relative
        ("Иванов Иван", "8 916 1234567", "", "03.04.2001", "", "", ""),  # a son
        ("Иванов Иван", "8 916 1234567", "", "", "", "K-2", ""),  # another record of the source
        ("Сидоров Пётр", "", "", "", "", "K-1", ""),  # another's key
        ("Иванов Иван", "8 916 0000002", "", "", "", "", ""),  # the name alone
        ("Иванов Иван", "", "", "", "", "", ""),  # nothing to know him by
    )
    told = desk.load("clients", HEADINGS, *rows)
    assert counts(told) == {"matched": 3, "refreshed": 1, "doubtful": 5, "new": 1, "invalid": 1}
    assert codes(told) == [
        (6, "other_name"), (7, "other_name"), (8, "other_details"), (9, "other_details"),
        (10, "other_name"), (12, "missing_value"),
    ]  # fmt: skip


def test_a_merged_double_means_the_client_that_was_kept(desk: LoadingDesk) -> None:
    kept = desk.given.client(name="Иванов Иван", unit=desk.unit)
    double = desk.given.client(name="Иванов Иван", phone=None)
    double.external_key, double.merged_into_id = "K-1", kept.id
    desk.session.flush()
    assert counts(desk.load("clients", HEADINGS, ("Иванов Иван", "", "", "", "", "K-1", ""))) == {
        "matched": 1
    }


def test_two_who_fit_and_a_number_known_to_be_wrong_are_doubtful(desk: LoadingDesk) -> None:
    for _ in range(2):
        desk.given.client(name="Ли Анна", phone="+79160000001")
    wrong = desk.given.client(name="Ким Ольга", phone=None)
    desk.given.phone(wrong, "+79160000002", state="wrong")
    told = desk.load("clients", ("ФИО", "Телефон"), ("Ли Анна", "8 916 0000001"),
                     ("Ким Ольга", "8 916 0000002"), ("Пак Игорь", "8 916 0000002"))  # fmt: skip
    assert counts(told) == {"doubtful": 2, "new": 1}
    assert codes(told) == [(2, "several_fit"), (3, "wrong_number")]


def test_a_namesake_does_not_win_by_the_other_code_of_the_one_who_is_named(
    desk: LoadingDesk,
) -> None:
    """«Фомин Владимир» is not the row's «Фомин Владимир Петрович» who has another code."""
    phone = "+79160000001"
    named = desk.given.client(name="Фомин Владимир Петрович", phone=phone)
    named.external_key = "К-000703"
    born = desk.given.client(name="Фомин Владимир", phone=phone)
    born.birth_on = date(1949, 1, 1)
    desk.session.flush()
    headings = ("ФИО", "Телефон", "Код клиента", "Дата рождения")
    row = ("Фомин Владимир Петрович", phone, "00-00012347", "")
    told = desk.load("clients", headings, row)
    assert (counts(told), codes(told)) == ({"doubtful": 1}, [(2, "other_details")])
    assert born.external_key is None
    # His birthday says that it is the second one after all; the same file again knows him then.
    sure = ("Фомин Владимир Петрович", phone, "00-00012347", "01.01.1949")
    assert counts(desk.load("clients", headings, sure)) == {"refreshed": 1}
    assert born.external_key == "00-00012347"
    assert counts(desk.load("clients", headings, sure, row)) == {"matched": 2}


def test_an_equal_name_without_a_code_is_still_whose_row_it_is(desk: LoadingDesk) -> None:
    """Another code rules one of two equals out; the other one is no worse named."""
    for key in ("К-1", None):
        desk.given.client(name="Фомин Владимир", phone="+79160000001").external_key = key
    desk.session.flush()
    row = ("Фомин Владимир", "+79160000001", "К-2")
    headings = ("ФИО", "Телефон", "Код клиента")
    assert counts(desk.load("clients", headings, row)) == {"refreshed": 1}
    assert counts(desk.load("clients", headings, row)) == {"matched": 1}


def test_a_foreign_unit_and_a_file_without_columns_are_refused(desk: LoadingDesk) -> None:
    with pytest.raises(FileRefused) as refused:
        desk.load("clients", ("Что-то", "Ещё"), ("а", "б"), ("в", "г"))
    assert refused.value.code is FileProblem.MISSING_COLUMNS
    desk.unit = desk.given.unit()
    with pytest.raises(NotFound):
        desk.load("clients", HEADINGS, IVANOV)
    assert desk.given.now == NOON


def test_what_stands_below_a_row_may_make_it_certain(desk: LoadingDesk) -> None:
    headings = ("ФИО", "Телефон", "Код клиента")
    file = (("Иванов Пётр", "8 916 123-45-67", ""), ("Иванов Иван", "8 916 123-45-67", "K-1"),
            ("Иванов Иван", "", "K-1"))  # fmt: skip
    told = desk.load("clients", headings, *file)
    assert (counts(told), codes(told)) == ({"new": 2, "refreshed": 1}, [])
    assert counts(desk.load("clients", headings, *file)) == {"matched": 3}


def test_a_child_among_the_clients_is_told_and_taken(desk: LoadingDesk) -> None:
    rows = (
        ("Иванов Иван", "8 916 1234567", "", "45000", "", "K-1", ""),  # 15.03.2023
        ("Петров Пётр", "8 926 7654321", "", "29000", "", "K-2", ""),  # 25.05.1979
        ("ООО «Ромашка»", "8 495 1234567", "", "15.03.2023", "", "K-3", ""),  # its registration
        ("Юдин Юрий", "8 903 1112233", "", "март 1980", "", "K-4", ""),
    )
    told = desk.load("clients", HEADINGS, *rows)
    assert counts(told) == {"new": 4}
    assert codes(told) == [(2, "young_birthday"), (5, "only_month")]
    child = desk.session.scalars(select(Client).where(Client.external_key == "K-1")).one()
    assert child.birth_on == date(2023, 3, 15)
