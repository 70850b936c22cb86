"""Words about rows of lists of refusals: what was understood, what forbids calls."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from directory.clients.models import RefusalScope
from importers.problems import RowProblem, RowProblemCode
from webui.labels.pairs import by_class
from webui.labels.work import LABELS

ROWS: Mapping[RowProblemCode, Any] = {
    RowProblemCode.REFUSAL_UNCLEAR: _l("непонятно, от чего отказ: запрещено всё"),
    RowProblemCode.REFUSAL_IN_PART: _l("понято не всё (%(value)s), отказ записан как «%(known)s»"),
    RowProblemCode.CALLS_STAY: _l("звонки этот отказ не запрещает"),
    RowProblemCode.NOT_REFUSED: _l("отказа в этой строке нет"),
    RowProblemCode.REFUSAL_LEFT: _l(
        "запрет не загружен: загрузите файл ещё раз с видом «Не звонить»"
    ),
    RowProblemCode.UNKNOWN_CAMPAIGN: _l("по какой кампании отказ, непонятно: назовите её"),
}
_SCOPES = {scope.value: words for scope, words in by_class(LABELS)[RefusalScope].items()}


def in_part(problem: RowProblem) -> str:
    """What of the cell was not understood, and what it was taken for."""
    scope, _bar, cell = problem.value.partition("|")
    return str(ROWS[problem.code]) % {"value": cell[:60], "known": _SCOPES.get(scope, scope)}
