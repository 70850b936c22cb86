"""JSON and moments written by statements themselves, the same text on both engines."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, ColumnElement, case, func, literal_column, type_coerce
from sqlalchemy.orm import Session

from core.db import Json, UtcDateTime, is_postgresql

_PAIRS = 40
"""PostgreSQL gives a function a hundred arguments at most."""


def json_object(session: Session, values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """A JSON object of one row's values, for INSERT … SELECT into a JSON column."""
    return type_coerce(_object(session, values), Json)


def json_of_known(session: Session, values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """A JSON object of those of one row's values that are not NULL, however many there are.

    Numbers stay numbers, truths truths; days are ``2026-03-18``, moments as ``iso_moment``.
    """
    named = [(name, _plain(session, value)) for name, value in values.items()]
    parts = [dict(named[at : at + _PAIRS]) for at in range(0, len(named), _PAIRS)] or [{}]
    if is_postgresql(session):
        whole: ColumnElement[Any] = func.jsonb_strip_nulls(_object(session, parts[0]))
        for part in parts[1:]:
            whole = whole.op("||")(func.jsonb_strip_nulls(_object(session, part)))
        return type_coerce(whole, Json)
    whole = literal_column("'{}'")
    for part in parts:
        whole = func.json_patch(whole, _object(session, part))
    return type_coerce(whole, Json)


def iso_moment(session: Session, column: ColumnElement[Any]) -> ColumnElement[str]:
    """A column of moments as the journal writes moments: ISO 8601 in UTC, whole seconds."""
    if is_postgresql(session):
        local = func.timezone("UTC", column)
        return func.to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')
    return func.strftime("%Y-%m-%dT%H:%M:%S+00:00", column)


def _object(session: Session, values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    pairs = [
        part for name, value in values.items() for part in (literal_column(f"'{name}'"), value)
    ]
    build = func.jsonb_build_object if is_postgresql(session) else func.json_object
    return build(*pairs)


def _plain(session: Session, value: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(value.type, UtcDateTime):
        return iso_moment(session, value)
    if isinstance(value.type, Boolean) and not is_postgresql(session):
        # A number there: JSON has to be told.
        truth = case(
            (value.is_(None), literal_column("'null'")),
            (value, literal_column("'true'")),
            else_=literal_column("'false'"),
        )
        return func.json(truth)
    return value
