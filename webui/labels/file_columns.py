"""Words about the columns of a file: what one can mean, how that is known, what is strange."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from importers.columns import Remark, Source
from importers.fields import Field
from importers.refusal_words import NotRefused, RefusedPurpose
from importers.remapping import ColumnsMissing, ColumnsUnfit, ColumnTwice
from webui.labels.pairs import Pairs, by_class

LABELS: Pairs = (
    (Field.NAME, _l("ФИО")),
    (Field.LAST_NAME, _l("Фамилия")),
    (Field.FIRST_NAME, _l("Имя")),
    (Field.PATRONYMIC, _l("Отчество")),
    (Field.PHONE, _l("Телефон")),
    (Field.EMAIL, _l("Почта")),
    (Field.ADDRESS, _l("Адрес")),
    (Field.BIRTH_ON, _l("Дата рождения")),
    (Field.TAX_ID, _l("ИНН")),
    (Field.CLIENT_KIND, _l("Вид клиента")),
    (Field.EXTERNAL_KEY, _l("Код клиента")),
    (Field.VIN, _l("VIN")),
    (Field.PLATE, _l("Госномер")),
    (Field.MAKE, _l("Марка")),
    (Field.MODEL, _l("Модель")),
    (Field.MAKE_MODEL, _l("Марка и модель")),
    (Field.YEAR, _l("Год выпуска")),
    (Field.MILEAGE_KM, _l("Пробег, км")),
    (Field.MILEAGE_ON, _l("Дата пробега")),
    (Field.SOLD_ON, _l("Дата продажи")),
    (Field.WARRANTY_UNTIL, _l("Гарантия до")),
    (Field.INSURED_UNTIL, _l("Страховка до")),
    (Field.LAST_VISIT_ON, _l("Дата последнего визита")),
    (Field.PLANNED_ON, _l("Плановая дата ТО")),
    (Field.DEALER, _l("Дилер")),
    (Field.VISIT_NUMBER, _l("Номер заказ-наряда")),
    (Field.OPENED_ON, _l("Дата открытия")),
    (Field.DONE_ON, _l("Дата закрытия")),
    (Field.WORKSHOP, _l("Мастерская")),
    (Field.TOTAL, _l("Сумма")),
    (Field.LINE_TOTAL, _l("Сумма строки")),
    (Field.WORK, _l("Работы")),
    (Field.VISIT_STATUS, _l("Статус заказ-наряда")),
    (Field.ADVICE, _l("Рекомендация")),
    (Field.ESTIMATE, _l("Оценка стоимости")),
    (Field.ADVISED_ON, _l("Дата рекомендации")),
    (Field.ADVICE_STATUS, _l("Статус рекомендации")),
    (Field.CLOSED_ON, _l("Дата выполнения или отказа")),
    (Field.REASON, _l("Причина отказа")),
    (Field.SCOPE, _l("От чего отказ")),
    (Field.REFUSES, _l("Не звонить: да или нет")),
    (Field.REFUSED_ON, _l("Дата отказа")),
    (Field.OUTCOME, _l("Результат звонка")),
    (Field.CALLED_AT, _l("Дата и время звонка")),
    (Field.CALLED_TIME, _l("Время звонка")),
    (Field.CALLER, _l("Кто звонил")),
    (Field.NEXT_ON, _l("Дата следующего звонка")),
    (Field.CAMPAIGN, _l("Кампания")),
    (Field.COMMENT, _l("Комментарий")),
    (RefusedPurpose.MAINTENANCE, _l("Звонки о ТО")),
    (RefusedPurpose.LOST, _l("Звонки потерянным клиентам")),
    (RefusedPurpose.RECALL, _l("Звонки об отзыве")),
    (NotRefused.NO, _l("Отказа нет")),
    (Source.HEADING, _l("узнан по заголовку")),
    (Source.CONTENT, _l("узнан по содержимому")),
    (Source.PERSON, _l("вы выбрали")),
    (Remark.CONTRADICTS, _l("Заголовок говорит одно, ячейки другое")),
    (Remark.SOME_DATE, _l("Здесь даты: выберите, какие")),
    (Remark.TAKEN, _l("Такой столбец уже есть: выберите, какой из них загрузить")),
)

_FIELDS = by_class(LABELS)[Field]


def group_words(codes: Iterable[str]) -> str:
    """«ФИО» или «VIN»: columns of which one is enough, by the codes of their fields."""
    either = " " + str(_l("или")) + " "
    return either.join(f"«{_FIELDS[Field(code)]}»" for code in codes)


SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    ColumnTwice: lambda e: _l(
        "«%(field)s» выбрано в двух столбцах. Оставьте в одном.", field=_FIELDS[e.twice]
    ),
    ColumnsMissing: lambda e: _l(
        "Не хватает: %(needed)s. Без этого строки не загрузить.",
        needed="; ".join(group_words(group) for group in e.groups),
    ),
    ColumnsUnfit: lambda _e: _l("Столбцы изменились. Откройте страницу заново и выберите снова."),
}
