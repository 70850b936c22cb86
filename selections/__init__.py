"""Whom it concerns: runs and the leads they found.

A run is a record that can be opened a year later.
"""
