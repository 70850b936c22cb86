"""The dispatch board: who does what (C3, D11)."""
