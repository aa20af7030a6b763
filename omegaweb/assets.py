"""Serves plotly.js out of the installed plotly package, so that no copy of it is committed."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

PLOTLY = "plotly/plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Finds exactly one static file: `plotly/plotly.min.js`."""

    def __init__(self, app_names: object = None) -> None:
        # find_spec locates the package without importing it: that import takes a second.
        spec = find_spec("plotly")
        if spec is None or spec.origin is None:
            raise RuntimeError("the plotly package is missing: run `make install`")
        self._storage = FileSystemStorage(location=Path(spec.origin).parent / "package_data")
        # collectstatic reads this attribute to learn the path below STATIC_ROOT.
        self._storage.prefix = "plotly"  # type: ignore[attr-defined]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the place of the file on disk, or an empty list, as Django's finders do."""
        if path != PLOTLY:
            return []
        place = self._storage.path("plotly.min.js")
        return [place] if find_all else place

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """Yield the one file, as collectstatic wants it."""
        yield "plotly.min.js", self._storage
