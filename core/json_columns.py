"""JSON and moments written by statements themselves, the same text on both engines."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, type_coerce
from sqlalchemy.orm import Session

from core.db import Json, is_postgresql


def json_object(session: Session, values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """A JSON object of one row's values, for INSERT … SELECT into a JSON column."""
    pairs = [
        part for name, value in values.items() for part in (literal_column(f"'{name}'"), value)
    ]
    build = func.jsonb_build_object if is_postgresql(session) else func.json_object
    return type_coerce(build(*pairs), Json)


def iso_moment(session: Session, column: ColumnElement[Any]) -> ColumnElement[str]:
    """A column of moments as the journal writes moments: ISO 8601 in UTC, whole seconds."""
    if is_postgresql(session):
        local = func.timezone("UTC", column)
        return func.to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')
    return func.strftime("%Y-%m-%dT%H:%M:%S+00:00", column)
