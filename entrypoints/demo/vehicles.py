"""What service of a make costs and how often it is due; which plates are typed how."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Upkeep:
    """What the service of a make costs (1.0 is the cheapest) and after how many km it is due."""

    cost: float
    service_km: int


_UPKEEP = {
    "LADA": Upkeep(1.0, 15_000),
    "Hyundai": Upkeep(1.3, 15_000),
    "Kia": Upkeep(1.3, 15_000),
    "Renault": Upkeep(1.2, 15_000),
    "Skoda": Upkeep(1.5, 15_000),
    "Volkswagen": Upkeep(1.5, 15_000),
    "Toyota": Upkeep(1.8, 10_000),
    "Nissan": Upkeep(1.5, 15_000),
    "Chery": Upkeep(1.3, 10_000),
    "Haval": Upkeep(1.4, 10_000),
}
_USUAL = Upkeep(1.4, 15_000)


def upkeep_of(make: str) -> Upkeep:
    """The upkeep of a make; an unknown one costs the usual."""
    return _UPKEEP.get(make, _USUAL)


def plate_as_typed(rng: Random, plate: str) -> str:
    """«А123ВС77» as people write it: with blanks, or in lower case."""
    region = plate[6:]
    typing = rng.random()
    if typing < 0.6:
        return f"{plate[:6]} {region}"
    if typing < 0.85:
        return plate
    return f"{plate[0]} {plate[1:4]} {plate[4:6]} {region}".lower()
