"""What happens to presets of requests."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class _OfPreset(Event):
    subject: ClassVar[str] = "preset"
    preset_id: int
    subject_text: str
    """By what it is chosen, as it was called then."""


@dataclass(frozen=True, kw_only=True)
class PresetAdded(_OfPreset):
    """Written down."""


@dataclass(frozen=True, kw_only=True)
class PresetChanged(_OfPreset):
    """Changed for what is asked from now on."""


@dataclass(frozen=True, kw_only=True)
class PresetArchived(_OfPreset):
    """Offered no more."""


@dataclass(frozen=True, kw_only=True)
class PresetRestored(_OfPreset):
    """Offered again."""
