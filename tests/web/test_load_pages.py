"""What the pages of files tell beside their rows: columns left behind, decisions made elsewhere."""

import re

from tests.given import Given
from tests.web.load_desk import CLIENT_HEADINGS, IVANOV, PETROVA, LoadDesk, desk
from tests.workbooks import write_file

__all__ = ["desk"]

NOT_LOADED = "Не загружаются столбцы:"


def test_columns_that_are_not_loaded_are_named_before_and_after(desk: LoadDesk) -> None:
    headings = (*CLIENT_HEADINGS, "Знак зодиака", "", "Размер ноги")
    address = desk.ask((*IVANOV, "Овен", "что-то", ""), headings=headings)
    desk.work()
    for _ in range(2):  # What the check says stays true when the file is loaded.
        text = desk.browser.read(address)
        told = text.partition(NOT_LOADED)[2].partition("</p>")[0]
        # A column without a heading is named as the spreadsheet names it.
        for name in ("Знак зодиака", ">E<", "Размер ноги", f'href="{address}/columns"'):
            assert name in told, name
        assert "ФИО" not in told
        desk.browser.post(f"{address}/run", {"form_key": "run"})
        desk.work()


def test_a_file_that_is_loaded_whole_says_nothing_of_columns(desk: LoadDesk) -> None:
    address = desk.ask(IVANOV)
    desk.work()
    assert NOT_LOADED not in desk.browser.read(address)


def test_of_many_columns_the_first_are_named(desk: LoadDesk) -> None:
    odd = tuple(f"Свойство Ъ{number}" for number in range(15))
    address = desk.ask((*IVANOV, *odd), headings=(*CLIENT_HEADINGS, *odd))
    desk.work()
    told = desk.browser.read(address).partition(NOT_LOADED)[2].partition("</p>")[0]
    assert "Свойство Ъ11<" in told and "Свойство Ъ12" not in told and "и ещё 3" in told


def test_a_file_of_work_lists_names_what_is_not_loaded(desk: LoadDesk) -> None:
    headings = ("ФИО", "Телефон", "VIN", "Знак зодиака")
    row = ("Лунин Пётр", "8 916 000-00-07", "XTA21901234567890", "Овен")
    path = write_file(desk.folder / "то.xlsx", row, headings=headings)
    text = desk.browser.read(str(desk.send(path, "lost-clients").location))
    told = text.partition(NOT_LOADED)[2].partition("</p>")[0]
    assert "Знак зодиака" in told and "VIN" not in told and "/columns" in told


def _subtitles(text: str) -> list[tuple[str, str]]:
    """The name of each row with what stands below it."""
    name = '<span class="trunc file-c">([^<]*)</span>'
    return re.findall(f'{name}<span class="xs muted file-c reg">(?:<a [^>]*>)?([^<]*)<', text)


def test_nobody_is_called_new_of_whom_no_card_is_made(desk: LoadDesk, prepared: Given) -> None:
    headings = ("ФИО", "Телефон", "VIN")
    rows = (
        ("Новиков Олег", "8 916 000-00-08", "XTA21901234567891"),
        ("Новикова Ольга", "8 916 000-00-08", "XTA21901234567892"),
        ("Быстро Такси", "8 916 000-00-09", ""),
        ("Кац Олег", "", "XTA21901234567893"),
    )
    path = write_file(desk.folder / "то.xlsx", *rows, headings=headings)
    address = str(desk.send(path, "lost-clients").location)
    assert _subtitles(desk.browser.read(address)) == [
        ("Новиков Олег", ""), ("Новикова Ольга", "Клиент строки 2"), ("Быстро Такси", ""),
        ("Кац Олег", "Нет в картотеке"),
    ]  # fmt: skip
    # Known since then: another file has brought the company.
    prepared.client('ООО "Такси Быстро"', phone="+79160000009", unit=desk.unit)
    prepared.session.commit()
    text = desk.browser.read(address)
    assert _subtitles(text)[2] == ("Быстро Такси", "Известный клиент")
    assert "Будет звонок: ООО" in text


def test_a_name_in_three_columns_stands_where_a_name_stands(desk: LoadDesk) -> None:
    headings = ("Код клиента", "Телефон", "E-mail", "Отчество", "Имя", "Фамилия")
    row = ("К-1", "8 916 000-00-08", "", "Иванович", "Олег", "Новиков")
    address = desk.ask(row, headings=headings)
    desk.work()
    head = desk.browser.read(address).partition("<thead>")[2].partition("</thead>")[0]
    shown = re.findall(r'load-c" title="([^"]+)"', head)
    assert shown == ["Фамилия", "Имя", "Отчество", "Телефон", "E-mail", "Код клиента"]


def test_what_hinders_taking_back_names_the_load_and_the_people(desk: LoadDesk) -> None:
    first = desk.loaded(IVANOV, PETROVA)
    # Of somebody else the number itself is closed, not the person.
    banned_rows = (IVANOV[:2], ("Другой Пётр", IVANOV[1]))
    path = write_file(desk.folder / "стоп.xlsx", *banned_rows, headings=("ФИО", "Телефон"))
    bans = str(desk.send(path, "do-not-call").location)
    desk.work()
    desk.browser.post(f"{bans}/run", {"form_key": "ban"})
    desk.work()
    answer = desk.browser.post(f"{first}/take-back", {"form_key": "back"})
    assert answer.status_code == 409 and "карточки исправлены" not in answer.text
    why = answer.text.partition("Что мешает отменить")[2].partition("</ul>")[0]
    lines = [line for line in why.split("<li>")[1:] if line]
    [banned] = [line for line in lines if "номера закрыты для звонков" in line]
    [later] = [line for line in lines if "в более поздней загрузке" in line]
    for line in (banned, later):
        assert f">{IVANOV[0]}</a>" in line and PETROVA[0] not in line, line
    assert f'Позже загружено: <a href="{bans}">стоп.xlsx</a>' in later
    assert "может быть нужна по нескольким причинам" in answer.text
    # It is as it says: without that load this one goes.
    for address in (bans, first):
        desk.browser.post(f"{address}/take-back", {"form_key": address})
        assert "Загрузка отменена целиком" in desk.browser.read(address)
    assert desk.clients() == 0
