"""Who is who: units, people, clients, assets, visits.

Written by importers, read by all, owned by none of them.
"""
