"""What a column of a file can mean: the values that the directory and the work hold."""

from __future__ import annotations

from enum import StrEnum


class Field(StrEnum):
    """What a column can mean. Only ``PHONE`` may stand in several columns."""

    NAME = "name"
    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    PATRONYMIC = "patronymic"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    BIRTH_ON = "birth_on"
    TAX_ID = "tax_id"
    CLIENT_KIND = "client_kind"
    EXTERNAL_KEY = "external_key"
    VIN = "vin"
    PLATE = "plate"
    MAKE = "make"
    MODEL = "model"
    MAKE_MODEL = "make_model"
    YEAR = "year"
    MILEAGE_KM = "mileage_km"
    MILEAGE_ON = "mileage_on"
    """When the odometer showed that."""
    SOLD_ON = "sold_on"
    WARRANTY_UNTIL = "warranty_until"
    INSURED_UNTIL = "insured_until"
    LAST_VISIT_ON = "last_visit_on"
    PLANNED_ON = "planned_on"
    DEALER = "dealer"
    VISIT_NUMBER = "visit_number"
    """The number of the work order."""
    OPENED_ON = "opened_on"
    DONE_ON = "done_on"
    WORKSHOP = "workshop"
    """Name or code of the workshop."""
    TOTAL = "total"
    LINE_TOTAL = "line_total"
    """What one line of the work order costs, where the order has an amount of its own."""
    WORK = "work"
    """A line of the work order, or all of them in one cell."""
    VISIT_STATUS = "visit_status"
    ADVICE = "advice"
    """Work advised and not done."""
    ESTIMATE = "estimate"
    ADVISED_ON = "advised_on"
    ADVICE_STATUS = "advice_status"
    CLOSED_ON = "closed_on"
    """When the advised work was done or declined."""
    REASON = "reason"
    SCOPE = "scope"
    """How far the refusal reaches."""
    REFUSES = "refuses"
    """Whether there is a refusal at all: «да» under «Не звонить»."""
    REFUSED_ON = "refused_on"
    OUTCOME = "outcome"
    """What the call came to, in the words of whoever called."""
    CALLED_AT = "called_at"
    CALLED_TIME = "called_time"
    """The time of day, where the file tells it beside the day."""
    CALLER = "caller"
    NEXT_ON = "next_on"
    CAMPAIGN = "campaign"
    COMMENT = "comment"


DAYS = frozenset(
    {
        Field.BIRTH_ON, Field.MILEAGE_ON, Field.SOLD_ON, Field.WARRANTY_UNTIL, Field.INSURED_UNTIL,
        Field.LAST_VISIT_ON, Field.PLANNED_ON, Field.OPENED_ON, Field.DONE_ON, Field.ADVISED_ON,
        Field.CLOSED_ON, Field.REFUSED_ON, Field.NEXT_ON,
    }
)  # fmt: skip
"""Fields whose cells are days."""
LAST_DAYS = frozenset({Field.WARRANTY_UNTIL, Field.INSURED_UNTIL})
"""Days until which something holds."""
PAST_DAYS = DAYS - LAST_DAYS - {Field.PLANNED_ON, Field.NEXT_ON}
"""Days on which something was: a month alone does not tell them."""
AMOUNTS = frozenset({Field.TOTAL, Field.LINE_TOTAL, Field.ESTIMATE})
"""Fields whose cells are amounts of money."""
VEHICLE = frozenset({Field.VIN, Field.PLATE, Field.MAKE, Field.MODEL, Field.MAKE_MODEL, Field.YEAR})
PERSON = frozenset(
    {
        Field.NAME, Field.LAST_NAME, Field.FIRST_NAME, Field.PATRONYMIC, Field.PHONE,
        Field.EMAIL, Field.EXTERNAL_KEY,
    }
)  # fmt: skip
