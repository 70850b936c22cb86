"""What may be done with files."""

from core.access import Permission


class ImportPermission(Permission):
    """Permissions over loading files."""

    LOAD = "importers.file.load"
    """Load an importer's file and see what is in it (A8)."""
