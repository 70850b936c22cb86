"""Examples of importer's files: the headings that are understood, and two invented rows."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Response, send_file
from flask_babel import gettext as _

from importers.fields import Field
from importers.formats.catalogue import LEAD_FORMATS
from webui.exports.workbook import Column, write_workbook
from webui.labels.words import label
from webui.wording import zone

_ROWS: tuple[dict[Field, Any], ...] = (
    {
        Field.NAME: "Смирнова Ольга Петровна",
        Field.PHONE: "8 (916) 000-00-01",
        Field.EMAIL: "smirnova@example.com",
        Field.VIN: "XTA219010K0000001",
        Field.PLATE: "А001АА77",
        Field.MAKE: "LADA",
        Field.MODEL: "Vesta",
        Field.YEAR: 2019,
        Field.MILEAGE_KM: 84_200,
        Field.LAST_VISIT_ON: "14.03.2025",
        Field.PLANNED_ON: "14.03.2026",
    },
    {
        Field.NAME: "ООО «Пример»",
        Field.PHONE: "+7 495 000-00-02",
        Field.VIN: "Z94CT41DBLR000002",
        Field.PLATE: "В002ВВ77",
        Field.MAKE: "Hyundai",
        Field.MODEL: "Creta",
        Field.YEAR: 2020,
        Field.MILEAGE_KM: 61_000,
        Field.LAST_VISIT_ON: "02.06.2025",
        Field.PLANNED_ON: "02.06.2026",
        Field.COMMENT: "звонить после 12",
    },
)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def example_file(variant: str) -> Response:
    """Send the example of this variant. The headings are those of the person's language."""
    kept = LEAD_FORMATS[variant].example
    rows = [[row.get(field, "") for field in kept] for row in _ROWS]
    columns = [Column(label(field), 22) for field in kept]
    with tempfile.TemporaryDirectory(prefix="prozvon-") as folder:
        path = Path(folder) / "template.xlsx"
        write_workbook(path, _("Образец"), columns, rows, zone())
        stream = path.open("rb")
    answer = send_file(stream, mimetype=_XLSX, as_attachment=True, download_name=f"{variant}.xlsx")
    answer.call_on_close(stream.close)
    return answer
