"""The lines that a new installation starts with; every one can be edited afterwards.

Only ``interview`` codes are results; codes of the other outcomes are their reasons.
"""

from dataclasses import dataclass
from typing import Any

from campaigns.effects import (
    BY_LADDER,
    CLOSE,
    DATA_FIX,
    Effect,
    EffectKind,
    RetryBy,
    block,
    mark,
)
from campaigns.models import DataFault, Outcome
from campaigns.result_codes import CodeFlags
from directory.clients.models import RefusalScope

Names = dict[str, str]

TO_QUALITY = Effect(
    kind=EffectKind.DEPARTMENT_TASK, text="Разобраться с жалобой клиента", working_days=1
)
MUCH_LATER = Effect(kind=EffectKind.RETRY, by=RetryBy.ONCE, working_days=10)
WRONG_NUMBER = (CLOSE, mark(DataFault.CONTACT), DATA_FIX)
WRONG_VEHICLE = (CLOSE, mark(DataFault.ASSET), DATA_FIX)


def _names(ru: str, en: str, uk: str) -> Names:
    return {"ru": ru, "en": en, "uk": uk}


@dataclass(frozen=True, kw_only=True)
class ShippedCode:
    """One line of the catalogue of results."""

    code: str
    outcome: Outcome
    names: Names
    flags: CodeFlags


@dataclass(frozen=True, kw_only=True)
class ShippedCampaign:
    """One purpose of contact with its rules."""

    code: str
    purpose: str
    name: str
    goal: str
    script: str = ""
    ladder: tuple[dict[str, Any], ...] = ()
    priority: int = 5
    control_days: int = 3
    is_phoned: bool = True
    is_pressure_exempt: bool = False


LADDER: tuple[dict[str, Any], ...] = ({"hours": 2}, {"days": 1, "part": "other"}, {"days": 3})
"""Two hours later, next day in the other part of the day, three days later."""


def _result(code: str, names: Names, **flags: Any) -> ShippedCode:
    return ShippedCode(code=code, outcome=Outcome.INTERVIEW, names=names, flags=CodeFlags(**flags))


def _reason(outcome: Outcome, code: str, names: Names, **flags: Any) -> ShippedCode:
    return ShippedCode(code=code, outcome=outcome, names=names, flags=CodeFlags(**flags))


RESULTS = (
    _result(
        "booked_in_call",
        _names(
            "Клиент записан на сервис во время звонка",
            "Booked into service during the call",
            "Клієнта записано на сервіс під час дзвінка",
        ),
        offers_service_request=True,
        offers_involvement=True,
        asks_mileage=True,
        allows_control=True,
        is_success=True,
    ),
    _result(
        "booked",
        _names(
            "Клиент записан на сервис",
            "Client is booked into service",
            "Клієнта записано на сервіс",
        ),
        asks_acquisition=True,
        comment_required=True,
        is_success=True,
    ),
    _result(
        "will_come",
        _names("Приедет сам", "Will come without booking", "Приїде сам"),
        comment_required=True,
        asks_mileage=True,
        allows_control=True,
        needs_next_date=True,
    ),
    _result(
        "think_call_later",
        _names(
            "Подумает, перезвонить позже",
            "Will think, call back later",
            "Подумає, передзвонити пізніше",
        ),
        comment_required=True,
        asks_mileage=True,
        needs_next_date=True,
    ),
    _result(
        "done_elsewhere",
        _names("Обслужился в другом месте", "Served elsewhere", "Обслужився в іншому місці"),
        comment_required=True,
        asks_mileage=True,
    ),
    _result(
        "already_serviced",
        _names(
            "Уже обслужен (дата, пробег)",
            "Already serviced (date, km)",
            "Уже обслуговано (дата, пробіг)",
        ),
        comment_required=True,
        asks_mileage=True,
        effects=(CLOSE,),
    ),
    _result(
        "complaint",
        _names("Жалоба", "Complaint", "Скарга"),
        effects=(TO_QUALITY,),
        comment_required=True,
        offers_involvement=True,
        asks_mileage=True,
        allows_control=True,
    ),
    _result(
        "other_department",
        _names(
            "Вопрос в другой отдел", "Question for another department", "Питання до іншого відділу"
        ),
        comment_required=True,
        offers_involvement=True,
        asks_mileage=True,
        allows_control=True,
    ),
)

REASONS = (
    _reason(
        Outcome.NO_ANSWER,
        "no_pick_up",
        _names("Нет ответа", "No answer", "Немає відповіді"),
        effects=(BY_LADDER,),
    ),
    _reason(Outcome.NO_ANSWER, "busy", _names("Занято", "Busy", "Зайнято"), effects=(BY_LADDER,)),
    _reason(
        Outcome.NO_ANSWER,
        "rejected",
        _names("Сбросил звонок", "Rejected", "Скинув дзвінок"),
        effects=(BY_LADDER,),
    ),
    _reason(
        Outcome.NO_ANSWER,
        "unreachable",
        _names("Абонент недоступен", "Unreachable", "Абонент недоступний"),
        effects=(BY_LADDER,),
    ),
    _reason(
        Outcome.NO_ANSWER,
        "voicemail",
        _names("Автоответчик", "Voicemail", "Автовідповідач"),
        effects=(BY_LADDER,),
    ),
    _reason(
        Outcome.NO_ANSWER,
        "voicemail_left",
        _names("Оставлено сообщение", "Message left", "Залишено повідомлення"),
        effects=(BY_LADDER,),
    ),
    _reason(
        Outcome.REFUSED,
        "not_now",
        _names("Не хочет говорить сейчас", "Will not talk now", "Не хоче говорити зараз"),
        effects=(CLOSE,),
    ),
    _reason(
        Outcome.REFUSED,
        "try_much_later",
        _names(
            "Не сейчас, попробовать через две недели",
            "Not now, try in two weeks",
            "Не зараз, спробувати за два тижні",
        ),
        effects=(MUCH_LATER,),
    ),
    _reason(
        Outcome.REFUSED,
        "refuses_purpose",
        _names(
            "Отказ от звонков по этой цели",
            "Refuses calls for this purpose",
            "Відмова від дзвінків із цієї мети",
        ),
        effects=(CLOSE, block(RefusalScope.PURPOSE)),
    ),
    _reason(
        Outcome.REFUSED,
        "refuses_all",
        _names("Отказ от всех звонков", "Refuses all calls", "Відмова від усіх дзвінків"),
        effects=(CLOSE, block(RefusalScope.ALL)),
    ),
    _reason(
        Outcome.BAD_DATA,
        "wrong_person",
        _names("Не тот человек", "Wrong person", "Не та людина"),
        effects=WRONG_NUMBER,
    ),
    _reason(
        Outcome.BAD_DATA,
        "not_in_service",
        _names("Номер не обслуживается", "Number not in service", "Номер не обслуговується"),
        effects=WRONG_NUMBER,
    ),
    _reason(
        Outcome.BAD_DATA,
        "car_sold",
        _names("Автомобиль продан", "Vehicle sold", "Автомобіль продано"),
        effects=WRONG_VEHICLE,
    ),
    _reason(
        Outcome.BAD_DATA,
        "not_owner",
        _names("Не владелец автомобиля", "Not the owner", "Не власник автомобіля"),
        effects=WRONG_VEHICLE,
    ),
)

CAMPAIGNS = (
    ShippedCampaign(
        code="maintenance-due",
        purpose="maintenance",
        name="Подошло время ТО",
        goal="Пригласить на техническое обслуживание и записать на удобное время",
        script="Представиться и назвать сервис\n"
        "Напомнить о дате и пробеге последнего обслуживания\n"
        "Спросить текущий пробег\n"
        "Предложить день и время, записать на сервис\n"
        "Повторить договорённость и поблагодарить",
        ladder=LADDER,
        priority=4,
    ),
    ShippedCampaign(
        code="lost-clients",
        purpose="lost",
        name="Потерянные клиенты сервиса",
        goal="Узнать, почему клиент перестал приезжать, и вернуть его на сервис",
        script="Представиться и назвать сервис\n"
        "Спросить, где сейчас обслуживается автомобиль\n"
        "Узнать причину и записать её словами клиента\n"
        "Предложить условия возвращения\n"
        "Договориться о визите или о следующем звонке",
        ladder=LADDER,
        control_days=7,
    ),
    ShippedCampaign(
        code="recall",
        purpose="recall",
        name="Отзывная кампания",
        goal="Сообщить об отзыве изготовителя и записать на бесплатное устранение",
        script="Представиться и назвать сервис\n"
        "Убедиться, что клиент владеет этим автомобилем\n"
        "Сказать, что изготовитель отзывает автомобиль и почему\n"
        "Объяснить, что работы бесплатны, и назвать их длительность\n"
        "Предложить день и время, записать на сервис",
        ladder=LADDER,
        priority=2,
        is_pressure_exempt=True,
    ),
    ShippedCampaign(
        code="department",
        purpose="department",
        name="Задачи других подразделений",
        goal="Выполнить просьбу другого подразделения и ответить ему",
        priority=3,
        is_phoned=False,
    ),
)

ACQUISITIONS: tuple[tuple[str, Names], ...] = (
    ("phone_call", _names("Звонок менеджера", "Manager's call", "Дзвінок менеджера")),
    ("client_called", _names("Клиент позвонил сам", "Client called", "Клієнт зателефонував сам")),
    ("website", _names("Сайт", "Website", "Сайт")),
    ("messenger", _names("Мессенджер", "Messenger", "Месенджер")),
    ("visit", _names("Приехал лично", "Came in person", "Приїхав особисто")),
    ("recommendation", _names("По рекомендации", "Recommended", "За рекомендацією")),
)
