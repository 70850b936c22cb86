"""How the client of a row of work-lists is known, as it is at this moment."""

from flask_babel import gettext as _

from importers.models import RowFate
from importers.plans import RowPlan
from importers.preview import PreviewRow
from webui.labels.words import label

_SAID_BY_THE_PLAN = (RowPlan.NEW_CLIENT, RowPlan.DUPLICATE, RowPlan.REJECTED)


def fate_words(row: PreviewRow) -> str:
    """Empty where the verdict says it; nobody is called new of whom no card will be made."""
    if row.plan in _SAID_BY_THE_PLAN:
        return ""
    if row.fate is not RowFate.NEW_CLIENT:
        return str(label(row.fate))
    if row.client_id is not None:
        return str(_("Известный клиент"))
    if row.duplicate_of is not None:
        return str(_("Клиент строки %(number)s", number=row.duplicate_of))
    return str(_("Нет в картотеке"))
