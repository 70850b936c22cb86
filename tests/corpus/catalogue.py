"""All cases."""

from tests.corpus import delimited, layouts, markup, other_kinds, refused, values
from tests.corpus.cases import CASES

__all__ = ["CASES", "MODULES"]

MODULES = (layouts, values, delimited, other_kinds, markup, refused)
