"""Who demo client ``n`` is. Pure functions, so that the demo loader and ``samples/`` agree.

Client n has ``sample_person(n)`` and ``sample_phone(n)``; vehicle n is ``sample_vehicle(n)``, and
for n below ``DEMO_CLIENTS`` it belongs to client n. No VIN or phone repeats below n = a million.
"""

from __future__ import annotations

from dataclasses import dataclass

DEMO_CLIENTS = 20_000


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SURNAMES = _words(
    "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов "
    "Волков Алексеев Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев "
    "Макаров Никитин Захаров Зайцев Соловьёв Борисов Яковлев Григорьев Романов Воробьёв "
    "Сергеев Кузьмин Фролов Александров Дмитриев Королёв Гусев Киселёв Ильин Максимов Поляков "
    "Сорокин Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков Баранов Филиппов Комаров "
    "Давыдов Беляев Герасимов Богданов Осипов Сидоров Матвеев Титов Марков Миронов Крылов "
    "Куликов Карпов Власов Мельников Денисов"
)
_MEN = _words(
    "Александр Сергей Дмитрий Андрей Алексей Максим Евгений Иван Михаил Николай Владимир "
    "Артём Павел Роман Олег Игорь Юрий Виктор Константин Пётр Фёдор Григорий"
)
_WOMEN = _words(
    "Елена Ольга Татьяна Наталья Анна Ирина Светлана Мария Екатерина Юлия Людмила Марина "
    "Алёна Галина Оксана Дарья Ксения Надежда Вера Полина Лариса Валентина"
)
_FATHERS = _words(
    "Александров Сергеев Дмитриев Андреев Алексеев Максимов Евгеньев Иванов Михайлов Николаев "
    "Владимиров Павлов Романов Олегов Игорев Юрьев Викторов Петров Фёдоров Григорьев"
)
# make, manufacturer's code and the description that its VINs begin with, models
_MAKES = (
    ("Kia", "XWEPH81A", ("Rio", "Sportage", "Cerato", "Sorento", "K5")),
    ("Hyundai", "Z94CT41D", ("Solaris", "Creta", "Tucson", "Santa Fe", "Elantra")),
    ("Toyota", "XW7BF4FK", ("Camry", "RAV4", "Corolla", "Land Cruiser Prado")),
    ("LADA", "XTA21907", ("Granta", "Vesta", "Largus", "Niva Travel", "XRAY")),
    ("Skoda", "XW8AC2NH", ("Octavia", "Rapid", "Kodiaq", "Karoq")),
    ("Volkswagen", "XW8ZZZ61", ("Polo", "Tiguan", "Passat")),
    ("Renault", "X7LHSRGA", ("Duster", "Logan", "Kaptur", "Arkana")),
    ("Nissan", "Z8NFBAJ1", ("Qashqai", "X-Trail", "Almera")),
    ("Chery", "LVVDB21B", ("Tiggo 4", "Tiggo 7 Pro", "Tiggo 8")),
    ("Haval", "XZGFF06A", ("Jolion", "F7", "Dargo")),
)
_YEAR_CODES = "ABCDEFGHJKLMNPRST"  # 2010 …
_FIRST_YEAR = 2010
_PLATE_LETTERS = "АВЕКМНОРСТУХ"
_REGIONS = ("77", "777", "199", "50", "150", "78", "178", "54", "55", "66", "96", "16", "116", "63")


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A made-up person."""

    last_name: str
    first_name: str
    patronymic: str
    is_woman: bool

    @property
    def full_name(self) -> str:
        """Surname, first name, patronymic."""
        return f"{self.last_name} {self.first_name} {self.patronymic}"


@dataclass(frozen=True, slots=True)
class SampleVehicle:
    """A made-up vehicle; the plate is in Cyrillic, as on Russian papers."""

    vin: str
    plate: str
    make: str
    model: str
    year: int


def sample_person(n: int) -> SamplePerson:
    """The person behind client ``n``."""
    is_woman = _mixed(n, 1) % 5 < 2
    surname = _SURNAMES[_mixed(n, 2) % len(_SURNAMES)]
    names = _WOMEN if is_woman else _MEN
    first = names[_mixed(n, 3) % len(names)]
    father = _FATHERS[_mixed(n, 4) % len(_FATHERS)]
    if is_woman:
        return SamplePerson(surname + "а", first, father + "на", is_woman)
    return SamplePerson(surname, first, father + "ич", is_woman)


def sample_phone(n: int) -> str:
    """The mobile of client ``n`` in E.164."""
    # Multiplying by a number prime to 10**9 is a bijection: no two clients share a phone.
    return f"+79{(n * 387_420_489 + 161_234_567) % 10**9:09}"


def sample_vin(n: int) -> str:
    """The VIN of vehicle ``n``."""
    return sample_vehicle(n).vin


def sample_vehicle(n: int) -> SampleVehicle:
    """Vehicle ``n``: its VIN begins as its maker's do and ends with ``n``."""
    make, begin, models = _MAKES[_mixed(n, 5) % len(_MAKES)]
    model = models[_mixed(n, 6) % len(models)]
    year = _FIRST_YEAR + _mixed(n, 7) % 15
    vin = f"{begin}{_mixed(n, 8) % 10}{_YEAR_CODES[year - _FIRST_YEAR]}0{n % 1_000_000:06}"
    letters = [_PLATE_LETTERS[_mixed(n, salt) % len(_PLATE_LETTERS)] for salt in (9, 10, 11)]
    number = 1 + _mixed(n, 12) % 999
    region = _REGIONS[_mixed(n, 13) % len(_REGIONS)]
    plate = f"{letters[0]}{number:03}{letters[1]}{letters[2]}{region}"
    return SampleVehicle(vin, plate, make, model, year)


def _mixed(n: int, salt: int) -> int:
    """A number that looks random and never changes (splitmix64)."""
    value = (n * 0x9E3779B97F4A7C15 + salt * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 31)
