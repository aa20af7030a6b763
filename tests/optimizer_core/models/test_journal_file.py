"""The journal in a file: found again by the next process, whatever became of the last line."""

from __future__ import annotations

import pytest

from optimizer_core.budget import Role, Usage
from optimizer_core.models.journal import Entry
from optimizer_core.models.journal_file import FileJournal


def entry(text):
    return Entry(
        role="task",
        model="openai/x",
        request={"messages": [{"role": "user", "content": text}]},
        answer={"text": text, "reasoning": "", "finish_reason": "stop", "refusal": ""},
        usage=Usage(calls=1, prompt_tokens=3, cost=0.5),
    )


#: A line separator that is no new line, half of a surrogate pair, and what only looks like the end of a line.
ODD = 'one\u2028two \ud83d "}'


async def test_another_process_finds_what_was_added(tmp_path):
    first = FileJournal(tmp_path / "journal.jsonl")
    for text in ("a", ODD):
        await first.add(f"key of {text[0]}", entry(text))
    again = FileJournal(tmp_path / "journal.jsonl")
    assert await again.find("key of a") == entry("a")
    assert await again.find("key of o") == entry(ODD)
    assert await again.find("key of c") is None
    assert len(again) == 2


@pytest.mark.parametrize("lost", [1, 20])
async def test_a_line_that_was_cut_off_is_as_if_it_had_not_been_written(tmp_path, lost):
    path = tmp_path / "journal.jsonl"
    first = FileJournal(path)
    await first.add("a", entry("a"))
    await first.add("b", entry("b"))
    path.write_bytes(path.read_bytes()[: -1 - lost])
    second = FileJournal(path)
    assert (await second.find("a"), await second.find("b")) == (entry("a"), None)
    await second.add("c", entry("c"))
    assert await FileJournal(path).find("c") == entry("c")


async def test_it_knows_what_its_answers_took_of_a_run_or_of_all(tmp_path):
    journal = FileJournal(tmp_path / "journal.jsonl")
    for text in "abc":
        await journal.add(text, entry(text))
    again = FileJournal(tmp_path / "journal.jsonl")
    assert again.paid(0) == {Role.TASK: Usage(calls=3, prompt_tokens=9, cost=1.5)}
    assert again.paid(2) == {Role.TASK: entry("c").usage}
    assert again.paid(3) == {}
