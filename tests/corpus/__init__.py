"""Dirty files as dealers' programs and people make them: what is wrong, what must come out.

``python -m tests.corpus.build FOLDER`` writes them all; ``tests/unit/test_corpus.py`` reads each.
"""
