"""Files that come by a folder: one that is watched, and one that is synchronised at night (A8)."""
