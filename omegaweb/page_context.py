"""What every page needs to know: the navigation and the nonce of its scripts."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from omegaweb.projects.current import current_project, my_projects


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One entry of the navigation."""

    name: str
    icon: str  # a name of the lucide icon set
    url: str
    current: bool
    badge_id: str  # where live updates put a number; empty for none


DESTINATIONS = (
    ("Home", "house", "home", ""),
    ("Datasets", "table-2", "datasets:list", ""),
    ("Programs", "blocks", "programs:list", ""),
    ("Runs", "activity", "runs:list", ""),
    ("Reviews", "list-checks", "reviews:list", "review-badge"),
    ("Spend", "wallet", "spending:spend", ""),
)
#: Paths of pages that belong to an entry whose own address does not begin so: versions are versions of a program.
ALSO = {"programs:list": ("/releases/",)}


def page(request: HttpRequest) -> dict[str, object]:
    """Return the context of templates/base.html."""
    return {
        "navigation": navigation(request.path),
        "csp_nonce": getattr(request, "csp_nonce", ""),
        **_projects(request),
    }


def _projects(request: HttpRequest) -> dict[str, object]:
    """The current project and those to switch to; nothing where nobody is signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"current_project": current_project(request), "my_projects": my_projects(request)}


def navigation(path: str) -> list[Destination]:
    """Return the entries whose page exists, marking the one that `path` is below."""
    entries = []
    for name, icon, url_name, badge_id in DESTINATIONS:
        try:
            url = reverse(url_name)
        except NoReverseMatch:
            continue
        current = path == url if url == "/" else path.startswith((url, *ALSO.get(url_name, ())))
        entries.append(Destination(name=name, icon=icon, url=url, current=current, badge_id=badge_id))
    return entries
