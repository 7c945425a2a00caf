"""One module per scenario; each has `run(site)`, which returns its figures as text or raises Failure."""
