"""Words about rows that tell of vehicles: their marks, owners and mileages."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from importers.problems import RowProblem, RowProblemCode
from webui.wording import whole

ROWS: Mapping[RowProblemCode, Any] = {
    RowProblemCode.VIN_WRONG_LENGTH: _l("в VIN должно быть 17 знаков"),
    RowProblemCode.VIN_BAD_CHARACTER: _l("в VIN недопустимые знаки"),
    RowProblemCode.VIN_MENDED: _l("русские буквы в VIN заменены латинскими, проверьте"),
    RowProblemCode.VIN_ALONE: _l("взят только VIN, остальное в этой ячейке не загружено"),
    RowProblemCode.NO_VIN: _l("нет VIN"),
    RowProblemCode.OTHER_OWNER: _l(
        "автомобиль числится за другим клиентом: владелец не изменён, контакты не добавлены"
    ),
    RowProblemCode.UNKNOWN_VEHICLE: _l("такого автомобиля нет"),
    RowProblemCode.OTHER_PLATE: _l(
        "в строке %(value)s, у автомобиля с этим VIN %(known)s: его номер не изменён"
    ),
    RowProblemCode.OTHER_DETAIL: _l("в строке %(value)s, у автомобиля %(known)s: не изменено"),
    RowProblemCode.NO_OWNER: _l("у автомобиля нет владельца, и в строке он не назван"),
    RowProblemCode.OWNER_STAYS: _l("автомобиль числится за другим клиентом: владелец не изменён"),
    RowProblemCode.OWNER_UNREACHABLE: _l("владелец не загружен: нет телефона"),
    RowProblemCode.OWNER_NAMELESS: _l("владелец не загружен: нет имени, и код неизвестен"),
    RowProblemCode.MILEAGE_FILLER: _l("похоже на заглушку, а не на пробег, в показания не взят"),
    RowProblemCode.MILEAGE_FELL: _l("раньше пробег был больше чем вдвое выше, в показания не взят"),
    RowProblemCode.MILEAGE_AGAINST: _l("%(value)s противоречит %(known)s, в показания не взят"),
}
KILOMETRES = (RowProblemCode.MILEAGE_FILLER, RowProblemCode.MILEAGE_FELL)


def kilometres(problem: RowProblem) -> str:
    """What is wrong with a mileage, its numbers as people read them."""
    now, _bar, before = problem.value.partition("|")
    km = whole(int(now))
    if problem.code is RowProblemCode.MILEAGE_FILLER:
        return str(_("%(km)s км похоже на заглушку: в показания не взято", km=km))
    before = whole(int(before))
    return str(_("%(km)s км, а раньше было %(before)s: в показания не взято", km=km, before=before))
