"""Administration: people, units, result codes."""
