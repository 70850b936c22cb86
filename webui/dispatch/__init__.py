"""«Распределение»: the dispatch board, its runs, limits and skills (C3)."""
