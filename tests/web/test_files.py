"""«Выборки → Внешние данные» without scripts: every file gets a page, never a 500 (A8, issue 2)."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from campaigns.models import Campaign, CampaignState
from core.db import Database
from core.journal import JournalEntry
from directory.clients.models import Client
from directory.staff.models import Role
from directory.units.models import Unit, UnitKind
from importers import weights
from importers.models import ImportedFile, ImportedRow
from importers.places import Place
from importers.problems import FileProblem, FileRefused, RowProblem, RowProblemCode
from tests.bytes_of import DOCX
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from tests.workbooks import HEADINGS, IVANOV, PETROVA, write_file
from webui.labels.files import file_sentence, problem_sentence
from worklists.models.task import Task

SAMPLES = Path(__file__).parents[2] / "samples"


@dataclass
class Desk:
    """A manager's browser and the unit."""

    browser: Browser
    unit: Unit
    database: Database
    folder: Path

    def send(self, path: Path | None, *, name: str = "", **changes: Any) -> TestResponse:
        data: dict[str, Any] = {"unit": str(self.unit.id), "format": "maintenance-due"} | changes
        if path is not None:
            data["file"] = (io.BytesIO(path.read_bytes()), name or path.name)
        address = f"/selections/files?unit={data['unit']}&format={data['format']}"
        return self.browser.post(address, data, content_type="multipart/form-data", buffered=True)

    def refused(self, path: Path | None, **changes: Any) -> TestResponse:
        """The page that tells why; reached by a redirect."""
        answer = self.send(path, **changes)
        assert answer.status_code == 303, answer.text[:300]
        return self.browser.get(answer.location)

    def look(self, address: str, form: dict[str, Any]) -> str:
        """The rows after a button of theirs; reached by a redirect."""
        answer = self.browser.post(address, form)
        assert answer.status_code == 303, answer.text[:300]
        return self.browser.read(answer.location)

    def load(self, *rows: tuple[str, ...]) -> str:
        answer = self.send(write_file(self.folder / "file.xlsx", *rows))
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def count(self, table: type) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def row_ids(self) -> list[int]:
        with self.database.reading() as session:
            return list(session.scalars(select(ImportedRow.id).order_by(ImportedRow.row_no)))


@pytest.fixture
def desk(
    prepared: Given, browser_of: Callable[..., Browser], database: Database, tmp_path: Path
) -> Desk:
    prepared.catalogue()
    unit = prepared.unit("Сервис Север")
    person = prepared.employee("Мария Менеджер", unit=unit)
    return Desk(browser_of(person), unit, database, tmp_path)


def refusal(answer: TestResponse) -> str:
    """The sentence of the refusal on the page."""
    found = re.search(
        r'role="alert" tabindex="-1">.*?<div class="grow">(.*?)</div>', answer.text, re.S
    )
    assert found is not None, answer.text
    return found.group(1)


def test_the_page_offers_units_variants_and_examples(desk: Desk) -> None:
    text = desk.browser.read("/selections/files")
    assert "Сервис Север" in text and "Потерянные клиенты" in text
    for variant in ("maintenance-due", "lost-clients", "recall"):
        answer = desk.browser.get(f"/selections/files/templates/{variant}.xlsx")
        assert read_workbook(answer)[0][0] in ("ФИО", "VIN")
    assert desk.browser.get("/selections/files/templates/other.xlsx").status_code == 404
    assert "/selections/files" in desk.browser.read("/selections")


@pytest.mark.parametrize("variant", ["maintenance-due", "lost-clients", "recall"])
def test_an_example_can_itself_be_loaded(desk: Desk, variant: str) -> None:
    path = desk.folder / "example.xlsx"
    path.write_bytes(desk.browser.get(f"/selections/files/templates/{variant}.xlsx").data)
    answer = desk.send(path, format=variant)
    assert answer.status_code == 303
    assert "Смирнова Ольга Петровна" in desk.browser.read(answer.location)


def test_load_tick_create_and_see_what_came_of_it(desk: Desk) -> None:
    address = desk.load(IVANOV, PETROVA)
    text = desk.browser.read(address)
    assert "Иванов Иван Иванович" in text and "Новый клиент и новый лист" in text
    assert desk.count(Client) == 0
    first = desk.row_ids()[0]
    answer = desk.browser.post(f"{address}/work-lists", {"row": str(first), "form_key": "k1"})
    assert answer.status_code == 303
    done = desk.browser.read(answer.location)
    assert "Создана 1 задача" in done and f"/stages?unit={desk.unit.id}" in done
    assert desk.count(Task) == 1
    # The same form once more, and all rows: the rest is created, the first is in work.
    desk.browser.post(f"{address}/work-lists", {"row": str(first), "form_key": "k1"})
    assert desk.count(Task) == 1
    desk.browser.post(f"{address}/work-lists", {"all": "1", "form_key": "k2"})
    assert desk.count(Task) == 2
    again = desk.browser.post(f"{address}/work-lists", {"all": "1", "form_key": "k3"})
    assert "Уже в работе: 2" in desk.browser.read(again.location)
    assert desk.count(Task) == 2


def test_who_was_found_is_a_step_away_unless_out_of_sight(desk: Desk) -> None:
    with desk.database.unit_of_work() as session:
        given = Given(session)
        ours = given.client("Иванов И. И.", unit=session.get_one(Unit, desk.unit.id)).id
        given.client("Петрова Анна", phone="+79037654321")
    text = desk.browser.read(desk.load(IVANOV, PETROVA))
    links = re.findall(r'href="(/clients/\d+)"[^>]*>Найден по телефону</a>', text)
    assert links == [f"/clients/{ours}"] and text.count("Найден по телефону") == 2
    assert desk.browser.get(links[0]).status_code == 200


def test_the_same_file_is_shown_and_not_loaded_again(desk: Desk) -> None:
    address = desk.load(IVANOV)
    again = desk.send(desk.folder / "file.xlsx", name="другое имя.xlsx")
    assert again.location == address
    assert "уже загружен" in desk.browser.read(address)
    assert desk.count(ImportedFile) == 1


def test_nothing_ticked_leads_back_to_the_rows_and_the_form_still_counts(desk: Desk) -> None:
    address = desk.load(IVANOV)
    answer = desk.browser.post(f"{address}/work-lists", {"form_key": "k"})
    assert answer.status_code == 303 and answer.location == address
    assert "Не отмечено ни одной строки" in desk.browser.read(address)
    ticked = {"form_key": "k", "row": str(desk.row_ids()[0])}
    assert desk.browser.post(f"{address}/work-lists", ticked).location == f"{address}/result"
    assert desk.count(Task) == 1


def test_a_finished_campaign_is_told_on_the_page_and_leads_back_to_the_rows(desk: Desk) -> None:
    address = desk.load(IVANOV)
    with desk.database.unit_of_work() as session:
        session.execute(update(Campaign).values(state=CampaignState.FINISHED))
    text = desk.browser.read(address)
    assert "завершена: рабочие листы по файлу не создать" in text
    answer = desk.browser.post(f"{address}/work-lists", {"all": "1", "form_key": "k"})
    assert answer.status_code == 303 and answer.location == address
    assert "Кампания завершена, новые задачи" in desk.browser.read(address)
    assert desk.count(Task) == 0


def test_ticks_survive_pages_groups_and_all(desk: Desk) -> None:
    rows = [(f"Клиент {n}", f"+7916000{n:04d}", *[""] * 7) for n in range(1, 151)]
    address = desk.load(*rows)
    ids = desk.row_ids()
    second = desk.look(address, {"row": [str(ids[0]), str(ids[5])], "page": "2"})
    assert "из них не показаны: 2" in second
    assert f'type="hidden" name="row" value="{ids[0]}"' in second
    assert "Страница 2 из 2" in second
    first = desk.look(address, {"row": [str(ids[0]), str(ids[149])], "page": "1"})
    assert f'value="{ids[0]}" autocomplete="off" checked' in first
    assert f'type="hidden" name="row" value="{ids[149]}"' in first
    everything = desk.look(address, {"all": "1"})
    assert "Выбраны все 150" in everything
    assert "Выбраны все" not in desk.look(address, {"all": ["1", "0"]})


def test_what_is_ticked_is_kept_for_its_person_until_it_is_used(
    desk: Desk, prepared: Given, browser_of: Callable[..., Browser]
) -> None:
    address = desk.load(IVANOV, PETROVA)
    first, second = desk.row_ids()
    assert desk.browser.post(address, {"row": str(first), "quiet": "1"}).status_code == 204
    ticked = f'value="{first}" autocomplete="off" checked'
    assert ticked in desk.browser.read(address) and ticked in desk.browser.read(address)
    colleague = browser_of(prepared.employee("Пётр", unit=desk.unit))
    assert "checked data-tick" not in colleague.read(address)
    form = {"row": str(first), "form_key": "k"}
    assert desk.browser.post(f"{address}/work-lists", form).status_code == 303
    text = desk.browser.read(address)
    assert "checked data-tick" not in text and "Отметьте строки" in text
    # Ticked by one, formed by another meanwhile: it does not count any more.
    desk.browser.post(address, {"row": str(second), "quiet": "1"})
    colleague.post(f"{address}/work-lists", {"row": str(second), "form_key": "k2"})
    assert "checked data-tick" not in desk.browser.read(address)


def test_all_of_a_filter_and_single_rows_unticked(desk: Desk) -> None:
    odd = ("Пётр Петров", "+79160000001", *[""] * 7)
    address = desk.load(IVANOV, odd, odd)
    ids = desk.row_ids()
    shown = desk.look(address, {"plan": "new_client"})
    assert "Поставить все 2 показанных" in shown
    form = {"plan": "new_client", "all": "new_client"}
    everything = desk.look(address, form)
    assert f'name="kept" value="{ids[0]}" autocomplete="off" checked' in everything
    without = form | {"shown": [str(ids[0]), str(ids[1])], "kept": str(ids[1])}
    text = desk.look(address, without)
    assert "data-ticks-all>1<" in text
    assert f'name="kept" value="{ids[0]}" autocomplete="off" data-tick' in text
    answer = desk.browser.post(f"{address}/work-lists", without | {"form_key": "k"})
    assert answer.status_code == 303 and desk.count(Task) == 1


def test_warnings_are_counted_and_the_workbook_has_as_many_lines(desk: Desk) -> None:
    warned = ("Пётр Петров", "+79160000001", "XTA21901", *[""] * 6)
    address = desk.load(IVANOV, IVANOV, warned)
    text = desk.browser.read(address)
    count = re.search(r'value="warned" aria-pressed="false">С предупреждениями (\d+)', text)
    lines = read_workbook(desk.browser.get(f"{address}/errors.xlsx"))[1:]
    assert [line[-1] for line in lines].count("да") == (int(count[1]) if count else 0)
    assert "Повтор строки 2" in str(lines[0][-2]) and lines[0][-1] == "нет"
    if count:
        only = desk.browser.read(f"{address}?plan=warned")
        assert only.count("data-tick>") == int(count[1])


def test_the_workbook_of_remarks_is_named_and_counted(desk: Desk) -> None:
    clean = desk.browser.read(desk.load(IVANOV))
    assert "Строки с замечаниями" not in clean and "errors.xlsx" not in clean
    text = desk.browser.read(desk.load(IVANOV, IVANOV, ("Безымянный", "12345", *[""] * 7)))
    assert "Строки с замечаниями (2), XLSX" in text


def test_a_repeat_under_another_name_says_so_everywhere(desk: Desk) -> None:
    address = desk.load(IVANOV, ("Петрова Анна", IVANOV[1], *[""] * 7))
    told = "ругое имя, чем в строке 2"
    assert told in desk.browser.read(address)
    for book in ("errors", "result"):
        lines = read_workbook(desk.browser.get(f"{address}/{book}.xlsx"))
        assert [told in str(line) for line in lines[1:]] in ([True], [False, True])


def test_page_and_workbooks_tell_the_same_of_the_same_rows(desk: Desk, prepared: Given) -> None:
    """Who cannot be called is a remark with a warning or without; another's name stands in both."""
    rests = prepared.client("Иванов Иван")
    rests.cooling_off_until = datetime(2100, 1, 1, tzinfo=UTC)
    dumb = prepared.client("Ким Ольга", phone=None)
    prepared.asset(dumb, vin="XTA21901234567891")
    prepared.client("Соколов Олег", phone="+79160000007")
    prepared.session.commit()
    bare = [""] * 7
    address = desk.load(
        (*IVANOV[:2], *bare), ("Ким Ольга", "", "XTA21901234567891", *bare[1:]), PETROVA,
        ("Тройной Анна", "+79160000007", *bare), ("Пак Игорь", "+79160000008", "XTA1", *bare[1:]),
    )  # fmt: skip
    text = desk.browser.read(address)
    assert "Строки с замечаниями (3), XLSX" in text and text.count("Нельзя звонить: ") == 2
    lines = read_workbook(desk.browser.get(f"{address}/errors.xlsx"))[1:]
    assert [(line[0], line[-1]) for line in lines] == [(2, "нет"), (3, "нет"), (6, "да")]
    assert all(str(line[-2]).startswith("Нельзя звонить: ") for line in lines[:2])
    assert "Будет звонок: Соколов Олег" in text
    result = {line[0]: line for line in read_workbook(desk.browser.get(f"{address}/result.xlsx"))}
    assert result[5][10:12] == (
        "Задача ещё не создана", "Будет звонок: Соколов Олег, +7 916 000-00-07"
    )  # fmt: skip
    assert [result[row][10] for row in (2, 3)] == ["Нельзя звонить"] * 2


def test_nothing_to_form_says_why(desk: Desk) -> None:
    text = desk.browser.read(desk.load(("Безымянный", "12345", *[""] * 7)))
    assert "Создавать нечего: во всех строках ошибки" in text and "data-check-all" not in text
    address = desk.load(IVANOV)
    assert "data-check-all" in desk.browser.read(address)
    desk.browser.post(f"{address}/work-lists", {"all": "1", "form_key": "k"})
    text = desk.browser.read(address)
    assert "по всем строкам задачи уже есть" in text and "data-check-all" not in text


def test_a_file_of_another_kind_is_told_on_both_its_pages(desk: Desk) -> None:
    path = write_file(
        desk.folder / "stop.xlsx", ("8 916 123-45-67", "Иванов Иван", "грубит"),
        headings=("Телефон клиента", "ФИО", "Причина отказа"),
    )  # fmt: skip
    address = str(desk.send(path).location)
    told = "Похоже на «Не звонить», а выбрано «Клиенты к ТО»"
    again = f'href="/selections/files?unit={desk.unit.id}&amp;format=do-not-call"'
    for page in (address, f"{address}/columns"):
        text = desk.browser.read(page)
        assert told in text and again in text
    assert "Похоже на" not in desk.browser.read(desk.load(IVANOV))
    # Work-lists are formed: it is too late to say so.
    assert desk.browser.post(f"{address}/work-lists", {"all": "1"}).status_code == 303
    assert told not in desk.browser.read(address)


def test_headings_of_the_other_variant_are_noticed(desk: Desk) -> None:
    headings = ("ФИО", "Телефон", "Дата последнего визита")
    row = ("Иванов Иван", "8 (916) 123-45-67", "01.02.2024")
    path = write_file(desk.folder / "lost.xlsx", row, headings=headings)
    address = str(desk.send(path).location)
    text = desk.browser.read(address)
    assert "По заголовкам это «Потерянные клиенты»" in text
    assert "Загрузить как «Потерянные клиенты»" in text
    other = desk.browser.post(f"{address}/variant", {"format": "lost-clients"})
    assert other.location == address
    assert "По заголовкам" not in desk.browser.read(address)
    # Loaded the wrong way once more: the other one is there, and leads there.
    second = str(desk.send(path).location)
    assert second != address
    assert desk.browser.post(f"{second}/variant", {"format": "lost-clients"}).location == address
    assert desk.browser.post(f"{address}/variant", {"format": "other"}).status_code == 404
    desk.browser.post(f"{address}/work-lists", {"all": "1", "form_key": "k"})
    desk.browser.post(f"{second}/work-lists", {"all": "1", "form_key": "k2"})
    assert desk.count(Task) == 2
    assert "По заголовкам" not in desk.browser.read(second)


def test_a_used_file_keeps_its_variant(desk: Desk) -> None:
    address = desk.load(IVANOV)
    assert "По заголовкам" not in desk.browser.read(address)
    desk.browser.post(f"{address}/work-lists", {"all": "1", "form_key": "k"})
    refused = desk.browser.post(f"{address}/variant", {"format": "lost-clients"})
    assert refused.status_code == 409 and "уже созданы" in refused.text


def test_errors_come_as_a_workbook_with_the_own_cells(desk: Desk) -> None:
    desk.load(IVANOV, ("Безымянный", "12345", *[""] * 7))
    answer = desk.browser.get("/selections/files/1/errors.xlsx")
    rows = read_workbook(answer)
    assert rows[0] == ("Строка", *HEADINGS, "Что не так", "Будет загружена")
    assert rows[1][0] == 3 and rows[1][2] == "12345"
    assert "не хватает цифр" in str(rows[1][-2]) and rows[1][-1] == "нет"


def _bad_files(folder: Path) -> dict[str, tuple[bytes, str]]:
    """Name → (bytes, a piece of the sentence)."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    empty_rows = io.BytesIO()
    with zipfile.ZipFile(empty_rows, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        sheet = b"<worksheet><sheetData>" + b"<row/>" * 1_048_577
        archive.writestr("xl/worksheets/sheet1.xml", sheet + b"</sheetData></worksheet>")
    return {
        "empty.xlsx": (b"", "Файл пустой"),
        "text.xlsx": (bytes(range(256)), "не таблица"),
        "page.xls": (b"<html><table></table></html>", "веб-страница"),
        "letter.docx": (DOCX, "текстовый документ"),
        "damaged.xlsx": (b"PK\x03\x04" + b"\0" * 500, "повреждён"),
        "encrypted.xlsx": ((SAMPLES / "bad" / "encrypted.xlsx").read_bytes(), "защищён паролем"),
        "nothing.xlsx": ((SAMPLES / "bad" / "empty-sheet.xlsx").read_bytes(), "нет строк"),
        "bomb.xlsx": (bomb.getvalue(), "слишком велик"),
        "rows.xlsx": (empty_rows.getvalue(), "строк. Удалите пустые строки"),
    }


@pytest.mark.parametrize(
    "name",
    ["empty.xlsx", "text.xlsx", "page.xls", "letter.docx", "damaged.xlsx",
     "encrypted.xlsx", "nothing.xlsx", "bomb.xlsx", "rows.xlsx"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_what_and_what_to_do(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is large is refused by the background: ``test_large_lead_uploads``.
    monkeypatch.setattr(weights, "AT_ONCE", 1 << 30)
    content, piece = _bad_files(desk.folder)[name]
    path = desk.folder / name
    path.write_bytes(content)
    answer = desk.refused(path, format="lost-clients")
    assert piece in refusal(answer)
    assert re.search(r'value="lost-clients" checked', answer.text)
    assert desk.count(ImportedFile) == 0


def test_any_kind_of_table_is_read_and_nothing_is_left_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = desk.folder / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    for number, name in enumerate(("клиенты.csv", "клиенты.xls"), start=1):
        path = desk.folder / name
        text = f"ФИО;Телефон\nИванов Иван;8 (916) 123-45-{number:02d}\n"
        path.write_bytes(text.encode("cp1251"))
        assert "Иванов Иван" in desk.browser.read(str(desk.send(path).location))
    portal = desk.folder / "портал.xls"
    cells = "<td>Петров Пётр</td><td>8 (926) 765-43-21</td>"
    portal.write_text(f"<table><tr><th>ФИО</th><th>Телефон</th></tr><tr>{cells}</tr></table>")
    assert "Петров Пётр" in desk.browser.read(str(desk.send(portal).location))
    assert "Файл пустой" in refusal(desk.refused(_blank(desk.folder)))
    assert list(spool.iterdir()) == []
    page = desk.browser.read("/selections/files")
    assert "XLSX, XLS, XLSB, ODS, CSV" in page and ".csv" in page


def _book(path: Path, *sheets: tuple[str, tuple[tuple[str, ...], ...]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets:
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


def test_every_line_of_the_file_is_told(desk: Desk) -> None:
    lines = (
        ("Клиенты к ТО",), (), ("ФИО", "Телефон", "VIN"), ("Иванов Иван", "8 (916) 123-45-67", ""),
        (), ("ФИО", "Телефон", "VIN"), ("Петрова Анна", "+7 903 765-43-21", ""),
        ("Итого", "2", ""), (), ("Ответственный: Сидоров",),
    )  # fmt: skip
    text = desk.browser.read(str(desk.send(_book(desk.folder / "f.xlsx", ("ТО", lines))).location))
    assert "Лист «ТО», заголовки в строке 3." in text
    assert "пропущено строк: 5 (пустых: 2, итогов: 1, повторов заголовков: 1, подписей" in text
    with desk.database.reading() as session:
        file = session.scalars(select(ImportedFile)).one()
        place = Place.from_kept(file.place)
        assert place is not None
        left_out = sum(n for name, n in file.skipped.items() if name != "hidden_rows")
        assert place.lines_above + desk.count(ImportedRow) + left_out == len(lines)


def test_another_sheet_of_the_same_file_is_another_load(desk: Desk) -> None:
    heads = ("ФИО", "Телефон", "VIN")
    path = _book(
        desk.folder / "two.xlsx",
        ("Север", (heads, ("Иванов Иван", "8 (916) 123-45-67", ""))),
        ("Юг", (heads, ("Петрова Анна", "+7 903 765-43-21", ""))),
    )
    first = str(desk.send(path).location)
    assert first.endswith("/columns")  # two tables alike: a person says which is meant
    text = desk.browser.read(first)
    assert "Лист «Север»" in text and "несколько похожих таблиц" in text
    link = re.search(r'<a href="([^"]+)"[^>]*>Юг<', text)
    assert link is not None
    form = desk.browser.read(link[1].replace("&amp;", "&"))
    assert 'name="sheet" value="Юг"' in form and "тот же файл ещё раз" in form
    second = str(desk.send(path, sheet="Юг").location)
    assert second != first and "Петрова Анна" in desk.browser.read(second)
    # By whatever way a sheet was found, it is the same load.
    assert str(desk.send(path, sheet="Север").location) in first
    assert str(desk.send(path, sheet="Юг").location) in second
    assert str(desk.send(path).location) in first
    assert desk.count(ImportedFile) == 2
    answer = desk.refused(path, sheet="Запад")
    assert "на листе «Запад» строк нет" in refusal(answer)
    assert 'name="sheet" value="Запад"' in answer.text


def test_the_result_is_the_file_with_what_came_of_each_row(desk: Desk) -> None:
    known = ("Петрова Анна", "+7 903 765-43-21", *[""] * 7)
    address = desk.load(IVANOV, IVANOV, ("Безымянный", "12345", *[""] * 7), known)
    ids = desk.row_ids()
    before = read_workbook(desk.browser.get(f"{address}/result.xlsx"))
    assert [line[10] for line in before[1:]] == [
        "Задача ещё не создана", "Повтор", "Ошибка", "Задача ещё не создана"
    ]  # fmt: skip
    desk.browser.post(f"{address}/work-lists", {"row": str(ids[0]), "form_key": "k"})
    rows = read_workbook(desk.browser.get(f"{address}/result.xlsx"))
    assert rows[0] == (
        "Строка", *HEADINGS, "Что вышло", "Причина", "Клиент", "Рабочий лист", "Задача"
    )  # fmt: skip
    assert len(rows) == 5 and rows[1][1:3] == (IVANOV[0], IVANOV[1])
    assert rows[1][10] == "Создана задача" and rows[1][12] == IVANOV[0]
    with desk.database.reading() as session:
        task = session.scalars(select(Task)).one()
        assert rows[1][13:] == (task.work_list_id, task.id)
        told = session.scalars(
            select(JournalEntry.details).where(JournalEntry.event == "ListExported")
        ).all()
        assert [one["list"] for one in told] == ["result", "result"]
    assert "Повтор строки 2" in str(rows[2][11]) and "не хватает цифр" in str(rows[3][11])
    # The same people in another file: their task is there already.
    other = str(desk.send(write_file(desk.folder / "other.xlsx", IVANOV, title="Ещё")).location)
    again = read_workbook(desk.browser.get(f"{other}/result.xlsx"))
    assert again[1][10] == "Уже в работе" and again[1][14] == rows[1][14]


def _blank(folder: Path) -> Path:
    path = folder / "blank.csv"
    path.write_bytes(b"")
    return path


def test_missing_columns_are_named_with_those_that_were_found(desk: Desk) -> None:
    path = write_file(desk.folder / "x.xlsx", ("1", "Москва"), headings=("№", "Город"))
    told = desk.refused(path).text
    assert "«Телефон» или «VIN»" in told and "Город" in told and "Москва" in told


def test_no_file_no_unit_no_variant(desk: Desk, prepared: Given) -> None:
    foreign = prepared.unit("Чужой")
    prepared.session.commit()
    path = write_file(desk.folder / "x.xlsx", IVANOV)
    assert "Файл не выбран" in refusal(desk.refused(None))
    assert "Выберите вариант" in refusal(desk.refused(path, format="other"))
    assert "Выберите подразделение" in refusal(desk.refused(path, unit=str(foreign.id)))
    assert desk.count(ImportedFile) == 0


def test_a_body_beyond_the_limit_is_answered_and_keeps_the_choice(desk: Desk, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    path = desk.folder / "large.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"x" * 50_000)
    answer = desk.refused(path, format="lost-clients")
    assert "можно до 200 МБ" in refusal(answer)
    assert re.search(r'value="lost-clients" checked', answer.text)


@pytest.mark.parametrize(
    ("name", "rows"),
    [("date-31-02.xlsx", "31.02"), ("phones-5-digits.xlsx", "не хватает цифр"),
     ("vin-16-characters.xlsx", "17 знаков")],
)  # fmt: skip
def test_bad_cells_are_told_at_their_rows(desk: Desk, name: str, rows: str) -> None:
    answer = desk.send(SAMPLES / "bad" / name)
    assert answer.status_code == 303
    assert rows in desk.browser.read(answer.location)


def test_a_foreign_units_file_is_not_there(
    desk: Desk, prepared: Given, browser_of: Callable[..., Browser]
) -> None:
    address = desk.load(IVANOV)
    other = prepared.unit("Чужой", kind=UnitKind.DEPARTMENT)
    stranger = browser_of(prepared.employee("Пётр", unit=other))
    for path in (address, f"{address}/errors.xlsx", f"{address}/result", f"{address}/result.xlsx"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"{address}/work-lists", {"all": "1"}).status_code == 404
    assert "file.xlsx" not in stranger.read("/selections/files")


def test_an_operator_may_not_load(
    desk: Desk, prepared: Given, browser_of: Callable[..., Browser]
) -> None:
    operator = prepared.employee("Оператор", role=Role.OPERATOR, unit=desk.unit)
    assert browser_of(operator, Role.OPERATOR).get("/selections/files").status_code == 403


def test_every_problem_has_words(app: Flask) -> None:
    values = {"size": 30 << 20, "limit": 20 << 20, "missing": [["phone", "vin"]], "found": ["a"],
              "cell": "", "count": 1, "ratio": 1, "seconds": 1}  # fmt: skip
    with app.test_request_context():
        for code in FileProblem:
            assert file_sentence(FileRefused(code, **values)).endswith(".")
        for row_code in RowProblemCode:
            assert problem_sentence(RowProblem("Телефон", row_code, "vin|plate"))
        plates = problem_sentence(RowProblem("Госномер", RowProblemCode.OTHER_PLATE, "х002|х001"))
        assert "в строке х002" in plates and "с этим VIN х001" in plates and "|" not in plates


def test_two_people_who_formed_are_told_with_what_each_of_them_made(
    desk: Desk, prepared: Given, browser_of: Callable[..., Browser]
) -> None:
    rows = [
        ("Соколова Марина", "+7 912 640-18-77", "XTA210990Y1234567"),
        ("Зайцев Тимур", "+7 912 640-18-78", "XTA210990Y1234568"),
    ]
    address = desk.load(*rows).partition("?")[0]
    first, second = desk.row_ids()
    colleague = browser_of(prepared.employee("Артём Сухов", unit=desk.unit))
    desk.browser.post(f"{address}/work-lists", {"row": str(first)})
    colleague.post(f"{address}/work-lists", {"row": [str(first), str(second)]})
    page = desk.browser.read(f"{address}/result")
    told = page[page.index("Кто создавал") :]
    assert told.index("Артём Сухов") < told.index("Мария Менеджер")
    theirs, mine = told.split("<li>")[1:3]
    assert "Зайцев Тимур" in theirs and "Соколова Марина" not in theirs
    assert "Соколова Марина" in mine and 'href="/work-lists/' in mine
    assert "уже в работе: 1" in theirs
    assert theirs.count("<time") == 1


def test_what_was_formed_can_be_taken_back_until_somebody_works(desk: Desk) -> None:
    address = desk.load(IVANOV, PETROVA)
    form = {"all": "1"}
    result = desk.browser.post(f"{address}/work-lists", form).location
    text = desk.browser.read(result)
    assert "Отменить созданное" in text and "data-confirm=" in text
    with desk.database.unit_of_work() as session:
        session.execute(update(Task).values(performer_id=1).where(Task.id == 1))
    told = desk.look(f"{address}/take-back", {})
    assert "Отменить нельзя" in told and "с ними уже работают" in told
    assert desk.count(Task) == 2
    with desk.database.unit_of_work() as session:
        session.execute(update(Task).values(performer_id=None))
    told = desk.look(f"{address}/take-back", {})
    assert "Строки файла снова ждут" in told
    assert (desk.count(Task), desk.count(Client)) == (0, 0)
    text = desk.browser.read(result)
    assert "Задач из этого файла больше нет" in text and "Отменить созданное" not in text
    desk.browser.post(f"{address}/work-lists", form)
    assert desk.count(Task) == 2
