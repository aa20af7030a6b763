"""The whole site under load: `process` serves it, `addresses` names the pages, `speaker` is a run that says things."""
