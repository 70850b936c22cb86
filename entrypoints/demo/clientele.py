"""Clients, how to reach them, and their vehicles with everyone who owned them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from directory.assets.models import AssetKind
from directory.assets.plates import plate_norm
from directory.clients.models import ClientKind, ContactKind
from directory.clients.names import name_norm
from entrypoints.demo.company import CENTRES, Centre
from entrypoints.demo.identities import sample_person, sample_phone, sample_vehicle
from entrypoints.demo.phones import broken_row, phone_row
from entrypoints.demo.records import AssetRow, ClientRow, ContactRow, OwnershipRow
from entrypoints.demo.vehicles import Upkeep, plate_as_typed, upkeep_of

PLAIN = 500
"""The first clients are persons with one vehicle of the same number: the sample files name them."""
YEARS = 5
_WARRANTY_YEARS = 3
_INSURED = 0.8
_FIRMS = (
    "СтройМонтаж", "Вектор", "АльянсТранс", "Северный ветер", "ПромСнаб", "Агроторг", "МедТехника",
    "Логистика Плюс", "Гарант", "ТеплоСервис", "Фасад", "Городские грузы", "Электросеть", "Каскад",
    "Пекарня №1", "Клининг Про", "Вега", "Меркурий", "Альфа-Такси", "Доставка 24",
)  # fmt: skip
_NOTES = (
    "Просит звонить после обеда", "Постоянный клиент, скидка 7 %", "Звонить только на рабочий",
    "Приезжает только в субботу", "Корпоративный парк, согласовывать с механиком",
)  # fmt: skip
_OTHER_ZONES = ("Europe/Kaliningrad", "Asia/Novosibirsk", "Asia/Omsk", "Asia/Yekaterinburg")


@dataclass(slots=True)
class Vehicle:
    """A vehicle with its life: what it is, how far it goes, who drives it."""

    row: AssetRow
    upkeep: Upkeep
    centre: Centre
    start_on: date
    """First day on which it may come for service within the years told."""
    start_km: int
    km_a_year: int
    owners: list[OwnershipRow]

    def owner_on(self, day: date) -> int:
        """Who owned it then; the earliest known owner before that."""
        for ownership in reversed(self.owners):
            if ownership.from_on is None or ownership.from_on <= day:
                return ownership.client_id
        return self.owners[0].client_id


@dataclass(slots=True)
class Clientele:
    """All clients and vehicles."""

    clients: list[ClientRow] = field(default_factory=list)
    centres: list[Centre] = field(default_factory=list)
    """Of the client at the same place of ``clients``."""
    contacts: list[ContactRow] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)


def invent_clientele(rng: Random, day: date, clients: int, vehicles: int) -> Clientele:
    """So many clients and vehicles as they stand on this day."""
    told = Clientele()
    shares = [centre.share for centre in CENTRES]
    for key in range(1, clients + 1):
        centre = rng.choices(CENTRES, shares)[0]
        twin = rng.randint(1, key - 1) if key > PLAIN and rng.random() < 0.015 else None
        told.centres.append(centre if twin is None else told.centres[twin - 1])
        told.clients.append(_client(rng, key, day, told.clients[twin - 1] if twin else None))
        _add_contacts(rng, told, key, clients, twin)
    for key in range(1, vehicles + 1):
        told.vehicles.append(_vehicle(rng, told, key, day))
    return told


def _client(rng: Random, key: int, day: date, twin: ClientRow | None) -> ClientRow:
    kind, name = _who(rng, key)
    if twin is not None:
        kind, name = twin.kind, _misspelt(rng, twin.name)
    is_firm = kind is ClientKind.LEGAL_ENTITY
    created_on = day - timedelta(days=rng.randint(20, YEARS * 365 + 200))
    born = None
    if kind is ClientKind.PERSON and rng.random() < 0.6:
        born = date(rng.randint(1948, day.year - 20), rng.randint(1, 12), rng.randint(1, 28))
    return ClientRow(
        id=key,
        kind=kind,
        name=name,
        name_norm=name_norm(name),
        external_key=f"К-{key:06}" if twin is None and rng.random() < 0.9 else None,
        tax_id=None if kind is ClientKind.PERSON else _tax_id(rng, 10 if is_firm else 12),
        birth_on=born,
        time_zone=rng.choice(_OTHER_ZONES) if rng.random() < 0.02 else None,
        note=rng.choice(_NOTES) if rng.random() < 0.03 else "",
        cooling_off_until=None,
        created_at=datetime.combine(created_on, time(8, rng.randint(0, 59)), UTC),
    )


def _who(rng: Random, key: int) -> tuple[ClientKind, str]:
    person = sample_person(key).full_name
    chance = rng.random()
    if key <= PLAIN or chance < 0.93:
        return ClientKind.PERSON, person
    if chance < 0.965:
        return ClientKind.SOLE_PROPRIETOR, f"ИП {person}"
    form = rng.choices(("ООО", "АО", "ПАО"), (90, 8, 2))[0]
    tail = f"-{rng.randint(2, 99)}" if rng.random() < 0.5 else ""
    return ClientKind.LEGAL_ENTITY, f"{form} «{rng.choice(_FIRMS)}{tail}»"


def _misspelt(rng: Random, name: str) -> str:
    """How the same client gets into the list a second time."""
    words = name.split()
    match rng.randint(0, 3):
        case 0 if len(words) >= 3:
            return " ".join(words[:2])
        case 1 if len(words) >= 3:
            return f"{words[0]} {words[1][0]}.{words[2][0]}."
        case 2:
            return name.replace("ё", "е")
        case _:
            return name.upper() if rng.random() < 0.3 else name


def _tax_id(rng: Random, length: int) -> str:
    """An INN whose check digits are right."""
    digits = [7, 7, *(rng.randint(0, 9) for _ in range(length - (3 if length == 10 else 4)))]
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    while len(digits) < length:
        used = weights[-len(digits) :]
        digits.append(sum(a * b for a, b in zip(digits, used, strict=True)) % 11 % 10)
    return "".join(map(str, digits))


def _add_contacts(rng: Random, told: Clientele, key: int, clients: int, twin: int | None) -> None:
    def keep(row: ContactRow) -> None:
        told.contacts.append(row)

    after = len(told.contacts) + 1
    own = sample_phone(twin or key)
    chance = rng.random() if key > PLAIN else 1.0
    if chance < 0.012:
        pass  # nobody knows a number
    elif chance < 0.03:
        keep(broken_row(rng, after, key, 1))
    else:
        keep(phone_row(rng, after, key, own, 1))
    second = rng.random()
    if second < 0.25:
        # Numbers behind those of all clients: a second phone is nobody else's first one.
        keep(phone_row(rng, len(told.contacts) + 1, key, sample_phone(clients + key), 2))
    elif second < 0.29:
        landline = rng.choice(told.centres[key - 1].area_codes)
        number = f"+7{landline}{rng.randint(2_000_000, 7_999_999)}"
        keep(phone_row(rng, len(told.contacts) + 1, key, number, 2))
    if second < 0.02 and chance >= 0.03:
        keep(broken_row(rng, len(told.contacts) + 1, key, 3))
    if rng.random() < 0.28:
        address = f"client{key}@example.{rng.choice(('com', 'org', 'net'))}"
        keep(ContactRow(len(told.contacts) + 1, key, ContactKind.EMAIL, address, address, None))


def tell_covers(rng: Random, told: Clientele, day: date) -> None:
    """Warranties of the younger vehicles; the insurance of most ends some day within the year."""
    for vehicle in told.vehicles:
        row = vehicle.row
        row.warranty_until = _warranty(rng, row.year, day)
        if rng.random() < _INSURED:
            row.insured_until = day + timedelta(days=rng.randrange(365))


def _warranty(rng: Random, year: int | None, day: date) -> date | None:
    if year is None or year < day.year - _WARRANTY_YEARS:
        return None
    return date(year + _WARRANTY_YEARS, rng.randint(1, 12), rng.randint(1, 28))


def _vehicle(rng: Random, told: Clientele, key: int, day: date) -> Vehicle:
    owner = key if key <= len(told.clients) else _owner_of_several(rng, told)
    if PLAIN < key <= len(told.clients) and rng.random() < 0.03:
        owner = _owner_of_several(rng, told)  # and this client is left without one
    known, centre = sample_vehicle(key), told.centres[owner - 1]
    bought_on = date(known.year, 1, 1) + timedelta(days=rng.randrange(365))
    bought_on = min(bought_on, day - timedelta(days=60))
    first_on = max(bought_on, day - timedelta(days=YEARS * 365 - 1))
    has_plate = key <= PLAIN or rng.random() < 0.98
    km_a_year = int(rng.triangular(5_000, 38_000, 15_000))
    row = AssetRow(
        id=key,
        kind=AssetKind.VEHICLE,
        vin=known.vin if key <= PLAIN or rng.random() < 0.985 else None,
        plate=plate_as_typed(rng, known.plate) if has_plate else None,
        plate_norm=plate_norm(known.plate) if has_plate else None,
        make=known.make,
        model=known.model,
        year=known.year,
        sold_on=None,
        is_confirmed=rng.random() > 0.004 or key <= PLAIN,
        created_at=datetime.combine(first_on, time(7, rng.randint(0, 59)), UTC),
    )
    start_km = (first_on - bought_on).days * km_a_year // 365
    owners = _owners(rng, told, row, owner, bought_on, day)
    for ownership in owners:
        client = told.clients[ownership.client_id - 1]
        client.created_at = min(client.created_at, row.created_at)
    return Vehicle(row, upkeep_of(known.make), centre, first_on, start_km, km_a_year, owners)


def _owner_of_several(rng: Random, told: Clientele) -> int:
    """Firms have several vehicles more often than persons."""
    for _ in range(3):
        key = rng.randint(1, len(told.clients))
        if told.clients[key - 1].kind is not ClientKind.PERSON:
            return key
    return min(rng.randint(1, len(told.clients)), rng.randint(1, len(told.clients)))


def _owners(
    rng: Random, told: Clientele, row: AssetRow, owner: int, bought_on: date, day: date
) -> list[OwnershipRow]:
    age = (day - bought_on).days
    chance = rng.random() if row.id > PLAIN and age > 400 else 1.0
    if chance < 0.02:
        row.sold_on = day - timedelta(days=rng.randint(10, age - 200))
        return [OwnershipRow(row.id, owner, bought_on, row.sold_on)]
    if chance < 0.08:
        earlier = rng.randint(1, len(told.clients))
        changed_on = bought_on + timedelta(days=rng.randint(150, age - 100))
        if earlier != owner:
            return [
                OwnershipRow(row.id, earlier, bought_on, changed_on),
                OwnershipRow(row.id, owner, changed_on, None),
            ]
    return [OwnershipRow(row.id, owner, bought_on if rng.random() < 0.9 else None, None)]
