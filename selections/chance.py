"""Chance that can be repeated: who is in a random sample or in a hold-out group."""

from sqlalchemy import BigInteger, ColumnElement, cast, literal_column

_PRIME = 2_147_483_647
_STEPS = (48_271, 69_621, 39_373)
_CLIENT, _ASSET = 1_664_525, 22_695_477
SHARES = 10_000
"""A share is told in parts of this."""


def chance(
    client_id: ColumnElement[int], asset_key: ColumnElement[int], *, seed: int
) -> ColumnElement[int]:
    """SQL: a number below ``_PRIME``, the same again for the same seed and lead.

    Whole numbers below 2**63 all along, which both engines reckon alike.
    """
    client, asset = cast(client_id, BigInteger), cast(asset_key, BigInteger)
    prime = _number(_PRIME)
    number = client % prime * _number(_CLIENT) + asset % prime * _number(_ASSET)
    number = (number + _number(seed % _PRIME)) % prime
    for step in _STEPS:
        number = (number * _number(step) + _number(seed % 1_009)) % prime
    return number


def chance_of(client_id: int, asset_key: int, *, seed: int) -> int:
    """The same in Python."""
    number = client_id % _PRIME * _CLIENT + asset_key % _PRIME * _ASSET + seed % _PRIME
    number %= _PRIME
    for step in _STEPS:
        number = (number * step + seed % 1_009) % _PRIME
    return number


def is_held_out(
    client_id: ColumnElement[int], asset_key: ColumnElement[int], *, seed: int, share: int
) -> ColumnElement[bool]:
    """SQL: whether the lead belongs to the hold-out group of so many ten-thousandths (rule 19)."""
    return chance(client_id, asset_key, seed=seed) % _number(SHARES) < _number(share)


def _number(value: int) -> ColumnElement[int]:
    """A whole number of our own, written into the statement."""
    return literal_column(f"{value:d}", BigInteger)
