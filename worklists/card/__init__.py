"""What people add to a task beside its outcome: comments, documents, checklist, watchers, links."""
