"""Schema changes, one file each; see ``core.migrations``."""
