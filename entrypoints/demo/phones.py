"""Phones as they stand in real client lists: several notations, some beyond repair."""

from random import Random

from directory.clients.models import ContactKind, ContactState
from entrypoints.demo.records import ContactRow

BROKEN = ("8 916 44", "нет телефона", "+7 (000) 000-00-00", "12345", "89ххххххххх", "уточнить")


def typed_as(rng: Random, e164: str) -> str:
    """The number in one of the notations that people use."""
    code, rest = e164[2:5], e164[5:]
    groups = f"{rest[:3]}-{rest[3:5]}-{rest[5:]}"
    return rng.choices(
        (e164, f"+7 ({code}) {groups}", f"8{code}{rest}", f"8 ({code}) {groups}",
         f"{code}{rest}", f"8-{code}-{groups}", f"+7 {code} {rest[:3]} {rest[3:5]} {rest[5:]}"),
        (20, 30, 18, 14, 6, 6, 6),
    )[0]  # fmt: skip


def phone_row(rng: Random, key: int, client_id: int, e164: str, rank: int) -> ContactRow:
    """A number that can be dialled; a few are known to be wrong or not to be called."""
    chance = rng.random()
    if chance < 0.34:
        state = ContactState.CONFIRMED
    elif chance < 0.985:
        state = ContactState.UNCONFIRMED
    else:
        state = ContactState.WRONG
    labels = ("", "", "", "рабочий", "супруга", "супруг", "водитель", "второй номер")
    return ContactRow(
        id=key,
        client_id=client_id,
        kind=ContactKind.PHONE,
        typed=typed_as(rng, e164),
        value=e164,
        reversed_value=e164[::-1],
        state=state,
        do_not_contact=rng.random() < 0.007,
        label="" if rank == 1 else rng.choice(labels),
        rank=rank,
    )


def broken_row(rng: Random, key: int, client_id: int, rank: int) -> ContactRow:
    """What was typed instead of a number."""
    typed = rng.choice(BROKEN)
    return ContactRow(
        id=key,
        client_id=client_id,
        kind=ContactKind.PHONE,
        typed=typed,
        value=typed,
        reversed_value=None,
        is_valid=False,
        rank=rank,
    )
