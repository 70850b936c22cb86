"""Where the table stands, and what stands around it."""

from pathlib import Path

import xlsxwriter

from importers.options import ReadOptions
from tests.corpus.cases import HEADINGS, IVANOV, PETROV, SIDOROVA, case, numbered
from tests.corpus.workbook import book, fill

_NAMES = ("ФИО", "Телефон", "Группа")


@case("three title lines and a blank one above the headings",
      rows=numbered(5, IVANOV, PETROV))  # fmt: skip
def title_rows(path: Path) -> None:
    book(path, ("ООО «Автоцентр»",), ("Клиенты к ТО, тел. для справок 8 495 123-45-67",), (),
         HEADINGS, IVANOV, PETROV, merged=["A1:C1", "A2:C2"])  # fmt: skip


@case("a picture stands above the table", rows=numbered(9, IVANOV))
def logo_above(path: Path) -> None:
    book(path, *[()] * 7, HEADINGS, IVANOV)


@case("the table begins in column D, row 3",
      rows=[(4, "", "", "", *IVANOV)], headings=("", "", "", *HEADINGS))  # fmt: skip
def table_in_the_middle(path: Path) -> None:
    book(path, (), (), ("", "", "", *HEADINGS), ("", "", "", *IVANOV))


@case("headings of two lines, merged across and down",
      rows=[(3, "1", *IVANOV)], headings=("№", "Клиент ФИО", "Клиент Телефон", "VIN"))  # fmt: skip
def two_line_header_merged(path: Path) -> None:
    book(path, ("№", "Клиент", "", "VIN"), ("", "ФИО", "Телефон", ""), (1, *IVANOV),
         merged=["A1:A2", "B1:C1", "D1:D2"])  # fmt: skip


@case("headings of three lines",
      rows=[(4, *IVANOV, "01.11.2026")],
      headings=("Клиент ФИО", "Клиент Телефон", "Авто VIN", "Дата план ТО"))  # fmt: skip
def three_line_header(path: Path) -> None:
    book(path, ("Клиент", "", "Авто", "Дата"), ("", "", "", "план"),
         ("ФИО", "Телефон", "VIN", "ТО"), (*IVANOV, "01.11.2026"),
         merged=["A1:B1"])  # fmt: skip


@case("headings with line breaks and doubled spaces",
      rows=numbered(2, IVANOV), headings=("Ф.И.О. клиента", "Номер телефона", "VIN"))  # fmt: skip
def headings_with_breaks(path: Path) -> None:
    book(path, ("Ф.И.О.\nклиента", "Номер  \n телефона", " VIN "), IVANOV)


@case("the line «1 2 3 4» numbers the columns below the headings",
      rows=[(3, *IVANOV, "Kia")], skipped={"repeated_headings": 1})  # fmt: skip
def numbered_columns(path: Path) -> None:
    book(path, (*HEADINGS, "Марка"), (1, 2, 3, 4), (*IVANOV, "Kia"))


@case("the headings are there again on every page",
      rows=[(2, *IVANOV), (4, *PETROV)], skipped={"repeated_headings": 1})  # fmt: skip
def repeated_headings(path: Path) -> None:
    book(path, HEADINGS, IVANOV, HEADINGS, PETROV)


@case("blank rows between the data, some of them only look blank",
      rows=[(2, *IVANOV), (5, *PETROV)], skipped={"blank": 2})  # fmt: skip
def blank_rows(path: Path) -> None:
    book(path, HEADINGS, IVANOV, (), ("  ", "\u00a0"), PETROV)


@case("subtotals and a grand total", rows=[(2, *IVANOV), (4, *PETROV)], skipped={"totals": 3})
def totals(path: Path) -> None:
    book(path, HEADINGS, IVANOV, ("Итого по менеджеру", 1), PETROV, ("Всего: 2",),
         ("Grand total", 2))  # fmt: skip


@case("signatures below the total",
      rows=numbered(2, IVANOV, PETROV),
      skipped={"totals": 1, "blank": 2, "footers": 4})  # fmt: skip
def signatures_below(path: Path) -> None:
    book(path, HEADINGS, IVANOV, PETROV, ("Итого", 2), ("Список верен",), (),
         ("Ответственный:", "/Кузнецова О. П./"), (), ("Отчёт сформирован 18.03.2026",),
         ("М.П.",))  # fmt: skip


@case("«Исполнитель» directly below the last row", rows=numbered(2, IVANOV, PETROV),
      skipped={"footers": 1})  # fmt: skip
def signature_without_a_gap(path: Path) -> None:
    book(path, HEADINGS, IVANOV, PETROV, ("Исполнитель: Кузнецова", "", "подпись"))


@case("the last client, behind a blank row, has only a phone: it must not be lost",
      rows=[(2, *IVANOV), (4, "", "89267654321", "")], skipped={"blank": 1})  # fmt: skip
def last_client_with_a_phone_only(path: Path) -> None:
    book(path, HEADINGS, IVANOV, (), ("", 89267654321))


@case("a client of whom only the name is known stays a row",
      rows=[(2, *IVANOV), (3, "Петров Пётр", "", ""), (4, *SIDOROVA)])  # fmt: skip
def client_with_a_name_only(path: Path) -> None:
    book(path, HEADINGS, IVANOV, ("Петров Пётр",), SIDOROVA)


@case("a report of 1C: managers as groups with outline levels",
      rows=[(3, *IVANOV, "Кузнецова Ольга"), (4, *PETROV, "Кузнецова Ольга"),
            (6, *SIDOROVA, "Фёдоров Илья")],
      skipped={"groups": 2}, headings=(*HEADINGS, "Группа"))  # fmt: skip
def groups_by_outline(path: Path) -> None:
    book(path, HEADINGS, ("Кузнецова Ольга",), IVANOV, PETROV, ("Фёдоров Илья",), SIDOROVA,
         levels={3: 1, 4: 1, 6: 1})  # fmt: skip


@case("groups in groups, three levels by outline",
      rows=[(5, *IVANOV, "Север / Выборг / Кузнецова"), (7, *PETROV, "Север / Выборг / Фёдоров"),
            (10, *SIDOROVA, "Север / Псков / Ильина")],
      skipped={"groups": 6})  # fmt: skip
def nested_groups(path: Path) -> None:
    book(path, HEADINGS, ("Север",), ("Выборг",), ("Кузнецова",), IVANOV, ("Фёдоров",), PETROV,
         ("Псков",), ("Ильина",), SIDOROVA,
         levels={3: 1, 4: 2, 5: 3, 6: 2, 7: 3, 8: 1, 9: 2, 10: 3})  # fmt: skip


@case("groups that only bold text shows", skipped={"groups": 2},
      rows=[(3, *IVANOV, "ДЦ Север"), (5, *PETROV, "ДЦ Юг")])  # fmt: skip
def groups_in_bold(path: Path) -> None:
    book(path, HEADINGS, ("ДЦ Север",), IVANOV, ("ДЦ Юг",), PETROV, bold=[1, 2, 4])


@case("groups as merged lines across the table", skipped={"groups": 2},
      rows=[(3, *IVANOV, "ДЦ Север"), (5, *PETROV, "ДЦ Юг")])  # fmt: skip
def groups_merged(path: Path) -> None:
    book(path, HEADINGS, ("ДЦ Север",), IVANOV, ("ДЦ Юг",), PETROV, merged=["A2:C2", "A4:C4"])


@case("groups in a column of their own numbers, nothing marks them", skipped={"groups": 2},
      rows=[(3, "1", *IVANOV, "ДЦ Север"), (5, "2", *PETROV, "ДЦ Юг")])  # fmt: skip
def groups_in_the_number_column(path: Path) -> None:
    book(path, ("№ п/п", *HEADINGS), ("ДЦ Север",), (1, *IVANOV), ("ДЦ Юг",), (2, *PETROV))


@case("all text is bold: bold says nothing, the row of a name stays a row",
      rows=[(2, *IVANOV), (3, "Петров Пётр", "", ""), (4, *SIDOROVA)])  # fmt: skip
def everything_in_bold(path: Path) -> None:
    book(path, HEADINGS, IVANOV, ("Петров Пётр",), SIDOROVA, bold=[1, 2, 3, 4])


@case("rows hidden by a filter are data all the same", rows=numbered(2, IVANOV, PETROV, SIDOROVA),
      skipped={"hidden_rows": 1})  # fmt: skip
def hidden_rows(path: Path) -> None:
    book(path, HEADINGS, IVANOV, PETROV, SIDOROVA, hidden=[3])


@case("a hidden column is read and told", rows=numbered(2, IVANOV), hidden_columns=(2,))
def hidden_column(path: Path) -> None:
    book(path, HEADINGS, IVANOV, hidden_columns="C:C")


@case("the table stands on the third sheet", rows=numbered(2, IVANOV), sheet="Данные")
def table_on_the_third_sheet(path: Path) -> None:
    book(path, HEADINGS, IVANOV, before=["Титул", "Описание"], sheet="Данные")


@case("a hidden sheet with an older list must not win", rows=numbered(2, IVANOV), sheet="Новый")
def hidden_sheet_with_more(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        old, new = workbook.add_worksheet("Старый"), workbook.add_worksheet("Новый")
        fill(workbook, old, [(*HEADINGS, "Пробег"), (*PETROV, 1000)])
        fill(workbook, new, [HEADINGS, IVANOV])
        new.activate()
        new.set_first_sheet()
        old.hide()


@case("two sheets, the person has chosen the poorer one", rows=numbered(2, PETROV), sheet="Второй",
      options=ReadOptions(sheet="Второй"))  # fmt: skip
def chosen_sheet(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        fill(workbook, workbook.add_worksheet("Первый"), [(*HEADINGS, "Пробег"), (*IVANOV, 1000)])
        fill(workbook, workbook.add_worksheet("Второй"), [HEADINGS, PETROV])


@case("unknown headings in line 3; the person has pointed at them", rows=[(4, "a", "b")],
      headings=("Колонка раз", "Колонка два"),
      options=ReadOptions(heading_line=3, heading_lines=1))  # fmt: skip
def chosen_headings(path: Path) -> None:
    book(path, ("ФИО и телефон ниже",), ("слово", "дело"), ("Колонка раз", "Колонка два"),
         ("a", "b"))  # fmt: skip


@case("no headings at all, as the person has said", rows=numbered(1, IVANOV, PETROV),
      headings=("", "", ""), options=ReadOptions(heading_lines=0))  # fmt: skip
def no_headings(path: Path) -> None:
    book(path, IVANOV, PETROV)


@case("the client's cells are merged over the rows of both cars",
      rows=[(2, *IVANOV), (3, *IVANOV[:2], PETROV[2]), (4, *SIDOROVA)])  # fmt: skip
def client_merged_over_two_cars(path: Path) -> None:
    book(path, HEADINGS, IVANOV, ("", "", PETROV[2]), SIDOROVA, merged=["A2:A3", "B2:B3"])


@case("formatting reaches row 200,000 below the data", rows=numbered(2, IVANOV))
def formatting_far_below(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        fill(workbook, sheet, [HEADINGS, IVANOV])
        sheet.write_blank(199_999, 2, None, workbook.add_format({"bg_color": "red"}))


@case("one stray cell in the last row and a far column: a small file that is a giant when held",
      rows=numbered(2, IVANOV), skipped={"blank": 1_048_573, "footers": 1})  # fmt: skip
def stray_cell_in_the_corner(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        fill(workbook, sheet, [HEADINGS, IVANOV])
        sheet.write(1_048_575, 299, "x")


@case("every second row is blank, and of all but the first client only the name is known",
      rows=[(2, *IVANOV), *[(n, "Петров Пётр", "", "") for n in range(4, 40, 2)]],
      skipped={"blank": 18})  # fmt: skip
def names_between_blank_rows(path: Path) -> None:
    book(path, HEADINGS, IVANOV, *[(), ("Петров Пётр",)] * 18)


@case("the last client's name looks like a signature, but he has a phone",
      rows=numbered(2, IVANOV, ("Исполнитель Иван", "89267654321", "")))  # fmt: skip
def client_like_a_signature(path: Path) -> None:
    book(path, HEADINGS, IVANOV, ("Исполнитель Иван", "89267654321"))


@case("phones alone without a heading, the first one with a comment: it is no heading",
      rows=[(1, "8 (916) 777 00 01 (просил не звонить)"), (2, "8 (916) 777 00 02"),
            (3, "89167770003"), (4, "+7 916 777 00 04")], headings=("",))  # fmt: skip
def first_phone_with_a_comment(path: Path) -> None:
    book(path, ("8 (916) 777 00 01 (просил не звонить)",), ("8 (916) 777 00 02",),
         ("89167770003",), ("+7 916 777 00 04",))  # fmt: skip


_MESSY = ("8 (916) 777-00-01", "8 916 777 00 02 (просил не звонить)", "8 999 222 33 44, 8 999 222"
          " 33 45", "номер сменил", "8 999 222 33", "жена 8 916 777 00 05 просила не звонить",
          "8 (916) 777-00-01", "", "телефон", "mail@example.org просит не писать")  # fmt: skip


@case("phones alone without a heading, hardly two alike; the first number comes again, a row is "
      "nothing but a word of headings", headings=("",), skipped={"blank": 1},
      rows=[(n, text) for n, text in enumerate(_MESSY, start=1) if text])  # fmt: skip
def messy_phones_without_headings(path: Path) -> None:
    book(path, *((text,) for text in _MESSY))


@case("no headings, and a single phone stands above the first row of several cells",
      rows=[(1, "89161234567", ""), (2, "89167770003", "просил"), (3, "слово", "дело")],
      headings=("", ""))  # fmt: skip
def phone_above_wider_rows(path: Path) -> None:
    book(path, ("89161234567",), ("89167770003", "просил"), ("слово", "дело"))


@case("unknown headings, and a title above them that names a phone: it is no data",
      rows=[(3, "Иванов Иван", "89161234567")], headings=("Кто", "Куда"))  # fmt: skip
def title_with_a_phone(path: Path) -> None:
    book(path, ("Список клиентов, тел. для справок 8 495 123-45-67",), ("Кто", "Куда"), IVANOV[:2])


@case("the person has said that the line of a phone is the heading: the same number is data below",
      rows=[(2, "89167770003"), (3, "89161234567")],
      options=ReadOptions(heading_line=1, heading_lines=1))  # fmt: skip
def phone_told_as_heading(path: Path) -> None:
    book(path, ("89161234567",), ("89167770003",), ("89161234567",))


@case("the last row, behind a blank one, has only an e-mail address: it is no signature",
      rows=[(2, "Иванов Иван", "a@example.org"), (4, "", "b@example.org")],
      skipped={"blank": 1})  # fmt: skip
def last_row_with_an_email_only(path: Path) -> None:
    book(path, ("ФИО", "E-mail"), ("Иванов Иван", "a@example.org"), (), ("", "b@example.org"))


_SUMS = (
    "Ответственный Код",
    "Контрагент",
    "Телефон",
    "Сумма продаж, руб.",
    "Прибыль",
    "Документов",
)


@case("a report of 1C: groups have their sums in the same row, nothing else marks them",
      rows=[(3, "00-0001", *IVANOV[:2], "1500", "10,5", "2", "Иванова М.П."),
            (4, "00-0002", "", "", "200", "", "", "Иванова М.П."),
            (6, "00-0003", *PETROV[:2], "300", "", "1", "<Не указан>")],
      skipped={"groups": 2, "totals": 1})  # fmt: skip
def groups_with_sums(path: Path) -> None:
    book(path, _SUMS, ("Иванова М.П.", "", "", "1 234 500,50", 34.5, 3),
         ("00-0001", *IVANOV[:2], 1500, "10,5", 2), ("00-0002", "", "", 200),
         ("<Не указан>", "", "", "0,00"), ("00-0003", *PETROV[:2], 300, "", 1),
         ("Всего контрагентов:", "", "", "1 234 500,50", 34.5, 3))  # fmt: skip


@case("names with nothing but a sum beside them stay rows",
      rows=[(2, *IVANOV[:2], "100", ""), (3, "Петров Пётр", "", "500", ""),
            (4, *SIDOROVA[:2], "200", ""), (6, "Юдина Ольга", "", "5", "")],
      skipped={"blank": 1})  # fmt: skip
def names_with_sums(path: Path) -> None:
    book(path, ("ФИО", "Телефон", "Сумма", "Прочее"), (*IVANOV[:2], 100),
         ("Петров Пётр", "", 500), (*SIDOROVA[:2], 200), (), ("Юдина Ольга", "", 5))  # fmt: skip


@case("«Всего звонков:» in a middle column, its number beside it",
      rows=[(2, "21.11.2026", *IVANOV[:2], "Недозвон")], skipped={"totals": 2})  # fmt: skip
def total_of_something(path: Path) -> None:
    book(path, ("Дата", "ФИО", "Телефон", "Итог"), ("21.11.2026", *IVANOV[:2], "Недозвон"),
         ("", "", "Всего звонков:", 11), ("", "Всего звонков", "", 11))  # fmt: skip


@case("no headings, and a remark below is a word that headings have",
      rows=[(1, "89161234567", "просил"), (2, "89167770003", "жена"), (3, "телефон", "сменил")],
      headings=("", ""))  # fmt: skip
def remark_like_a_heading(path: Path) -> None:
    book(path, ("89161234567", "просил"), ("89167770003", "жена"), ("телефон", "сменил"))
