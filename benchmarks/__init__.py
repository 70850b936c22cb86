"""Speed as ratios: our code and its bare twin in turn, in one run (``python -m benchmarks``)."""
