"""Demo data: an invented dealer group with five years of service and work in every state."""
