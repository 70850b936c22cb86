"""Clients: people, sole proprietors and legal entities; how to reach them and what they refused."""
