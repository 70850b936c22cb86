"""What the invented clients drive: makes, models, how far, which plates."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class CarModel:
    """A model with what its service costs (1.0 is the cheapest) and how often it is due."""

    make: str
    name: str
    cost: float
    service_km: int


_MODELS = (
    ("LADA", 1.0, 15_000, 14, ("Granta", "Vesta", "Largus", "Niva Travel", "XRAY")),
    ("Hyundai", 1.3, 15_000, 13, ("Solaris", "Creta", "Tucson", "Santa Fe", "Elantra")),
    ("Kia", 1.3, 15_000, 14, ("Rio", "Sportage", "Ceed", "Sorento", "K5")),
    ("Renault", 1.2, 15_000, 10, ("Logan", "Duster", "Kaptur", "Arkana", "Sandero")),
    ("Škoda", 1.5, 15_000, 9, ("Octavia", "Rapid", "Kodiaq", "Karoq", "Superb")),
    ("Volkswagen", 1.5, 15_000, 9, ("Polo", "Tiguan", "Passat", "Touareg")),
    ("Toyota", 1.8, 10_000, 9, ("Camry", "RAV4", "Corolla", "Land Cruiser Prado")),
    ("Nissan", 1.5, 15_000, 7, ("Qashqai", "X-Trail", "Almera", "Terrano")),
    ("Mazda", 1.7, 15_000, 4, ("CX-5", "6", "3")),
    ("Chery", 1.3, 10_000, 5, ("Tiggo 4", "Tiggo 7 Pro", "Tiggo 8 Pro")),
    ("Haval", 1.4, 10_000, 4, ("Jolion", "F7", "Dargo")),
    ("Geely", 1.4, 10_000, 3, ("Coolray", "Atlas Pro", "Monjaro")),
    ("ГАЗ", 1.2, 20_000, 2, ("ГАЗель NEXT", "Соболь")),
    ("Mercedes-Benz", 2.6, 15_000, 2, ("E-Класс", "GLC", "GLE")),
    ("BMW", 2.6, 15_000, 2, ("X3", "X5", "3 серии")),
)
_LETTERS = "АВЕКМНОРСТУХ"
_ALL = [
    (CarModel(make, name, cost, service_km), weight / len(names))
    for make, cost, service_km, weight, names in _MODELS
    for name in names
]
MODELS = tuple(model for model, _ in _ALL)
_WEIGHTS = [weight for _, weight in _ALL]


def choose_model(rng: Random) -> CarModel:
    """A model as often as one meets it."""
    return rng.choices(MODELS, _WEIGHTS)[0]


def choose_plate(rng: Random, regions: tuple[str, ...]) -> str:
    """A plate as people type it: «А123ВС 77», «а 123 вс 77» or «А123ВС77»."""
    letters = rng.choices(_LETTERS, k=3)
    number, region = f"{rng.randint(1, 999):03}", rng.choice(regions)
    typing = rng.random()
    if typing < 0.75:
        return f"{letters[0]}{number}{letters[1]}{letters[2]} {region}"
    if typing < 0.9:
        return f"{letters[0]}{number}{letters[1]}{letters[2]}{region}"
    return f"{letters[0]} {number} {letters[1]}{letters[2]} {region}".lower()
