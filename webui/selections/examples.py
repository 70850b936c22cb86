"""Examples of importer's files: the headings that are understood, and two invented rows."""

import tempfile
from pathlib import Path

from flask import Response, send_file
from flask_babel import gettext as _

from importers.columns import Field
from importers.formats.catalogue import FORMATS
from webui.exports.workbook import Column, write_workbook
from webui.labels.words import label
from webui.wording import zone

_FIELDS = (
    Field.NAME, Field.PHONE, Field.EMAIL, Field.VIN, Field.PLATE, Field.MAKE, Field.MODEL,
    Field.YEAR, Field.MILEAGE_KM, Field.LAST_VISIT_ON, Field.PLANNED_ON, Field.COMMENT,
)  # fmt: skip
_ROWS = (
    ("Смирнова Ольга Петровна", "8 (916) 000-00-01", "smirnova@example.com", "XTA219010K0000001",
     "А001АА77", "LADA", "Vesta", 2019, 84_200, "14.03.2025", "14.03.2026", ""),
    ("ООО «Пример»", "+7 495 000-00-02", "", "Z94CT41DBLR000002", "В002ВВ77", "Hyundai", "Creta",
     2020, 61_000, "02.06.2025", "02.06.2026", "звонить после 12"),
)  # fmt: skip
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def example_file(variant: str) -> Response:
    """Send the example of this variant. The headings are those of the person's language."""
    kept = [f for f in _FIELDS if f in FORMATS[variant].optional or f in _needed(variant)]
    at = [_FIELDS.index(field) for field in kept]
    rows = [[row[index] for index in at] for row in _ROWS]
    columns = [Column(label(field), 22) for field in kept]
    with tempfile.TemporaryDirectory(prefix="prozvon-") as folder:
        path = Path(folder) / "template.xlsx"
        write_workbook(path, _("Образец"), columns, rows, zone())
        stream = path.open("rb")
    answer = send_file(stream, mimetype=_XLSX, as_attachment=True, download_name=f"{variant}.xlsx")
    answer.call_on_close(stream.close)
    return answer


def _needed(variant: str) -> set[Field]:
    return {field for group in FORMATS[variant].required for field in group}
