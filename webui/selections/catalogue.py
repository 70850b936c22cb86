"""What selections may ask, in one place for all pages."""

from selections.directory_fields import DIRECTORY

CATALOGUE = DIRECTORY
