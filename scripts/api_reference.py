"""Writes docs/library/api.md from the docstrings, and the defaults into the optimizers' tables: ``make docs``."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "library" / "api.md"
#: Package → the heading above its names. A name that stands in several is described in the first.
PACKAGES = {
    "optimizer_core": "The names of `import optimizer_core as oc`",
    "optimizer_core.optimizers": "`oc.optimizers`",
    "optimizer_core.rewards": "`oc.rewards`",
    "optimizer_core.metrics": "`oc.metrics`",
    "optimizer_core.modules": "`oc.modules`",
    "optimizer_core.callbacks": "`oc.callbacks`",
    "optimizer_core.plots": "`oc.plots`",
    "optimizer_core.testing": "`oc.testing`",
}
INTRODUCTION = """\
# API reference

Made from the docstrings by `make docs`; a test says when it is out of date. Everything that is `async` in
`Program` has a blocking twin whose name ends in `_sync`.
"""
_SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises):$", re.MULTILINE)
_ENTRY = re.compile(r"^    (\S[^:]*): (.*)$")
_ROLE = re.compile(r":(?:class|meth|func|mod|data):`~?(?:[\w.]*\.)?(\w+)`")


def page() -> str:
    """Return the text of the whole page."""
    sys.path.insert(0, str(ROOT))
    described: set[int] = set()
    parts = [INTRODUCTION]
    for name, heading in PACKAGES.items():
        package = importlib.import_module(name)
        parts.append(f"## {heading}\n")
        parts.append(prose(inspect.getdoc(package) or ""))
        for member in names_of(package):
            value = getattr(package, member)
            if not getattr(value, "__module__", "").startswith("optimizer_core") or not callable(value):
                continue  # a module, or somebody else's work that is only passed on
            if id(value) in described:
                continue
            described.add(id(value))
            parts.extend(describe(member, value))
    return "\n".join(parts).rstrip() + "\n"


def names_of(package: Any) -> list[str]:
    """Return the names a package offers: those it lists, or those it defines itself."""
    listed = getattr(package, "__all__", None)
    if listed is not None:
        return list(listed)
    own = (name for name, value in vars(package).items() if getattr(value, "__module__", "") == package.__name__)
    return sorted(name for name in own if not name.startswith("_"))


def describe(name: str, value: Any) -> Iterator[str]:
    """Yield the lines about a class or function."""
    yield f"### {name}\n"
    yield signature(name, value)
    yield prose(inspect.getdoc(value) or "")
    if not inspect.isclass(value):
        return
    for method, function in methods(value):
        plain = function.__func__ if isinstance(function, (classmethod, staticmethod)) else function
        if method.startswith("_") or not inspect.isfunction(plain) or not plain.__doc__:
            continue
        yield f"#### {name}.{method}\n"
        yield signature(method, plain)
        yield prose(inspect.getdoc(plain) or "")


def methods(value: type) -> Iterator[tuple[str, Any]]:
    """Yield what a class defines; with what it is built on, where it has a room of its own."""
    room = importlib.import_module(value.__module__.rpartition(".")[0])
    alone = getattr(room, "__all__", None) == [value.__name__]
    inside = [base for base in value.__mro__ if base.__module__.startswith(f"{room.__name__}.")]
    for each in reversed(inside) if alone else (value,):
        yield from vars(each).items()


def signature(name: str, value: Any) -> str:
    """Return how it is called, one argument a line where there are many."""
    if inspect.isclass(value) and value.__module__ == "optimizer_core.data.data_model":
        return ""  # pydantic's own, which says nothing
    if inspect.isclass(value) and issubclass(value, Enum):
        return "```python\n" + "".join(f'{name}.{member.name} = "{member.value}"\n' for member in value) + "```\n"
    arguments: list[str] = []
    by_name_only = False
    for one in inspect.signature(value).parameters.values():
        if one.name in ("self", "cls"):
            continue
        if one.kind is one.KEYWORD_ONLY and not by_name_only:
            arguments.append("*")
        by_name_only = by_name_only or one.kind in (one.KEYWORD_ONLY, one.VAR_POSITIONAL)
        arguments.append(argument(one))
    start = "async def " if inspect.iscoroutinefunction(value) else "class " if inspect.isclass(value) else "def "
    line = f"{start}{name}({', '.join(arguments)})"
    if len(line) > 100:
        line = f"{start}{name}(\n" + "".join(f"    {one},\n" for one in arguments) + ")"
    return f"```python\n{line}\n```\n"


def argument(one: inspect.Parameter) -> str:
    """Return an argument with its type and default."""
    stars = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
    kind = "" if one.annotation is one.empty else f": {str(one.annotation).strip(chr(34))}"
    default = "" if one.default is one.empty else f"{' = ' if kind else '='}{shown(one.default)}"
    return f"{stars}{one.name}{kind}{default}"


def shown(default: Any) -> str:
    """Return a default as it would be written; one that is made anew each time as three dots."""
    if isinstance(default, Enum):
        return f"{type(default).__name__}.{default.name}"
    text = repr(default)
    return getattr(default, "__name__", "…") if text.startswith("<") else text


def prose(text: str) -> str:
    """Return a docstring as Markdown: its sections become lists."""
    text = _ROLE.sub(r"`\1`", text).replace("``", "`")
    pieces = _SECTION.split(text)
    parts = [pieces[0].rstrip() + "\n"]
    for heading, body in zip(pieces[1::2], pieces[2::2], strict=True):
        parts.append(f"**{heading}**\n")
        parts.append("\n".join(entries(body)) + "\n")
    return "\n".join(parts)


def entries(body: str) -> Iterator[str]:
    """Yield the lines of a section as list items; lines that go on are indented."""
    for line in body.splitlines():
        entry = _ENTRY.match(line)
        if entry:
            yield f"* `{entry[1]}`: {entry[2]}"
        elif line.startswith("    ") and line.strip():
            yield f"  {line.strip()}" if line.startswith("        ") else line.strip()
        elif line.strip():
            yield f"\n{line}"


def with_defaults(text: str, value: Any) -> str:
    """Return a page whose table of parameters shows the defaults of a class."""
    for one in inspect.signature(value).parameters.values():
        default = f"`{one.default!r}`".replace("'", '"')
        text = re.sub(rf"^(\| `{one.name}` \| )[^|]+( \|)", rf"\g<1>{default}\g<2>", text, flags=re.MULTILINE)
    return text


def main() -> None:
    """Write all of it."""
    PAGE.write_text(page(), encoding="utf-8")
    optimizers = importlib.import_module("optimizer_core.optimizers")
    for name, value in (("omega.md", optimizers.OMEGA), ("random_few_shot.md", optimizers.RandomFewShot)):
        path = PAGE.with_name(name)
        path.write_text(with_defaults(path.read_text(encoding="utf-8"), value), encoding="utf-8")


if __name__ == "__main__":
    main()
