"""Web pages and «Таблица XML 2003», both mostly called .xls by whoever exports them."""

from html import escape
from pathlib import Path

from tests.corpus.cases import HEADINGS, IVANOV, PETROV, case, numbered

_EXCELS_HEAD = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"\nxmlns:x="urn:schemas-microsoft-com:'
    'office:excel">\n<head>\n<meta http-equiv=Content-Type content="text/html; charset=windows-1251'
    '">\n<!--[if gte mso 9]><xml><x:ExcelWorkbook></x:ExcelWorkbook></xml><![endif]-->\n'
    "<style>td { mso-number-format: '\\@' }</style>\n</head>\n"
)


def _row(*cells: str, tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>\n"


@case("a grid of a web portal called .xls", ".xls", rows=numbered(2, IVANOV, PETROV))
def portal_grid(path: Path) -> None:
    rows = _row(*HEADINGS, tag="th") + _row(*IVANOV) + _row(*PETROV)
    path.write_text(f'<div>\n\t<table cellspacing="0" border="1">\n{rows}</table>\n</div>')


@case("saved by Excel as a web page, in Windows-1251, with what only Excel reads", ".xls",
      rows=numbered(3, IVANOV, PETROV))  # fmt: skip
def saved_as_a_page(path: Path) -> None:
    title = "<tr height=20><td colspan=3 class=xl65>Клиенты сервиса\n  на ноябрь</td></tr>"
    rows = title + _row(*HEADINGS) + _row(*IVANOV) + _row(*PETROV)
    ruler = "<![if supportMisalignedColumns]><tr height=0 style='display:none'>" \
            "<td width=64></td><td width=64></td><td width=64></td></tr><![endif]>"  # fmt: skip
    page = f"{_EXCELS_HEAD}<body>\n<table>\n{rows}{ruler}</table>\n</body>\n</html>\n"
    path.write_bytes(page.encode("cp1251"))


@case("cells and rows whose ends the page leaves out, line breaks and spaces of its own", ".html",
      rows=[(2, "Иванов Иван", "89161234567\n+7 495 123-45-67", IVANOV[2])])  # fmt: skip
def page_without_ends(path: Path) -> None:
    head = "".join(f"<td>{heading}" for heading in HEADINGS)
    cells = f"<td>\n   Иванов\n   Иван&nbsp;<td>89161234567<br>+7 495 123-45-67<td>{IVANOV[2]}"
    path.write_text(f"<!DOCTYPE html><table><tr>{head}<tr>{cells}</table>")


@case("headings and clients merged over several cells of a page", ".xls",
      headings=("Клиент ФИО", "Клиент Телефон", "VIN"),
      rows=[(3, *IVANOV), (4, *IVANOV[:2], PETROV[2])])  # fmt: skip
def page_with_merged_cells(path: Path) -> None:
    head = "<tr><th colspan=2>Клиент</th><th rowspan=2>VIN</th></tr>" + _row(*HEADINGS[:2])
    client = "".join(f'<td rowspan="2">{cell}</td>' for cell in IVANOV[:2])
    rows = f"<tr>{client}<td>{IVANOV[2]}</td></tr>" + _row(PETROV[2])
    path.write_text(f"<table>{head}{rows}</table>")


@case("a table inside of a table that only makes the layout, scripts and lists in the cells",
      ".html", rows=numbered(2, IVANOV))  # fmt: skip
def page_in_a_layout(path: Path) -> None:
    choice = "<select><option>Выбрать<option>Удалить</select><script>var a = '<td>x</td>'</script>"
    row = _row(*IVANOV).replace("</td></tr>", f"{choice}</td></tr>")
    inner = f"<table>{_row(*HEADINGS)}{row}</table>"
    path.write_text(f"<html><body><table><tr><td>{inner}</td></tr></table></body></html>")


_BOOK = (
    '<?xml version="1.0"{encoding}?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"\n'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"\n'
    ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\n{sheets}</Workbook>\n'
)


def _xml(*sheets: str, encoding: str = "") -> str:
    return _BOOK.format(encoding=encoding, sheets="".join(sheets))


def _sheet(rows: str, name: str = "Лист1", *, is_hidden: bool = False) -> str:
    visible = "<x:Visible>SheetHidden</x:Visible>" if is_hidden else ""
    options = f"<x:WorksheetOptions>{visible}</x:WorksheetOptions>"
    return f'<Worksheet ss:Name="{name}"><Table>{rows}</Table>{options}</Worksheet>'


def _cells(*cells: str, kind: str = "String") -> str:
    return "".join(f'<Cell><Data ss:Type="{kind}">{escape(cell)}</Data></Cell>' for cell in cells)


def _line(*cells: str) -> str:
    return f"<Row>{_cells(*cells)}</Row>"


@case("«Таблица XML 2003» with numbers, dates, gaps and a comment", ".xls",
      headings=(*HEADINGS, "План ТО", "Пробег"),
      rows=[(4, "Иванов", "89161234567", IVANOV[2], "15.11.2026", "125000.5"),
            (5, "", "", PETROV[2])])  # fmt: skip
def xml_spreadsheet(path: Path) -> None:
    remark = '<Comment><Data ss:Type="String">не звонить до обеда</Data></Comment>'
    name = f'<Cell><Data ss:Type="String">Иванов</Data>{remark}</Cell>'
    row = (
        name + _cells("89161234567", kind="Number") + _cells(IVANOV[2])
        + _cells("2026-11-15T00:00:00.000", kind="DateTime") + _cells("125000.5", kind="Number")
    )  # fmt: skip
    gap = f'<Row><Cell ss:Index="3"><Data ss:Type="String">{PETROV[2]}</Data></Cell></Row>'
    rows = _line("Отчёт") + f'<Row ss:Index="3">{_cells(*HEADINGS, "План ТО", "Пробег")}</Row>'
    path.write_text(_xml(_sheet(f"{rows}<Row>{row}</Row>{gap}")))


@case(
    "«Таблица XML 2003» in Windows-1251: a hidden sheet, a note, the table, merged headings",
    ".xml",
    headings=("Клиент ФИО", "Клиент Телефон", "VIN"),
    rows=numbered(3, IVANOV, PETROV),
)
def xml_spreadsheet_of_sheets(path: Path) -> None:
    head = (
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">Клиент</Data></Cell>'
        '<Cell ss:MergeDown="1"><Data ss:Type="String">VIN</Data></Cell></Row>'
    ) + _line(*HEADINGS[:2])
    sheets = (
        _sheet(_line(*HEADINGS) + _line(*PETROV), "Старое", is_hidden=True),
        _sheet(_line("Обновлено в пятницу"), "Справка"),
        _sheet(head + _line(*IVANOV) + _line(*PETROV), "Клиенты"),
    )
    text = _xml(*sheets, encoding=' encoding="windows-1251"')
    path.write_bytes(text.encode("cp1251"))
