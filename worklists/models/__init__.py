"""Tables of the work: work-lists, tasks, attempts, and what hangs on them."""
