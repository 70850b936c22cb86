"""What a row says otherwise than a known vehicle: what is known stays, and both are told. Pure."""

from __future__ import annotations

from importers.fields import Field
from importers.loads.fleet import Car, are_other_names, plate_of
from importers.problems import RowProblem, RowProblemCode
from importers.typed_rows import TypedRow
from importers.typed_values import told_value

_MODELS = (Field.MODEL, Field.MAKE_MODEL, Field.MAKE)


def said_otherwise(row: TypedRow, car: Car) -> tuple[RowProblem, ...]:
    """A remark for each thing that contradicts; ``car``: completed by the row already."""
    remarks = []
    if plate_of(row) not in (None, car.plate_norm):
        both = f"{row.values[Field.PLATE]}|{car.details['plate']}"
        heading = row.headings.get(Field.PLATE, "")
        remarks.append(RowProblem(heading, RowProblemCode.OTHER_PLATE, both))
    if _is_other_model(row, car):
        said = _make_and_model(row.values.get(Field.MAKE), row.values.get(Field.MODEL))
        both = f"{said}|{_make_and_model(car.details['make'], car.details['model'])}"
        heading = next((row.headings[one] for one in _MODELS if one in row.headings), "")
        remarks.append(RowProblem(heading, RowProblemCode.OTHER_DETAIL, both))
    for name, of in (("year", Field.YEAR), ("sold_on", Field.SOLD_ON)):
        told, known = row.values.get(of), car.details[name]
        if told and told != known:
            both = f"{told_value(told)}|{told_value(known)}"
            heading = row.headings.get(of, "")
            remarks.append(RowProblem(heading, RowProblemCode.OTHER_DETAIL, both))
    return tuple(remarks)


def _is_other_model(row: TypedRow, car: Car) -> bool:
    """Makes have many spellings (VW, Volkswagen): they tell only where one has no model."""
    if row.values.get(Field.MODEL) and car.details["model"]:
        return are_other_names(row.values[Field.MODEL], car.details["model"])
    return are_other_names(row.values.get(Field.MAKE), car.details["make"])


def _make_and_model(make: object, model: object) -> str:
    return " ".join(str(one) for one in (make, model) if one)
