"""«Выборки»: where the leads come from."""
