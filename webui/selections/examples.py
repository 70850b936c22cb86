"""Examples of files: the headings that are understood, and two invented rows."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Response, send_file
from flask_babel import gettext as _

from importers.fields import Field
from importers.formats.catalogue import FORMATS
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
        Field.CLIENT_KIND: "Физическое лицо",
        Field.ADDRESS: "Москва, ул. Примерная, 1",
        Field.BIRTH_ON: "12.04.1985",
        Field.EXTERNAL_KEY: "К-00017",
        Field.SOLD_ON: "20.05.2019",
        Field.WARRANTY_UNTIL: "20.05.2022",
        Field.INSURED_UNTIL: "01.06.2026",
        Field.VISIT_NUMBER: "СЦ-1024",
        Field.OPENED_ON: "13.03.2025",
        Field.DONE_ON: "14.03.2025",
        Field.VISIT_STATUS: "Закрыт",
        Field.WORK: "Замена масла и фильтров",
        Field.TOTAL: "8 400,00",
        Field.ADVICE: "Заменить передние тормозные колодки",
        Field.ESTIMATE: "6 500,00",
        Field.ADVISED_ON: "14.03.2025",
        Field.ADVICE_STATUS: "Отложено",
        Field.CALLED_AT: "14.03.2025 15:40",
        Field.OUTCOME: "Перезвонить",
        Field.CALLER: "Анна",
        Field.NEXT_ON: "21.03.2025",
        Field.REFUSED_ON: "14.03.2025",
        Field.REASON: "просила не звонить",
        Field.SCOPE: "Все звонки",
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
        Field.CLIENT_KIND: "Юридическое лицо",
        Field.EXTERNAL_KEY: "К-00018",
        Field.VISIT_NUMBER: "СЦ-1025",
        Field.OPENED_ON: "02.06.2025",
        Field.VISIT_STATUS: "В работе",
        Field.WORK: "Диагностика подвески",
        Field.ADVICE: "Заменить стойки стабилизатора",
        Field.ADVISED_ON: "02.06.2025",
        Field.CALLED_AT: "02.06.2025 10:15",
        Field.OUTCOME: "Не дозвонились",
        Field.REFUSED_ON: "02.06.2025",
    },
)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def example_file(variant: str) -> Response:
    """Send the example of this variant. The headings are those of the person's language."""
    kept = FORMATS[variant].example
    rows = [[row.get(field, "") for field in kept] for row in _ROWS]
    columns = [Column(label(field), 22) for field in kept]
    with tempfile.TemporaryDirectory(prefix="prozvon-") as folder:
        path = Path(folder) / "template.xlsx"
        write_workbook(path, _("Образец"), columns, rows, zone())
        stream = path.open("rb")
    answer = send_file(stream, mimetype=_XLSX, as_attachment=True, download_name=f"{variant}.xlsx")
    answer.call_on_close(stream.close)
    return answer
