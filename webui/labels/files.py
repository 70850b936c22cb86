"""Words about files: why one is refused, what is wrong with a row, what will happen to it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from importers.files import DataForgotten
from importers.models import RowFate
from importers.plans import RowPlan
from importers.preview import PreviewRow
from importers.problems import FileProblem, FileRefused, RowProblem, RowProblemCode
from importers.running import NothingChosen
from importers.usage import FileAlreadyUsed
from webui.labels.file_columns import group_words
from webui.labels.pairs import Pairs
from webui.labels.refused_rows import ROWS as _REFUSED
from webui.labels.refused_rows import in_part
from webui.labels.vehicle_rows import KILOMETRES, kilometres
from webui.labels.vehicle_rows import ROWS as _VEHICLES
from webui.wording import whole
from worklists.verdicts import BlockRule

LABELS: Pairs = (
    (RowFate.NEW_CLIENT, _l("Новый клиент")),
    (RowFate.FOUND_BY_KEY, _l("Найден по коду")),
    (RowFate.FOUND_BY_VIN, _l("Найден по VIN")),
    (RowFate.FOUND_BY_PHONE, _l("Найден по телефону")),
    (RowFate.DUPLICATE, _l("Повтор")),
    (RowFate.REJECTED, _l("Ошибка")),
    (RowPlan.NEW_CLIENT, _l("Новые клиенты")),
    (RowPlan.NEW_LIST, _l("Листы известным клиентам")),
    (RowPlan.APPENDED, _l("Добавятся в лист")),
    (RowPlan.IN_WORK, _l("Уже в работе")),
    (RowPlan.BLOCKED, _l("Нельзя звонить")),
    (RowPlan.DUPLICATE, _l("Повторы")),
    (RowPlan.REJECTED, _l("Ошибки")),
)

FORMATS: Mapping[str, tuple[Any, Any]] = {
    "maintenance-due": (
        _l("Клиенты к ТО"),
        _l("Пора на обслуживание: по плановой дате или пробегу"),
    ),
    "lost-clients": (_l("Потерянные клиенты"), _l("Давно не были на сервисе")),
    "recall": (_l("Отзыв по VIN"), _l("Отзывная кампания: довольно одного VIN")),
}
"""Code of a variant → its name and one line about it."""

BLOCKS: Mapping[BlockRule, Any] = {
    BlockRule.DO_NOT_CONTACT: _l("просил не звонить"),
    BlockRule.COOLING_OFF: _l("недавно отказался от общения"),
    BlockRule.NO_VALID_PHONE: _l("нет номера, по которому можно звонить"),
}
"""Why a client cannot be called, as the end of «Нельзя звонить: …»."""

_MEGABYTE = 1 << 20


def _megabytes(size: Any) -> int:
    return max(1, round(int(size) / _MEGABYTE))


def _too_large(v: Mapping[str, Any]) -> Any:
    if "size" not in v:
        return _l(
            "Файл больше %(limit)s МБ. Удалите лишние листы и картинки или разделите на части.",
            limit=_megabytes(v["limit"]),
        )
    return _l(
        "Файл занимает %(size)s МБ, можно до %(limit)s МБ. Удалите лишние листы и картинки "
        "или разделите на части.",
        size=_megabytes(v["size"]),
        limit=_megabytes(v["limit"]),
    )


def _unpacked(_v: Mapping[str, Any]) -> Any:
    return _l(
        "В распакованном виде файл слишком велик. Скопируйте нужные строки в новую книгу "
        "и сохраните её как XLSX."
    )


def _missing(v: Mapping[str, Any]) -> Any:
    needed = "; ".join(group_words(group) for group in v["missing"])
    found = ", ".join(f"«{heading[:60]}»" for heading in list(v["found"])[:12])
    return _l(
        "Не нашлись нужные колонки. Нужно: %(needed)s. В файле есть: %(found)s. "
        "Исправьте заголовки или возьмите образец.",
        needed=needed,
        found=found or "—",
    )


_FILES: Mapping[FileProblem, Callable[[Mapping[str, Any]], Any]] = {
    FileProblem.EMPTY_FILE: lambda _v: _l("Файл пустой. Выгрузите его заново."),
    FileProblem.TOO_LARGE: _too_large,
    FileProblem.NOT_A_WORKBOOK: lambda _v: _l(
        "Это не таблица. Нужен файл Excel (XLSX, XLS, XLSB), ODS или CSV."
    ),
    FileProblem.WEB_PAGE: lambda _v: _l(
        "Это веб-страница, хотя файл назван таблицей. Откройте его в Excel и сохраните как "
        "«Книга Excel (XLSX)»."
    ),
    FileProblem.PAGE_WITHOUT_TABLE: lambda _v: _l(
        "Это веб-страница, и таблицы в ней нет. Возможно, вместо файла сохранилась страница входа "
        "или ошибки: выгрузите таблицу ещё раз."
    ),
    FileProblem.XML_SPREADSHEET: lambda _v: _l(
        "Это таблица XML 2003. Откройте файл в Excel и сохраните как «Книга Excel (XLSX)»."
    ),
    FileProblem.XML_DATA: lambda _v: _l(
        "Это данные XML, а не таблица. Выгрузите их как таблицу Excel или CSV."
    ),
    FileProblem.PDF: lambda _v: _l(
        "Это PDF: из него строки не взять. Попросите таблицу Excel или CSV."
    ),
    FileProblem.PICTURE: lambda _v: _l("Это картинка. Попросите таблицу Excel или CSV."),
    FileProblem.DOCUMENT: lambda _v: _l(
        "Это текстовый документ или презентация. Скопируйте таблицу в Excel и сохраните."
    ),
    FileProblem.ARCHIVE: lambda _v: _l("Это архив. Распакуйте его и загрузите таблицу из него."),
    FileProblem.ENCRYPTED: lambda _v: _l(
        "Файл защищён паролем. Снимите пароль в Excel (Файл, Сведения, Защита книги) и сохраните."
    ),
    FileProblem.DAMAGED: lambda _v: _l(
        "Файл повреждён и не читается. Откройте его в Excel, сохраните заново или выгрузите снова."
    ),
    FileProblem.UNSAFE_NAMES: lambda _v: _l(
        "Внутри файла части с недопустимыми именами. Скопируйте строки в новую книгу и сохраните."
    ),
    FileProblem.TOO_MANY_PARTS: _unpacked,
    FileProblem.UNPACKED_TOO_LARGE: _unpacked,
    FileProblem.PACKED_TOO_TIGHTLY: _unpacked,
    FileProblem.FORBIDDEN_MARKUP: lambda _v: _l(
        "В файле недопустимая разметка. Скопируйте строки в новую книгу и сохраните как XLSX."
    ),
    FileProblem.NO_WORKSHEET: lambda _v: _l("В книге нет ни одного листа с таблицей."),
    FileProblem.TOO_MANY_ROWS: lambda v: _l(
        "На листе больше %(limit)s строк. Удалите пустые строки в конце (выделите их и нажмите "
        "«Удалить») или разделите файл.",
        limit=whole(v["limit"]),
    ),
    FileProblem.TOO_MANY_COLUMNS: lambda v: _l(
        "На листе больше %(limit)s колонок. Удалите лишние колонки справа.", limit=whole(v["limit"])
    ),
    FileProblem.TOOK_TOO_LONG: lambda _v: _l(
        "Файл читается слишком долго. Разделите его на части и загрузите по очереди."
    ),
    FileProblem.TOO_MUCH_MEMORY: lambda _v: _l(
        "Файлу не хватило памяти. Удалите лишние листы и оформление или разделите на части."
    ),
    FileProblem.READER_FAILED: lambda _v: _l(
        "Файл прочитать не удалось. Откройте его в Excel, сохраните заново как XLSX и повторите."
    ),
    FileProblem.FILE_GONE: lambda _v: _l("Сохранённого файла больше нет. Загрузите его ещё раз."),
    FileProblem.LOAD_FAILED: lambda _v: _l(
        "Загрузка несколько раз прервалась на одном месте. Покажите журнал работы программы "
        "администратору, потом загрузите файл ещё раз."
    ),
    FileProblem.NO_ROWS: lambda _v: _l(
        "В файле нет строк с данными. Проверьте, что таблица на видимом листе и под заголовками "
        "есть строки."
    ),
    FileProblem.MISSING_COLUMNS: _missing,
}

_ROWS: Mapping[RowProblemCode, Any] = {
    **_REFUSED,
    **_VEHICLES,
    RowProblemCode.NO_SUCH_DATE: _l("такой даты не бывает"),
    RowProblemCode.NOT_A_DATE: _l("это не дата"),
    RowProblemCode.ONLY_MONTH: _l("назван только месяц, взят его первый день"),
    RowProblemCode.YOUNG_BIRTHDAY: _l("по дате рождения человеку меньше 14 лет, проверьте"),
    RowProblemCode.NOT_A_TIME: _l("это не время"),
    RowProblemCode.NOT_A_NUMBER: _l("это не число"),
    RowProblemCode.NOT_A_YEAR: _l("это не год"),
    RowProblemCode.OUT_OF_RANGE: _l("значение вне разумных пределов"),
    RowProblemCode.ERROR_IN_CELL: _l("в ячейке ошибка Excel"),
    RowProblemCode.PHONE_EMPTY: _l("телефон пуст"),
    RowProblemCode.PHONE_TOO_SHORT: _l("в номере не хватает цифр"),
    RowProblemCode.PHONE_TOO_LONG: _l("в номере лишние цифры"),
    RowProblemCode.PHONE_NOT_A_NUMBER: _l("это не номер телефона"),
    RowProblemCode.PHONE_DIGITS_LOST: _l("Excel округлил номер, цифры потеряны"),
    RowProblemCode.PHONE_UNKNOWN: _l("такого номера не бывает"),
    RowProblemCode.NOT_AN_EMAIL: _l("это не адрес почты"),
    RowProblemCode.ONLY_FIRST: _l("адресов несколько, взят первый"),
    RowProblemCode.NOT_A_NAME: _l("это не имя"),
    RowProblemCode.NO_PHONE: _l("нет телефона"),
    RowProblemCode.NO_PHONE_AND_NO_VIN: _l("нет ни телефона, ни VIN: некого искать"),
    RowProblemCode.NO_NAME_AND_NO_VIN: _l("нет ни имени, ни VIN"),
    RowProblemCode.MISSING_VALUE: _l("не хватает данных"),
    RowProblemCode.NOT_KNOWN: _l("такого значения здесь не бывает"),
    RowProblemCode.SEVERAL_CLIENTS: _l("телефон есть у нескольких клиентов, взят один из них"),
    RowProblemCode.OTHER_NAME: _l("это контакт или код клиента с другим именем"),
    RowProblemCode.OTHER_NAME_ABOVE: _l("другое имя, чем в строке %(value)s"),
    RowProblemCode.OTHER_DETAILS: _l(
        "имя то же, но код, ИНН или дата рождения у известного клиента другие"
    ),
    RowProblemCode.SEVERAL_FIT: _l("подходят сразу несколько записей, не взята ни одна"),
    RowProblemCode.WRONG_NUMBER: _l("этот номер клиента отмечен как неверный"),
    RowProblemCode.UNKNOWN_CLIENT: _l("такого клиента нет"),
    RowProblemCode.UNKNOWN_ORDER: _l("такого заказ-наряда нет"),
    RowProblemCode.UNKNOWN_WORKSHOP: _l("такого цеха нет"),
    RowProblemCode.OTHER_ORDER: _l("заказ-наряд с этим номером у другого автомобиля или цеха"),
    RowProblemCode.NOT_YET: _l("этот день ещё не наступил"),
    RowProblemCode.CLOSED_BEFORE: _l("закрыт раньше, чем открыт"),
    RowProblemCode.LIFTED_SINCE: _l("отказ с тех пор снят"),
    RowProblemCode.OLDER_NEWS: _l("известно более позднее состояние"),
    RowProblemCode.LEFT_OUT: _l("пропущена по решению сотрудника"),
    RowProblemCode.UNKNOWN_RESULT: _l("непонятный результат"),
    RowProblemCode.IN_FUTURE: _l("звонок позже, чем сейчас"),
    RowProblemCode.NO_TASK: _l("у клиента не было задачи на звонок: записать результат некуда"),
    RowProblemCode.SEVERAL_TASKS: _l(
        "у клиента было несколько задач на звонок, добавьте VIN или кампанию"
    ),
    RowProblemCode.BEFORE_TASK: _l("задача поставлена позже этого звонка"),
    RowProblemCode.CLOSED_SINCE: _l("задача с тех пор закрыта"),
    RowProblemCode.IN_HAND: _l("с клиентом сейчас работают, загрузите строку позже"),
    RowProblemCode.ON_CONTROL: _l("задача на контроле: дальше её ведёт сотрудник"),
    RowProblemCode.TAKEN_BACK: _l("этот результат уже загружали, и сотрудник его отменил"),
    RowProblemCode.CHANGED_MEANWHILE: _l("задачу как раз меняли: загрузите эту строку ещё раз"),
    RowProblemCode.UNKNOWN_NUMBER: _l("этого номера у клиента нет"),
    RowProblemCode.NOT_TAKEN: _l("не подходит к известному, не взято"),
    RowProblemCode.RESULT_NEEDS_MORE: _l(
        "для такого результата в файле не хватает данных, запишите его вручную"
    ),
}

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    FileAlreadyUsed: lambda _e: _l(
        "Из этого файла уже созданы рабочие листы. Загрузите его ещё раз с нужным вариантом."
    ),
    DataForgotten: lambda _e: _l(
        "Данные файла удалены: срок их хранения прошёл. Созданные по нему рабочие листы остались."
    ),
    NothingChosen: lambda _e: _l("Не отмечено ни одной строки. Отметьте строки или «Поставить»."),
}


def file_sentence(refused: FileRefused) -> str:
    """Why the file is refused and what to do."""
    return str(_FILES[refused.code](refused.values))


def problem_sentence(problem: RowProblem) -> str:
    """What is wrong, with the column and the cell: «Телефон: в номере не хватает цифр (12345)»."""
    text = str(_ROWS[problem.code])
    if problem.code is RowProblemCode.MISSING_VALUE:
        return str(_("Не хватает: %(needed)s", needed=group_words(problem.value.split("|"))))
    if problem.code is RowProblemCode.UNKNOWN_RESULT:
        cell, *meant = problem.value.split("|")
        text = f"{text} ({cell[:60]})"
        if meant:
            text += ". " + str(_("Возможно: %(names)s", names="; ".join(meant)))
    elif problem.code in KILOMETRES and problem.value.replace("|", "").isdecimal():
        text = kilometres(problem)
    elif problem.code is RowProblemCode.REFUSAL_IN_PART:
        text = in_part(problem)
    elif "%(value)s" in text:
        value, _bar, known = problem.value.partition("|")
        text %= {"value": value[:60], "known": known[:60]}
    elif problem.value:
        text = f"{text} ({problem.value[:60]})"
    if problem.column:
        return f"{problem.column}: {text}"
    return text[:1].upper() + text[1:]


def plan_sentence(row: PreviewRow) -> str:
    """What will happen to the row now."""
    return str(_plan_words(row))


def _plan_words(row: PreviewRow) -> Any:
    match row.plan:
        case RowPlan.NEW_CLIENT:
            return _("Новый клиент и новый лист")
        case RowPlan.NEW_LIST:
            return _("Новый рабочий лист")
        case RowPlan.APPENDED if row.work_list_id is not None:
            return _("Добавится в лист №%(number)s", number=row.work_list_id)
        case RowPlan.APPENDED:
            return _("Добавится в лист строки %(number)s", number=row.duplicate_of)
        case RowPlan.IN_WORK if row.work_list_id is not None:
            return _("Уже в работе, лист №%(number)s", number=row.work_list_id)
        case RowPlan.IN_WORK:
            return _("Уже обработан")
        case RowPlan.BLOCKED:
            reason = BLOCKS[row.block] if row.block is not None else ""
            return _("Нельзя звонить: %(reason)s", reason=reason)
        case RowPlan.DUPLICATE:
            return _("Повтор строки %(number)s", number=row.duplicate_of)
        case RowPlan.REJECTED:
            return _("Не загрузится")
