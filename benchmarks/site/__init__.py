"""The whole site under load: `process` serves it, `speaker` is a run, `watchers` look."""
