"""What is refused, and as what."""

from pathlib import Path

from importers.problems import FileProblem
from tests.bytes_of import DOCX, PDF, archive, jpeg, png
from tests.corpus.cases import HEADINGS, IVANOV, case
from tests.corpus.delimited import TABLE
from tests.corpus.values import rewrite
from tests.corpus.workbook import book
from tests.old_workbooks import compound, ods, packed, xls, xlsb

_PAGE = "<html><meta charset='utf-8'><table><tr><td>ФИО</td><td>Телефон</td></tr></table></html>"
_XML = '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'


@case("nothing in it", refusal=FileProblem.EMPTY_FILE)
def empty_file(path: Path) -> None:
    path.write_bytes(b"")


@case("an empty sheet", refusal=FileProblem.NO_ROWS)
def empty_sheet(path: Path) -> None:
    book(path)


@case("blank lines only", ".csv", refusal=FileProblem.NO_ROWS)
def csv_blank(path: Path) -> None:
    path.write_text("\n\n  \n")


@case("the page of signing in, saved instead of the list", ".xls",
      refusal=FileProblem.PAGE_WITHOUT_TABLE)  # fmt: skip
def page_of_signing_in(path: Path) -> None:
    path.write_text("<!DOCTYPE html><form>Пароль <input name=p><button>Войти</button></form>")


@case("«Веб-страница в одном файле»", ".xls", refusal=FileProblem.WEB_PAGE)
def web_archive_called_xls(path: Path) -> None:
    path.write_text(f"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n{_PAGE}")


@case("a «Таблица XML 2003» of which the mail brought the first half", ".xls",
      refusal=FileProblem.DAMAGED)  # fmt: skip
def xml_spreadsheet_torn(path: Path) -> None:
    path.write_text(f"{_XML}><Worksheet><Table><Row><Cell>")


@case("entities declared in a «Таблица XML 2003»", ".xml", refusal=FileProblem.FORBIDDEN_MARKUP)
def xml_spreadsheet_with_entities(path: Path) -> None:
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ccc">]>{_XML}>&b;</Workbook>')


@case("a «Таблица XML 2003» without a sheet", ".xml", refusal=FileProblem.NO_ROWS)
def xml_spreadsheet_without_sheets(path: Path) -> None:
    path.write_text(f"{_XML}/>")


@case("a cell of a web page beyond the last column", ".xls", refusal=FileProblem.TOO_MANY_COLUMNS)
def page_too_wide(path: Path) -> None:
    path.write_text(f"<table><tr>{'<td>x' * 301}</table>")


@case(
    "a row of a «Таблица XML 2003» beyond the last one", ".xml", refusal=FileProblem.TOO_MANY_ROWS
)
def xml_spreadsheet_too_long(path: Path) -> None:
    row = '<Row xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" ss:Index="1048577"/>'
    path.write_text(f"{_XML}><Worksheet><Table>{row}</Table></Worksheet></Workbook>")


@case("data as XML", ".xml", refusal=FileProblem.XML_DATA)
def xml_data(path: Path) -> None:
    path.write_text("<?xml version='1.0'?><clients><client name='Иванов'/></clients>")


@case("a PDF called .xlsx", refusal=FileProblem.PDF)
def pdf_called_xlsx(path: Path) -> None:
    path.write_bytes(PDF)


@case("a photo of the list", ".jpg", refusal=FileProblem.PICTURE)
def photo(path: Path) -> None:
    path.write_bytes(jpeg())


@case("a screenshot called .xlsx", refusal=FileProblem.PICTURE)
def screenshot_called_xlsx(path: Path) -> None:
    path.write_bytes(png())


@case("a document of Word", ".docx", refusal=FileProblem.DOCUMENT)
def word_document(path: Path) -> None:
    path.write_bytes(DOCX)


@case("an old document of Word", ".doc", refusal=FileProblem.DOCUMENT)
def old_word_document(path: Path) -> None:
    path.write_bytes(compound("WordDocument"))


@case("a ZIP with a table in it", ".zip", refusal=FileProblem.ARCHIVE)
def table_in_a_zip(path: Path) -> None:
    path.write_bytes(archive("клиенты.csv"))


@case("a RAR called .xlsx", refusal=FileProblem.ARCHIVE)
def rar_called_xlsx(path: Path) -> None:
    path.write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(100))


@case("an XLSX with a password", refusal=FileProblem.ENCRYPTED)
def xlsx_with_a_password(path: Path) -> None:
    path.write_bytes(compound("EncryptedPackage", "EncryptionInfo"))


@case("an XLS with a password", ".xls", refusal=FileProblem.ENCRYPTED)
def xls_with_a_password(path: Path) -> None:
    path.write_bytes(xls([HEADINGS, IVANOV], has_password=True))


@case("an ODS with a password", ".ods", refusal=FileProblem.ENCRYPTED)
def ods_with_a_password(path: Path) -> None:
    path.write_bytes(ods([HEADINGS, IVANOV], is_encrypted=True))


@case("an XLSX of which the mail brought the first half", refusal=FileProblem.DAMAGED)
def xlsx_torn(path: Path) -> None:
    book(path, HEADINGS, IVANOV)
    path.write_bytes(path.read_bytes()[:3000])


@case("an XLS of which the mail brought the first 300 bytes", ".xls", refusal=FileProblem.DAMAGED)
def xls_torn(path: Path) -> None:
    path.write_bytes(xls([HEADINGS, IVANOV])[:300])


@case("entities declared in the XML of an ODS", ".ods", refusal=FileProblem.FORBIDDEN_MARKUP)
def ods_with_entities(path: Path) -> None:
    path.write_bytes(ods([HEADINGS], declaration="<!DOCTYPE a [<!ENTITY b 'cccccccccc'>]>"))


@case("entities declared in the XML of an XLSX", refusal=FileProblem.FORBIDDEN_MARKUP)
def xlsx_with_entities(path: Path) -> None:
    rewrite(path, {"xl/worksheets/sheet1.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"})


@case("a cell in column XFD, row 1,048,576", refusal=FileProblem.TOO_MANY_COLUMNS)
def cell_in_the_far_corner(path: Path) -> None:
    row = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    markup = f"<worksheet><sheetData>{row}</sheetData></worksheet>"
    rewrite(path, {"xl/worksheets/sheet1.xml": markup})


@case("the same corner in a binary workbook, which only the child can see", ".xlsb",
      refusal=FileProblem.TOO_MUCH_MEMORY)  # fmt: skip
def xlsb_with_a_far_corner(path: Path) -> None:
    path.write_bytes(xlsb([HEADINGS], last_cell=(1_048_575, 16_383)))


@case("an ODS of too many columns, repeated", ".ods", refusal=FileProblem.TOO_MANY_COLUMNS)
def ods_with_repeated_columns(path: Path) -> None:
    cell = 'office:value-type="string"><text:p>x</text:p></table:table-cell>'
    row = f'<table:table-row><table:table-cell table:number-columns-repeated="9999" {cell}'
    path.write_bytes(ods([HEADINGS], after=f"{row}</table:table-row>"))


@case("a part that unpacks to a thousand times its size", refusal=FileProblem.PACKED_TOO_TIGHTLY)
def bomb(path: Path) -> None:
    rewrite(path, {"xl/media/image1.bin": bytes(10 << 20)})


@case("a part outside of the archive", refusal=FileProblem.UNSAFE_NAMES)
def part_outside(path: Path) -> None:
    rewrite(path, {"../../etc/passwd": "x"})


@case("a binary file called .csv", ".csv", refusal=FileProblem.NOT_A_WORKBOOK)
def binary_called_csv(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 20)


@case("zero bytes in the middle of a text", ".csv", refusal=FileProblem.NOT_A_WORKBOOK)
def csv_with_zero_bytes(path: Path) -> None:
    path.write_bytes(TABLE.encode("cp1251") * 200 + b"\0\0\0" + TABLE.encode("cp1251"))


@case("no sheet with a table in the workbook", refusal=FileProblem.NO_WORKSHEET)
def chart_only(path: Path) -> None:
    path.write_bytes(packed({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}))
