"""Names of the outcome form: what use-cases call a field, and which inputs a tick opens."""

from flask_babel import lazy_gettext as _l

FIELD_OF = {
    "result_code_id": "result",
    "new_task": "plan",
    "new_task_kind": "plan_kind",
    "new_task_due_at": "plan_due",
    "new_task_performer_id": "plan_performer",
    "service_request_workshop_id": "book_workshop",
    "service_request_wanted_on": "book_on",
    "service_request_wanted_minute": "book_time",
    "service_request_work": "book_work",
    "service_request_work_kind_id": "book_kind",
    "service_request_slot": "book_slot",
    "involve_unit_id": "involve_unit",
    "involve_due_at": "involve_due",
    "settles_task_ids": "settles",
}
"""Fields of a report as the use-cases name them, where the form names them differently."""

TICKED = ("plan", "book", "involve")
PARTS = {
    "plan": ("plan_kind", "plan_due", "plan_comment", "plan_performer", "plan_anyone"),
    "book": (
        "book_workshop",
        "book_on",
        "book_time",
        "book_kind",
        "book_slot",
        "book_work",
        "book_comment",
    ),
    "involve": ("involve_preset", "involve_unit", "involve_text", "involve_due"),
    "mileage_km": ("mileage_km",),
    "acquisition_id": ("acquisition_id",),
    "control_at": ("control_at",),
    "settles": ("settles",),
    "copy_of_task_id": ("copy_of_task_id",),
    "contact_point_id": ("contact_point_id",),
}
NEEDED = {
    "plan": ("plan_due", _l("Укажите дату и время.")),
    "book": ("book_workshop", _l("Выберите цех.")),
    "involve": ("involve_unit", _l("Выберите подразделение.")),
}
