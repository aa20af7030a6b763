"""Turns the first row of a file into column names that are present, short and unique."""

from __future__ import annotations

from collections.abc import Sequence

from omegaweb.datasets.reading.errors import UnreadableFile

NAME_LENGTH = 120


def check_width(width: int, limit: int) -> None:
    """Refuse tables with more columns than anyone could choose from.

    Raises:
        UnreadableFile: if there are more than `limit` columns.
    """
    if width > limit:
        raise UnreadableFile(
            f"The table has {width:,} columns; up to {limit:,} can be read. Delete the columns "
            "you do not need, or turn the table if its rows and columns are swapped."
        )


def clean_names(cells: Sequence[object], limit: int) -> tuple[list[str], list[str]]:
    """Return the column names and the warnings about what had to be changed.

    Raises:
        UnreadableFile: if there are too many columns or no name at all.
    """
    check_width(len(cells), limit)
    wanted = [" ".join(str(cell).split())[:NAME_LENGTH] for cell in cells]
    if not any(wanted):
        raise UnreadableFile("The first row is blank. It should hold the names of the columns.")
    warnings = _warn_of_data(wanted)
    names: list[str] = []
    taken = set(wanted)
    for position, name in enumerate(wanted, start=1):
        if not name:
            fresh = _free_name(f"column {position}", taken)
            warnings.append(f"Column {position} has no header, so it is called “{fresh}”.")
        elif name in names:
            fresh = _free_name(name, taken)
            warnings.append(
                f"The header “{name}” stands over more than one column; column {position} is called “{fresh}”."
            )
        else:
            fresh = name
        taken.add(fresh)
        names.append(fresh)
    return names, warnings


def _free_name(name: str, taken: set[str]) -> str:
    if name not in taken and name.startswith("column "):
        return name
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"


def _warn_of_data(names: list[str]) -> list[str]:
    if all(name.lstrip("-").replace(".", "", 1).isdigit() for name in names if name):
        return [
            "The first row was taken as column names, but it holds only numbers. "
            "If it is data, add a row of names above it and upload the file again."
        ]
    return []
