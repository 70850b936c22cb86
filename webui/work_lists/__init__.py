"""The page of a work-list (A6)."""
