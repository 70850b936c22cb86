"""The invented dealer group: its units, its people, their logins."""

from collections.abc import Iterator
from dataclasses import dataclass

from directory.staff.models import Role
from directory.units.models import UnitKind

COMPANY_ZONE = "Europe/Moscow"


@dataclass(frozen=True)
class DemoUnit:
    """A node of the tree; ``parent`` is a code."""

    id: int
    parent: str | None
    kind: UnitKind
    code: str
    name: str
    zone: str | None = None


@dataclass(frozen=True)
class DemoEmployee:
    """A person with roles at units (codes)."""

    id: int
    login: str
    full_name: str
    roles: tuple[tuple[Role, str], ...]
    zone: str | None


@dataclass(frozen=True)
class DemoLogin:
    """A line for the person who tries the demo: login, role in words, unit."""

    login: str
    role: str
    unit: str


@dataclass(frozen=True)
class Centre:
    """A responsibility centre with the ids that the work refers to."""

    code: str
    city: str
    zone: str
    area_codes: tuple[str, ...]
    share: float
    """Part of all clients."""
    unit_id: int
    call_id: int
    service_id: int
    quality_id: int
    mechanics_id: int
    body_id: int
    tyres_id: int
    head: int
    supervisor: int
    callers: tuple[int, ...]
    """Managers and operators of the call department."""
    service_managers: tuple[int, ...]
    quality_managers: tuple[int, ...]


@dataclass(frozen=True)
class _City:
    code: str
    name: str
    zone: str
    area_codes: tuple[str, ...]
    share: float
    workshops: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str, str], ...]
    """Login, full name, and places such as ``manager@call+supervisor@call``."""


_CITIES = (
    _City(
        "msk", "Москва", "Europe/Moscow", ("495", "499"), 0.5,
        (("mechanics", "Слесарный цех"), ("body", "Кузовной цех"), ("tyres", "Шиномонтаж")),
        (
            ("orlov", "Орлов Дмитрий Сергеевич", "head@centre"),
            ("lebedev", "Лебедев Андрей Викторович", "supervisor@call"),
            ("polyakova", "Полякова Ирина Олеговна", "manager@call+supervisor@call"),
            ("smirnov", "Смирнов Павел Игоревич", "manager@call"),
            ("kuznetsova", "Кузнецова Елена Петровна", "manager@call"),
            ("volkova", "Волкова Дарья Алексеевна", "operator@call"),
            ("sokolov", "Соколов Никита Романович", "operator@call"),
            ("zaytsev", "Зайцев Олег Николаевич", "manager@service"),
            ("morozova", "Морозова Светлана Юрьевна", "manager@quality"),
            ("fomina", "Фомина Анна Михайловна", "analyst@centre"),
        ),
    ),
    _City(
        "smr", "Самара", "Europe/Samara", ("846",), 0.28,
        (("mechanics", "Слесарный цех"), ("body", "Малярно-кузовной цех"),
         ("tyres", "Шиномонтаж")),
        (
            ("vasilyev", "Васильев Сергей Павлович", "head@centre"),
            ("egorova", "Егорова Наталья Ивановна", "supervisor@call"),
            ("nikitin", "Никитин Артём Денисович", "manager@call"),
            ("belova", "Белова Ольга Андреевна", "manager@call"),
            ("tarasov", "Тарасов Илья Максимович", "manager@call+operator@call"),
            ("gusev", "Гусев Антон Валерьевич", "operator@call"),
            ("komarova", "Комарова Юлия Сергеевна", "operator@call"),
            ("baranov", "Баранов Виктор Степанович", "manager@service"),
            ("filippova", "Филиппова Мария Кирилловна", "manager@quality"),
            ("denisov", "Денисов Глеб Аркадьевич", "analyst@centre"),
        ),
    ),
    _City(
        "ekb", "Екатеринбург", "Asia/Yekaterinburg", ("343",), 0.22,
        (("mechanics", "Слесарный цех"), ("body", "Кузовной цех"), ("tyres", "Шиномонтаж")),
        (
            ("pavlova", "Павлова Екатерина Борисовна", "head@centre"),
            ("kiselev", "Киселёв Роман Евгеньевич", "supervisor@call"),
            ("medvedeva", "Медведева Алина Руслановна", "manager@call"),
            ("antonov", "Антонов Кирилл Владимирович", "manager@call"),
            ("vlasova", "Власова Татьяна Леонидовна", "manager@call+supervisor@call"),
            ("melnikov", "Мельников Денис Олегович", "operator@call"),
            ("sorokina", "Сорокина Вера Анатольевна", "operator@call"),
            ("gromov", "Громов Евгений Иванович", "manager@service"),
            ("kalinina", "Калинина Полина Дмитриевна", "manager@quality"),
            ("timofeev", "Тимофеев Марк Эдуардович", "analyst@centre"),
        ),
    ),
)  # fmt: skip

_DEPARTMENTS = (
    ("call", "Отдел обзвона"),
    ("service", "Отдел сервиса"),
    ("quality", "Отдел качества"),
)
_COMPANY_PEOPLE = (
    ("admin", "Громова Лидия Фёдоровна", "administrator@company"),
    ("meridianov", "Меридианов Лев Аркадьевич", "head@company"),
    ("analitik", "Щербакова Инна Витальевна", "analyst@company"),
)


def _units() -> Iterator[tuple[str | None, UnitKind, str, str, str | None]]:
    yield None, UnitKind.COMPANY, "meridian", "Автодом Меридиан", COMPANY_ZONE
    for city in _CITIES:
        yield "meridian", UnitKind.CENTRE, city.code, f"Меридиан {city.name}", city.zone
        for code, name in _DEPARTMENTS:
            yield (
                city.code,
                UnitKind.DEPARTMENT,
                f"{city.code}-{code}",
                f"{name}, {city.name}",
                None,
            )
        for code, name in city.workshops:
            yield city.code, UnitKind.WORKSHOP, f"{city.code}-{code}", f"{name}, {city.name}", None


UNITS = tuple(DemoUnit(number, *unit) for number, unit in enumerate(_units(), start=1))
_ID_BY_CODE = {unit.code: unit.id for unit in UNITS}
_NAME_BY_CODE = {unit.code: unit.name for unit in UNITS}


def _place(text: str, city: str) -> tuple[Role, str]:
    role, _, where = text.partition("@")
    code = {"company": "meridian", "centre": city}.get(where, f"{city}-{where}")
    return Role(role), code


def _employees() -> Iterator[tuple[str, str, tuple[tuple[Role, str], ...], str | None]]:
    for login, name, places in _COMPANY_PEOPLE:
        yield login, name, tuple(_place(text, "") for text in places.split("+")), None
    for city in _CITIES:
        for login, name, places in city.people:
            roles = tuple(_place(text, city.code) for text in places.split("+"))
            yield login, name, roles, city.zone


EMPLOYEES = tuple(DemoEmployee(number, *one) for number, one in enumerate(_employees(), start=1))


def _with(unit: str, *roles: Role) -> tuple[int, ...]:
    return tuple(
        person.id
        for person in EMPLOYEES
        if any(place == unit and role in roles for role, place in person.roles)
    )


def _centre(city: _City) -> Centre:
    call = f"{city.code}-call"
    return Centre(
        code=city.code,
        city=city.name,
        zone=city.zone,
        area_codes=city.area_codes,
        share=city.share,
        unit_id=_ID_BY_CODE[city.code],
        call_id=_ID_BY_CODE[f"{city.code}-call"],
        service_id=_ID_BY_CODE[f"{city.code}-service"],
        quality_id=_ID_BY_CODE[f"{city.code}-quality"],
        mechanics_id=_ID_BY_CODE[f"{city.code}-mechanics"],
        body_id=_ID_BY_CODE[f"{city.code}-body"],
        tyres_id=_ID_BY_CODE[f"{city.code}-tyres"],
        head=_with(city.code, Role.HEAD)[0],
        supervisor=_with(call, Role.SUPERVISOR)[0],
        callers=_with(call, Role.MANAGER, Role.OPERATOR),
        service_managers=_with(f"{city.code}-service", Role.MANAGER),
        quality_managers=_with(f"{city.code}-quality", Role.MANAGER),
    )


CENTRES = tuple(_centre(city) for city in _CITIES)


def unit_paths() -> Iterator[tuple[int, int, int]]:
    """Ancestor, descendant and depth for every pair, as ``unit_paths`` keeps them."""
    parents = {unit.code: unit.parent for unit in UNITS}
    for unit in UNITS:
        ancestor: str | None = unit.code
        depth = 0
        while ancestor is not None:
            yield _ID_BY_CODE[ancestor], unit.id, depth
            ancestor, depth = parents[ancestor], depth + 1


def appointments() -> Iterator[tuple[int, Role, int]]:
    """Employee, role and unit id of every appointment."""
    for person in EMPLOYEES:
        for role, code in person.roles:
            yield person.id, role, _ID_BY_CODE[code]


def demo_logins() -> tuple[DemoLogin, ...]:
    """Everybody who can sign in, for the command line to print."""
    return tuple(
        DemoLogin(
            login=person.login,
            role=", ".join(role.value for role, _ in person.roles),
            unit=", ".join(dict.fromkeys(_NAME_BY_CODE[code] for _, code in person.roles)),
        )
        for person in EMPLOYEES
    )
