"""Clients: the card, the history of interaction, corrections."""
