"""Web pages as portals, SharePoint, SSRS, PHP and Excel write them: what a person sees is read."""

from pathlib import Path

import pytest

from importers.file_kinds import FileKind, kind_of
from importers.headings import Cell
from importers.problems import FileProblem, FileRefused
from importers.spanning import SpanningRows
from importers.tables import read_table
from importers.web_pages import read_web_page

HEAD = "<tr><th>ФИО<th>Телефон<th>VIN</tr>"
IVANOV = ["Иванов", "89161234567", "XTA21099998765432"]
PETROV = ["Петров", "89267654321", "Z94CB41AADR123456"]


def line(cells: list[str]) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


LIST = f"<table>{HEAD}{line(IVANOV)}{line(PETROV)}</table>"


def rows_of(path: Path, page: str | bytes) -> list[list[Cell]]:
    """The rows that hold something."""
    path.write_bytes(page if isinstance(page, bytes) else page.encode())
    assert kind_of(path) is FileKind.WEB_PAGE
    return [row for row in read_web_page(path, SpanningRows()) if row]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "page.xls"


def one_cell(path: Path, cell: str) -> Cell:
    [row] = rows_of(path, f"<table><tr>{cell}</tr></table>")
    return row[0]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("<td>А<br>Б<p>В", "А\nБ\nВ"),
        ('<td>="0123"', "0123"),
        ('<td x:num="89161234567">8,91612E+10', "89161234567"),
        ('<td sdval="89161234567" sdnum="1049;">8,91612E+10', "89161234567"),
        ('<td x:num="46341">####', "46341"),
        ('<td x:num="125300.4">125 300', "125 300"),
        ('<td x:num="46341">15.11.2026', "15.11.2026"),
        ("<td><span style='display: none'>20261115</span>15.11.2026", "15.11.2026"),
        ("<td><div hidden><div>а</div><table><tr><td>б</table></div>в", "в"),
        ("<td><table><tr><td>8916</tr><tr><td>8495</tr></table>", "8916\n8495"),
        ("<td><table><tr><td>ФИО<td>▲▼</tr></table>", "ФИО ▲▼"),
        ("<td>Иванов <![* Иван>Олег", "Иванов Олег"),
        ("<td><select><option>1<td>2", ""),
    ],
)
def test_a_cell_is_what_it_shows(path: Path, cell: str, shown: str) -> None:
    assert one_cell(path, cell) == shown


def test_what_has_no_end_ends_where_browsers_end_it(path: Path) -> None:
    torn = f"<table>{HEAD}<tr><td><select><option>1<td>x<td>y</tr>{line(PETROV)}</table>"
    assert rows_of(path, torn)[-1] == PETROV
    hidden = f"<table>{HEAD}<tr><td><span hidden>1</td><td>x<td>y</tr>{line(PETROV)}</table>"
    assert rows_of(path, hidden)[1:] == [["", "x", "y"], PETROV]
    with pytest.raises(FileRefused) as refused:
        rows_of(path, f"<table>{HEAD}<noscript>{line(IVANOV)}</table>")
    assert refused.value.code is FileProblem.DAMAGED


def test_cells_reach_no_further_than_their_part_of_their_table(path: Path) -> None:
    tall = HEAD.replace("<th>", '<th rowspan="2">')
    page = f"<table><thead>{tall}</thead><tbody>{line(IVANOV)}</tbody></table>"
    assert rows_of(path, page)[1:] == [IVANOV]
    logo = '<table><tr><td rowspan="10">Лого<td>Отчёт</tr></table>'
    assert rows_of(path, logo + LIST)[2:] == [IVANOV, PETROV]
    menu = f'<table><tr><td rowspan="3">Меню<td>Шапка</tr><tr><td>{LIST}</tr></table>'
    assert rows_of(path, menu)[1:4] == [["ФИО", "Телефон", "VIN"], IVANOV, PETROV]


def test_a_merged_last_column_is_filled_down(path: Path) -> None:
    path.write_text(
        f'<table>{HEAD}<tr><td>Иванов<td>89161234567<td rowspan="2">{IVANOV[2]}</tr>'
        "<tr><td>Петров<td>89267654321</tr></table>"
    )
    with read_table(path) as table:
        rows = [cells for batch in table.batches() for _row_no, cells in batch]
    assert [cells[2] for cells in rows] == [IVANOV[2]] * 2


def test_what_a_list_was_searched_by_is_not_its_heading(path: Path) -> None:
    asked = "<table><tr><td>ФИО:<td><input><td>Телефон:<td><input><td>VIN:<td><input></tr></table>"
    path.write_text(asked + LIST)
    with read_table(path) as table:
        rows = [cells[:3] for batch in table.batches() for _row_no, cells in batch]
    assert rows == [IVANOV, PETROV]


@pytest.mark.parametrize(
    "above",
    ["\ufeff\ufeff", "\n\ufeff", "&nbsp;", "Отчёт<br>", "Warning: mysql_connect() in x.php\n",
     '<?xml version="1.0"?>\n', "<!--[if gte mso 9]><style><!-- td{} --></style><![endif]-->",
     '<html xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">',
     f"<script>{'x' * 1_400_000}</script>"],
)  # fmt: skip
def test_what_stands_above_the_table_hides_nothing(path: Path, above: str) -> None:
    assert rows_of(path, above + LIST)[1:] == [IVANOV, PETROV]


@pytest.mark.parametrize(
    ("told", "written", "name"),
    [
        ("windows-1251", "koi8-r", "Иванов Пётр"), ("koi8-r", "koi8-r", "Иванов Пётр"),
        ("iso-8859-5", "iso-8859-5", "Иванов Пётр"), ("utf-8", "cp1251", "Иванов Пётр"),
        ("iso-8859-1", "cp1251", "Иванов Пётр"), ("windows-1252", "cp1252", "Müller"),
        ("windows-1250", "cp1250", "Wałęsa"), ("zlib", "cp1251", "Иванов Пётр"),
    ],
)  # fmt: skip
def test_the_page_is_believed_where_its_letters_allow_it(
    path: Path, told: str, written: str, name: str
) -> None:
    page = f'<meta charset="{told}"><table><tr><td>{name}</table>'
    assert rows_of(path, page.encode(written)) == [[name]]


def test_a_page_of_frames_is_sent_to_excel(path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        rows_of(path, '<html><frameset rows="*,39"><frame src="x_files/sheet001.htm"></frameset>')
    assert refused.value.code is FileProblem.WEB_PAGE


def test_a_file_of_angle_brackets_is_not_always_a_page(path: Path) -> None:
    path.write_text("<NAME>;<PHONE>\nИванов;89161234567\n")
    assert kind_of(path) is FileKind.DELIMITED
    path.write_text('[{"name": "Иванов", "phone": "89161234567"}]')
    with pytest.raises(FileRefused) as refused:
        kind_of(path)
    assert refused.value.code is FileProblem.NOT_A_WORKBOOK
    # A pattern that tries again at each comment would never come back.
    path.write_bytes(b"<!---->" * 500 + b"x;y\n")
    assert kind_of(path) is FileKind.DELIMITED
