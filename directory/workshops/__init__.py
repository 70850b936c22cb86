"""What a workshop does and how much of it at once (A13)."""
