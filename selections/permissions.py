"""What may be done with selections."""

from core.access import Permission


class SelectionPermission(Permission):
    """Permissions over selections; which of them is a question of units (rule 22)."""

    DEFINE = "selections.define"
    """Make and change selections, share them, let them run by the clock."""
    RUN = "selections.run"
    """Open selections, see whom they find, and let them run."""
