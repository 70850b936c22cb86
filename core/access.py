"""Who acts: the person (or the scheduler, or an import) with permissions and visible units."""

from dataclasses import dataclass, field
from enum import StrEnum

from core.errors import NotPermitted


class Permission(StrEnum):
    """Base of the permission enums that each package declares for itself."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The one who acts. ``unit_ids`` already holds everything below the units given (rule 22)."""

    key: str
    """Text key for the journal: ``employee:7``, ``scheduler``, ``import:42``."""
    employee_id: int | None = None
    name: str = ""
    role: str = ""
    unit_ids: frozenset[int] = frozenset()
    permissions: frozenset[Permission] = field(default=frozenset(), repr=False)
    time_zone: str = "Europe/Moscow"

    def may(self, permission: Permission) -> bool:
        """Whether this actor holds the permission; pages ask, use-cases require."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise NotPermitted unless this actor holds the permission."""
        if permission not in self.permissions:
            raise NotPermitted(permission)

    @property
    def person(self) -> int:
        """The employee's id. Raises NotPermitted for actors that are not people."""
        if self.employee_id is None:
            raise NotPermitted("a person is needed")
        return self.employee_id
