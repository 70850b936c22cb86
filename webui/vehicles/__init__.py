"""Vehicles: the card and its corrections."""
