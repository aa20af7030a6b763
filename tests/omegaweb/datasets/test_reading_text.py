"""Reading CSV and TSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omegaweb.datasets.reading.errors import UnreadableFile
from tests.omegaweb.datasets.reading import read

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@pytest.mark.parametrize(
    ("content", "delimiter", "kind"),
    [
        ("a,b\n1,2\n", ",", "CSV"),
        ("a;b\n1,5;2\n", ";", "CSV"),
        ("a\tb\n1\t2\n", "\t", "TSV"),
        ("a|b\nx,y|2\n", "|", "CSV"),
        ("a,b\r1,2\r", ",", "CSV"),
    ],
)
def test_the_delimiter_is_found_out(tmp_path: Path, content: str, delimiter: str, kind: str):
    table, rows = read(tmp_path, content, "x.csv")

    assert (table.names, table.delimiter, table.format) == (["a", "b"], delimiter, kind)
    assert len(rows) == 1
    assert len(rows[0]) == 2


def test_a_chosen_delimiter_counts(tmp_path: Path):
    _, rows = read(tmp_path, "a;b,c\n1;2,3\n", "x.csv", delimiter=";")

    assert rows == [["1", "2,3"]]


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        ("name,text\n1,café crème\n", "cp1252", "cp1252"),
        ("a,b\né,ü\n", "utf-8", "utf-8"),
        ("a,b\né,ü\n", "utf-8-sig", "utf-8-sig"),
        ("a,b\né,ü\n", "utf-16", "utf-16"),
        ("a,b\nhello,world\n", "utf-16-le", "utf-16-le"),
        ("a,b\nhello,world\n", "utf-16-be", "utf-16-be"),
        ("имя,текст\nпривет,это проверка чтения\nещё,одна строка\n", "cp1251", "cp1251"),
        ("質問,答え\n日本語のテキストです,はい\nこれは何ですか,いいえ\n", "cp932", "cp932"),
        ("问题,答案\n这是一个中文测试文件,是\n什么是机器学习,否\n", "gb18030", "gb18030"),
    ],
)
def test_the_encoding_is_found_out(tmp_path: Path, text: str, encoding: str, named: str):
    table, rows = read(tmp_path, text.encode(encoding), "x.csv")

    expected = list(csv.reader(io.StringIO(text)))
    assert [table.names, *rows] == expected
    assert table.encoding == named
    assert bool(table.warnings) == (named not in {"utf-8", "utf-8-sig"})


def test_a_chosen_encoding_counts(tmp_path: Path):
    _, rows = read(tmp_path, "a,b\nŁódź,1\n".encode("cp1250"), "x.csv", encoding="cp1250")

    assert rows == [["Łódź", "1"]]


def test_a_chosen_encoding_that_is_wrong_names_the_row(tmp_path: Path):
    with pytest.raises(UnreadableFile, match=r"Near row \d+ there are bytes that are no letters in the encoding utf-8"):
        read(tmp_path, b"a,b\n" + b"x,1\n" * 100_000 + b"\xff\xfe,2\n", "x.csv", encoding="utf-8")


def test_quotes_and_newlines_inside_cells(tmp_path: Path):
    _, rows = read(tmp_path, 'q,a\n"one, ""two""\nthree",x\n', "x.csv")

    assert rows == [['one, "two"\nthree', "x"]]


def test_tab_separated_files_without_quoting(tmp_path: Path):
    _, rows = read(tmp_path, 'label\ttext\nham\t"Hello" he said\nspam\tbuy "now\n', "x.tsv")

    assert rows == [["ham", '"Hello" he said'], ["spam", 'buy "now']]


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, content: bytes):
    with pytest.raises(UnreadableFile, match="The file is empty"):
        read(tmp_path, content, "x.csv")


def test_only_a_header(tmp_path: Path):
    table, rows = read(tmp_path, "a,b\n", "x.csv")

    assert (table.names, rows) == (["a", "b"], [])


def test_short_rows_are_filled_and_named(tmp_path: Path):
    table, rows = read(tmp_path, "a,b\n1\n2,3\n\n4\n", "x.csv")

    assert rows == [["1", ""], ["2", "3"], ["4", ""]]
    assert table.warnings == ["Fewer cells than the header's 2: rows 2, 5. The missing cells are blank."]


def test_long_rows_are_refused_and_named(tmp_path: Path):
    content = "a,b\n" + "1,2\n" + "1,2,3\n" * 20

    with pytest.raises(UnreadableFile, match="header's 2: rows 3, 4, 5, 6, 7, 8, 9, 10 and 12 more"):
        read(tmp_path, content, "x.csv")


def test_blank_cells_beyond_the_header_do_no_harm(tmp_path: Path):
    _, rows = read(tmp_path, "a,b\n1,2,\n", "x.csv")

    assert rows == [["1", "2"]]


@pytest.mark.parametrize(
    ("above", "names_in"),
    [
        ("Export, of Q3;;\n;;\n", 3),
        ("Export, of Q3;;\n\n", 3),
        ("Export, of Q3\n\n", 3),
        ("\n;;\nExport, of Q3\n;;\nTickets only;;\n;;\n", 7),
    ],
)
def test_a_title_above_the_table_is_left_out_and_said(tmp_path: Path, above: str, names_in: int):
    content = above + "text;team;n\na;oak;1\n;;\n \nb;pine\nc, d;elm;3\n"

    table, rows = read(tmp_path, content, "x.csv")

    assert (table.names, table.delimiter) == (["text", "team", "n"], ";")
    assert rows == [["a", "oak", "1"], ["b", "pine", ""], ["c, d", "elm", "3"]]
    titles = [warning for warning in table.warnings if "was taken for a title and left out" in warning]
    assert "holds only “Export, of Q3”" in titles[0]
    assert f"The names of the columns are those of row {names_in}." in titles[-1]
    assert f"header's 3: row {names_in + 4}." in table.warnings[-1]  # as the file counts, with its blank rows


@pytest.mark.parametrize("content", ['text\na\n"b, c"\n', "text\n\na\nb\n", "\n \ntext\na\n\nb\n"])
def test_a_file_of_one_column_has_no_title(tmp_path: Path, content: str):
    table, rows = read(tmp_path, content, "x.csv")

    assert (table.names, table.warnings) == (["text"], [])
    assert [row[0][0] for row in rows] == ["a", "b"]


def test_a_single_name_without_a_blank_row_below_is_no_title(tmp_path: Path):
    table, rows = read(tmp_path, "text;\na;oak\nb;pine\n", "x.csv")

    assert (table.names, rows) == (["text", "column 2"], [["a", "oak"], ["b", "pine"]])


def test_a_file_without_a_header_keeps_what_it_had(tmp_path: Path):
    table, rows = read(tmp_path, "1,2\n3,4\n5,6\n", "x.csv")

    assert (table.names, rows) == (["1", "2"], [["3", "4"], ["5", "6"]])


@pytest.mark.parametrize("content", ["Export of Q3\ntext,team\na,oak\n", "text\n\nHello, world\nfoo\n"])
def test_one_cell_above_wider_rows_is_refused_with_both_ways_out(tmp_path: Path, content: str):
    with pytest.raises(UnreadableFile, match=r"header's 1: .* a title, delete it .* put quotation marks around"):
        read(tmp_path, content, "x.csv")


@pytest.mark.parametrize("content", ['a,b\n"x,2\n3,4\n', 'a,b\n"x" y,2\n'])
def test_a_broken_quotation_names_the_row(tmp_path: Path, content: str):
    with pytest.raises(UnreadableFile, match="Row 2 cannot be read"):
        read(tmp_path, content, "x.csv")


def test_too_many_columns(tmp_path: Path):
    header = ",".join(f"c{number}" for number in range(100_000))

    with pytest.raises(UnreadableFile, match="The table has 100,000 columns; up to 500 can be read"):
        read(tmp_path, f"{header}\n", "x.csv")


def test_duplicate_and_blank_headers_get_names(tmp_path: Path):
    table, _ = read(tmp_path, "a,a,,a,a (2)\n1,2,3,4,5\n", "x.csv")

    assert table.names == ["a", "a (3)", "column 3", "a (4)", "a (2)"]
    assert len(table.warnings) == 3


def test_a_column_called_example_is_like_any_other(tmp_path: Path):
    table, rows = read(tmp_path, "example,label\nx,y\n", "x.csv")

    assert (table.names, rows) == (["example", "label"], [["x", "y"]])


def test_a_header_of_numbers_is_doubted(tmp_path: Path):
    table, _ = read(tmp_path, "1,2\n3,4\n", "x.csv")

    assert "holds only numbers" in table.warnings[0]


def test_a_few_nul_bytes_are_replaced(tmp_path: Path):
    _, rows = read(tmp_path, b"a,b\nx\0y,2\n" + b"abc,def\n" * 100, "x.csv")

    assert rows[0] == ["x\ufffdy", "2"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bytes(range(256)) * 20, "not a text file"),
        (b"%PDF-1.7 something", "a PDF document, not a table"),
        (b"\x1f\x8b\x08\x00 something", "unpack it first"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, content: bytes, message: str):
    with pytest.raises(UnreadableFile, match=message):
        read(tmp_path, content, "x.csv")


@given(
    table=st.integers(2, 5).flatmap(
        lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=8)
    ),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(tmp_path: Path, table: list[list[str]], delimiter: str, encoding: str):
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow([f"name {number}" for number in range(len(table[0]))])
    writer.writerows(table)

    _, rows = read(tmp_path, target.getvalue().encode(encoding), "x.csv", encoding=encoding, delimiter=delimiter)

    assert rows == [row for row in table if any(cell.strip() for cell in row)]
