"""Clients: people, sole proprietors, legal entities; how to reach them, what they refused."""
