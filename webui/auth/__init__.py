"""Signing in, choosing a role, signing out, and how the pages look to this person."""
