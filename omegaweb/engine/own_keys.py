"""The keys that a project has set, for what is asked on its behalf."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from omegaweb.engine.own_prices import prices_of
from omegaweb.keys.models import ProviderKey
from omegaweb.keys.secret import decrypted
from omegaweb.projects.access import InProject
from optimizer_core.models.keys import OwnKeys, own_keys


class RowKeys:
    """The keys of one project; :meth:`look` reads them again, so that a key that is replaced in mid-run counts."""

    def __init__(self, project_id: int) -> None:
        self._project_id = project_id
        self._seen: list[tuple[str, str, str]] | None = None
        self.keys = OwnKeys()
        self.look()

    def look(self) -> None:
        """Read the rows."""
        rows = ProviderKey.objects.filter(project_id=self._project_id).order_by("pk")
        seen = list(rows.values_list("provider", "address", "encrypted"))
        if seen == self._seen:
            return
        self._seen = seen
        by_provider: dict[str, str] = {}
        by_address: dict[str, str] = {}
        for provider, address, token in seen:
            key = decrypted(token)
            if key is not None:  # else the secret is gone: it is as if the key were not there, and its page says so
                (by_provider if provider else by_address)[provider or address] = key
        self.keys.replace(by_provider, by_address)


@contextmanager
def means_of(thing: InProject) -> Iterator[None]:
    """Let the keys and the prices of a thing's project count from within, as they are now."""
    with own_keys(RowKeys(thing.project_id).keys), prices_of(thing):
        yield
