"""CSV and its kin."""

from pathlib import Path

from tests.corpus.cases import HEADINGS, IVANOV, PETROV, SIDOROVA, case, numbered

_GOOD = numbered(2, IVANOV, PETROV)
_UKRAINIAN = (("ПІБ", "Телефон", "Місто"), ("Ющенко Євген Їжакевич", "0671234567", "Київ"),
              ("Шевчук Ірина Олексіївна", "0501234567", "Чернігів"))  # fmt: skip


def text_of(*rows: tuple[str, ...], separator: str = ";", end: str = "\r\n") -> str:
    """The rows joined, nothing quoted."""
    return "".join(separator.join(row) + end for row in rows)


TABLE = text_of(HEADINGS, IVANOV, PETROV)


@case("cp1251, semicolons, quoted cells with line breaks and quotes", ".csv",
      rows=[(2, "Иванов Иван", "89161234567", "мост\r\nи вал"), (3, 'ООО "Ромашка"', "89267654321",
             "a;b")], headings=("ФИО", "Телефон", "Комментарий"))  # fmt: skip
def csv_cp1251_semicolon_quoted_breaks(path: Path) -> None:
    text = (
        'ФИО;Телефон;Комментарий\r\nИванов Иван;89161234567;"мост\r\nи вал"\r\n'
        '"ООО ""Ромашка""";89267654321;"a;b"\r\n'
    )
    path.write_bytes(text.encode("cp1251"))


@case("cp866, as DOS programs write", ".csv", rows=_GOOD, headings=HEADINGS)
def csv_cp866(path: Path) -> None:
    path.write_bytes(TABLE.encode("cp866"))


@case("KOI8-R, as old Unix programs write", ".csv", rows=_GOOD, headings=HEADINGS)
def csv_koi8r(path: Path) -> None:
    path.write_bytes(TABLE.encode("koi8-r"))


@case("cp1251 in capitals only: bytes of KOI8-R are other letters", ".csv",
      rows=[(2, "ИВАНОВ ИВАН", "89161234567"), (3, "ПЕТРОВА АННА", "89267654321")])  # fmt: skip
def csv_cp1251_capitals(path: Path) -> None:
    text = "ФИО;ТЕЛЕФОН\nИВАНОВ ИВАН;89161234567\nПЕТРОВА АННА;89267654321\n"
    path.write_bytes(text.encode("cp1251"))


@case("Ukrainian in cp1251", ".csv", rows=numbered(2, *_UKRAINIAN[1:]), headings=_UKRAINIAN[0])
def csv_ukrainian_cp1251(path: Path) -> None:
    path.write_bytes(text_of(*_UKRAINIAN).encode("cp1251"))


@case("Ukrainian in KOI8-U", ".csv", rows=numbered(2, *_UKRAINIAN[1:]), headings=_UKRAINIAN[0])
def csv_ukrainian_koi8u(path: Path) -> None:
    path.write_bytes(text_of(*_UKRAINIAN).encode("koi8-u"))


@case("UTF-8 with a mark", ".csv", rows=_GOOD, headings=HEADINGS)
def csv_utf8_bom(path: Path) -> None:
    path.write_bytes(TABLE.encode("utf-8-sig"))


@case("UTF-8 without a mark, commas", ".csv", rows=_GOOD, headings=HEADINGS)
def csv_utf8_commas(path: Path) -> None:
    path.write_text(text_of(HEADINGS, IVANOV, PETROV, separator=","))


@case("UTF-8 cut in the middle of a letter", ".csv",
      rows=[*_GOOD, (4, "Сидорова Анн�")], headings=HEADINGS)  # fmt: skip
def csv_utf8_torn(path: Path) -> None:
    path.write_bytes((TABLE + text_of(("Сидорова Анна",), end="")).encode()[:-1])


@case("«Юникод-текст» of Excel: UTF-16 with a mark, tabs", ".txt", rows=_GOOD, headings=HEADINGS)
def unicode_text_of_excel(path: Path) -> None:
    path.write_bytes(text_of(HEADINGS, IVANOV, PETROV, separator="\t").encode("utf-16"))


@case("UTF-16, big end first, without a mark", ".csv", rows=_GOOD, headings=HEADINGS)
def csv_utf16_without_bom(path: Path) -> None:
    path.write_bytes(TABLE.encode("utf-16-be"))


@case("tabs, called .xls", ".xls", rows=_GOOD, headings=HEADINGS)
def tabs_called_xls(path: Path) -> None:
    path.write_bytes(text_of(HEADINGS, IVANOV, PETROV, separator="\t").encode("cp1251"))


@case("vertical bars", ".csv", rows=_GOOD, headings=HEADINGS)
def csv_bars(path: Path) -> None:
    path.write_text(text_of(HEADINGS, IVANOV, PETROV, separator="|"))


@case("«sep=,» in the first line is an order to Excel", ".csv", rows=_GOOD, headings=HEADINGS)
def csv_sep_line(path: Path) -> None:
    path.write_text("sep=,\n" + text_of(HEADINGS, IVANOV, PETROV, separator=","))


@case("decimal commas and commas in texts must not pass for separators", ".csv",
      rows=[(2, "Иванов, Иван", "1234,50", "12,5"), (3, "Петров, Пётр", "99,90", "0,5")],
      headings=("Фамилия, имя", "Сумма, руб", "Скидка, %"))  # fmt: skip
def csv_decimal_commas(path: Path) -> None:
    text = text_of(("Фамилия, имя", "Сумма, руб", "Скидка, %"), ("Иванов, Иван", "1234,50", "12,5"),
                   ("Петров, Пётр", "99,90", "0,5"))  # fmt: skip
    path.write_bytes(text.encode("cp1251"))


@case(
    "commas, numbers with decimal points, semicolons in a few cells",
    ".csv",
    rows=[(2, "Иванов", "89161234567;89030000000", "1.5"), (3, "Петров", "89267654321", "2.5")],
)
def csv_commas_with_semicolons_inside(path: Path) -> None:  # fmt: skip
    path.write_text("ФИО,Телефон,Сумма\nИванов,89161234567;89030000000,1.5\n"
                    "Петров,89267654321,2.5\n")  # fmt: skip


@case("a quote that is never closed must not swallow the rows below", ".csv",
      rows=[(2, '"Ромашка', "89161234567", "1"), *[(n, "Петров", "89267654321", "2")
                                                   for n in range(3, 103)]])  # fmt: skip
def csv_open_quote(path: Path) -> None:
    path.write_text('ФИО;Телефон;VIN\n"Ромашка;89161234567;1\n' + "Петров;89267654321;2\n" * 100)


@case("quotes inside of cells that are not quoted", ".csv",
      rows=[(2, 'ООО "Ромашка"', "89161234567"), (3, 'Ателье 5" плюс', "89267654321")])  # fmt: skip
def csv_bare_quotes(path: Path) -> None:
    path.write_text('ФИО;Телефон\nООО "Ромашка";89161234567\nАтелье 5" плюс;89267654321\n')


@case('numbers kept from Excel as «="…"»', ".csv", rows=[(2, "Иванов", "89161234567")])
def csv_protected_numbers(path: Path) -> None:
    path.write_text('ФИО;Телефон\nИванов;="89161234567"\n')


@case("rows of unequal length", ".csv",
      rows=[(2, "Иванов"), (3, "Петров", "89267654321", "", "лишнее")])  # fmt: skip
def csv_ragged(path: Path) -> None:
    path.write_text("ФИО;Телефон\nИванов\nПетров;89267654321;;лишнее\n")


@case("title lines above, totals and a signature below", ".csv",
      rows=[(4, *IVANOV)], skipped={"totals": 1, "footers": 1, "blank": 1})  # fmt: skip
def csv_report(path: Path) -> None:
    text = "Отчёт за март\n\n" + text_of(HEADINGS, IVANOV, ("Итого", "1", ""), end="\n")
    path.write_bytes((text + "\nОтветственный: Кузнецова\n").encode("cp1251"))


@case("ends of lines as on an old Mac", ".csv", rows=_GOOD, headings=HEADINGS)
def csv_old_mac(path: Path) -> None:
    path.write_bytes(text_of(HEADINGS, IVANOV, PETROV, end="\r").encode("cp1251"))


@case("one column: a list of VIN", ".txt", headings=("VIN",),
      rows=[(2, IVANOV[2]), (3, SIDOROVA[2])])  # fmt: skip
def list_of_vin(path: Path) -> None:
    path.write_text(f"VIN\n{IVANOV[2]}\n{SIDOROVA[2]}\n")


@case("errors of Excel came along as text", ".csv", rows=[(2, "Иванов", "#Н/Д")])
def csv_error_texts(path: Path) -> None:
    path.write_bytes("ФИО;Телефон\nИванов;#Н/Д\n".encode("cp1251"))


@case("Latin text only, phones as Excel shows big numbers", ".csv",
      rows=[(2, "Ivanov", "7,91612E+10")])  # fmt: skip
def csv_digits_lost(path: Path) -> None:
    path.write_text("Name;Phone\nIvanov;7,91612E+10\n")


@case("the last line has a quote that nothing closes", ".csv",
      rows=[(2, *IVANOV), (3, '"Ромашка', "89267654321", "1")])  # fmt: skip
def csv_open_quote_at_the_end(path: Path) -> None:
    path.write_text(text_of(HEADINGS, IVANOV) + '"Ромашка;89267654321;1\n')


@case("a stop-list of bare numbers: words beside one, one cut short", ".txt",
      rows=[(1, "8 916 777 00 01"), (2, "+7-954-865-50-56"),
            (3, "9260598479 (просил больше не звонить!)"), (4, "8-495-000")])  # fmt: skip
def bare_numbers_with_words(path: Path) -> None:
    numbers = ("8 916 777 00 01", "+7-954-865-50-56", "9260598479 (просил больше не звонить!)",
               "8-495-000")  # fmt: skip
    path.write_text("\n".join(numbers) + "\n")


@case("names and phones in one column, no headings", ".csv",
      rows=[(1, "Романов Павел, +7 909 426-53-25", "Haval Dargo О791НЕ178"),
            (2, "Лебедева Инна т.89163339901", "BMW X5 WBAKS410700000001")])  # fmt: skip
def names_beside_phones(path: Path) -> None:
    path.write_text(
        text_of(
            ("Романов Павел, +7 909 426-53-25", "Haval Dargo О791НЕ178"),
            ("Лебедева Инна т.89163339901", "BMW X5 WBAKS410700000001"),
        )
    )
