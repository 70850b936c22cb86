"""What hangs on a task, in the page: comments, history, documents, checklist, watchers, links."""
