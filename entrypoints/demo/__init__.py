"""Demonstration data: a dealer group that never existed, the same on every machine."""
