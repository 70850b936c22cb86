"""What a service does: works and parts of each kind of visit, their prices, what is advised."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from random import Random

from directory.visits.models import LineKind

Line = tuple[LineKind, str, Decimal, Decimal]
"""Kind, name, quantity, sum."""


class VisitKind(IntEnum):
    """Why a vehicle comes."""

    SMALL_SERVICE = 0
    LARGE_SERVICE = 1
    OIL = 2
    TYRES = 3
    BRAKES = 4
    SUSPENSION = 5
    DIAGNOSTICS = 6
    ELECTRICS = 7
    BODY = 8
    CONDITIONER = 9


@dataclass(frozen=True)
class Bill:
    """The lines of one work order and their sum."""

    lines: tuple[Line, ...]
    total: Decimal


# Name, price in roubles for the cheapest make, chance, pieces.
_Entry = tuple[str, int, float, int]

_WORK: dict[VisitKind, tuple[_Entry, ...]] = {
    VisitKind.SMALL_SERVICE: (
        ("ТО-15000: контрольный осмотр", 3_200, 1.0, 1),
        ("Замена масла двигателя и фильтра", 1_100, 1.0, 1),
        ("Замена салонного фильтра", 500, 0.8, 1),
        ("Мойка кузова", 600, 0.3, 1),
    ),
    VisitKind.LARGE_SERVICE: (
        ("ТО-60000: регламентные работы", 6_800, 1.0, 1),
        ("Замена масла двигателя и фильтра", 1_100, 1.0, 1),
        ("Замена свечей зажигания", 1_400, 0.9, 1),
        ("Замена тормозной жидкости", 1_500, 0.8, 1),
        ("Замена масла в коробке передач", 2_900, 0.35, 1),
        ("Замена ремня ГРМ", 7_500, 0.25, 1),
    ),
    VisitKind.OIL: (("Замена масла двигателя и фильтра", 1_100, 1.0, 1),),
    VisitKind.TYRES: (
        ("Сезонная замена колёс, 4 шт.", 2_400, 1.0, 1),
        ("Балансировка колеса", 300, 0.9, 4),
        ("Хранение комплекта шин, сезон", 4_000, 0.3, 1),
        ("Ремонт прокола", 700, 0.08, 1),
    ),
    VisitKind.BRAKES: (
        ("Замена передних тормозных колодок", 1_800, 0.9, 1),
        ("Замена задних тормозных колодок", 2_000, 0.4, 1),
        ("Замена тормозных дисков, ось", 2_900, 0.4, 1),
    ),
    VisitKind.SUSPENSION: (
        ("Диагностика подвески", 900, 1.0, 1),
        ("Замена стойки стабилизатора", 900, 0.7, 2),
        ("Замена шаровой опоры", 1_600, 0.35, 1),
        ("Замена амортизатора переднего", 2_800, 0.3, 2),
        ("Регулировка углов установки колёс", 2_200, 0.6, 1),
    ),
    VisitKind.DIAGNOSTICS: (
        ("Компьютерная диагностика", 1_500, 1.0, 1),
        ("Комплексная диагностика автомобиля", 2_500, 0.4, 1),
    ),
    VisitKind.ELECTRICS: (
        ("Диагностика электрооборудования", 1_800, 1.0, 1),
        ("Замена аккумулятора", 700, 0.5, 1),
        ("Замена лампы фары", 500, 0.4, 2),
        ("Ремонт генератора", 5_500, 0.12, 1),
    ),
    VisitKind.BODY: (
        ("Окраска элемента кузова", 9_500, 1.0, 1),
        ("Ремонт бампера", 4_200, 0.5, 1),
        ("Замена переднего крыла", 3_800, 0.3, 1),
        ("Полировка кузова", 8_000, 0.2, 1),
        ("Арматурные работы", 3_000, 0.6, 1),
    ),
    VisitKind.CONDITIONER: (
        ("Заправка кондиционера", 2_600, 1.0, 1),
        ("Антибактериальная обработка кондиционера", 1_600, 0.6, 1),
    ),
}
_PARTS: dict[VisitKind, tuple[_Entry, ...]] = {
    VisitKind.SMALL_SERVICE: (
        ("Масло моторное 5W-30, л", 750, 1.0, 4),
        ("Фильтр масляный", 600, 1.0, 1),
        ("Фильтр салонный", 800, 0.8, 1),
        ("Фильтр воздушный", 900, 0.6, 1),
    ),
    VisitKind.LARGE_SERVICE: (
        ("Масло моторное 5W-30, л", 750, 1.0, 5),
        ("Фильтр масляный", 600, 1.0, 1),
        ("Фильтр воздушный", 900, 0.9, 1),
        ("Свеча зажигания", 650, 0.9, 4),
        ("Жидкость тормозная DOT 4, л", 700, 0.8, 1),
        ("Ремень ГРМ, комплект", 6_500, 0.25, 1),
    ),
    VisitKind.OIL: (
        ("Масло моторное 5W-30, л", 750, 1.0, 4),
        ("Фильтр масляный", 600, 1.0, 1),
    ),
    VisitKind.TYRES: (("Вентиль", 80, 0.4, 4), ("Шина зимняя R16", 7_800, 0.06, 4)),
    VisitKind.BRAKES: (
        ("Колодки тормозные передние, комплект", 3_200, 0.9, 1),
        ("Колодки тормозные задние, комплект", 2_900, 0.4, 1),
        ("Диск тормозной", 3_900, 0.4, 2),
    ),
    VisitKind.SUSPENSION: (
        ("Стойка стабилизатора", 1_200, 0.7, 2),
        ("Шаровая опора", 1_900, 0.35, 1),
        ("Амортизатор передний", 5_600, 0.3, 2),
    ),
    VisitKind.DIAGNOSTICS: (),
    VisitKind.ELECTRICS: (
        ("Аккумулятор 60 А·ч", 8_200, 0.5, 1),
        ("Лампа H7", 550, 0.4, 2),
    ),
    VisitKind.BODY: (
        ("Материалы лакокрасочные", 4_500, 1.0, 1),
        ("Бампер передний", 14_000, 0.2, 1),
        ("Крыло переднее", 9_000, 0.3, 1),
    ),
    VisitKind.CONDITIONER: (("Хладагент R134a, г", 4, 1.0, 450),),
}
ADVICE: tuple[tuple[str, int], ...] = (
    ("Заменить передние тормозные колодки", 5_200),
    ("Заменить тормозные диски и колодки", 14_500),
    ("Заменить стойки стабилизатора", 4_200),
    ("Заменить аккумулятор", 8_900),
    ("Заменить ремень ГРМ", 14_000),
    ("Заменить масло в автоматической коробке", 12_800),
    ("Устранить течь масла", 6_500),
    ("Заменить амортизаторы", 16_800),
    ("Сделать развал-схождение", 2_200),
    ("Заменить охлаждающую жидкость", 3_600),
    ("Заменить щётки стеклоочистителя", 1_500),
    ("Промыть форсунки", 4_800),
)
_VARIANTS = 40


def price_bills(rng: Random, costs: tuple[float, ...]) -> dict[tuple[VisitKind, float], list[Bill]]:
    """Ready bills for each kind of visit and cost of the make, to choose from."""
    return {
        (kind, cost): [_bill(rng, kind, cost) for _ in range(_VARIANTS)]
        for kind in VisitKind
        for cost in costs
    }


def _bill(rng: Random, kind: VisitKind, cost: float) -> Bill:
    lines = [
        *(_line(rng, LineKind.WORK, entry, cost) for entry in _chosen(rng, _WORK[kind])),
        *(_line(rng, LineKind.PART, entry, cost) for entry in _chosen(rng, _PARTS[kind])),
    ]
    return Bill(tuple(lines), sum((line[3] for line in lines), Decimal(0)))


def _chosen(rng: Random, entries: tuple[_Entry, ...]) -> list[_Entry]:
    chosen = [entry for entry in entries if rng.random() < entry[2]]
    return chosen or list(entries[:1])


def _line(rng: Random, kind: LineKind, entry: _Entry, cost: float) -> Line:
    name, price, _, pieces = entry
    each = int(price * cost * rng.uniform(0.92, 1.12))
    if each >= 100:
        each = each // 10 * 10
    return kind, name, Decimal(pieces), Decimal(each * pieces)
