"""What selections may ask, in one place for all pages."""

from worklists.selection_fields import CATALOGUE

__all__ = ["CATALOGUE"]
