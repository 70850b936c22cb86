"""The three roots of everything that a use-case may answer instead of doing it.

Concrete errors stand beside what raises them, carry values and not prose; their docstring is the
rule. The words for people are in ``webui/labels.py``, the HTTP status in ``webui/errors.py``.
"""


class ProzvonError(Exception):
    """Root of all expected refusals."""


class NotFound(ProzvonError):
    """There is no such thing, or it belongs to a unit that this person does not see."""

    def __init__(self, what: str, key: object) -> None:
        super().__init__(f"{what} {key}")
        self.what = what
        self.key = key


class NotPermitted(ProzvonError):
    """The role of this person does not include the permission."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


class Refused(ProzvonError):
    """A rule of the trade forbids this step now. Carries values, never prose."""


class Invalid(Refused):
    """What was typed cannot be used; ``field`` names the field of the form that is at fault."""

    field: str = ""
