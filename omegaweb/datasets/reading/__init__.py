"""Reads an uploaded file as a table, a row at a time, in flat memory.

* `formats`      looks into the file and chooses the reader
* `delimited`    CSV and TSV           `encodings`  which letters the bytes mean
* `json_rows`    JSON and JSON Lines   `delimiters` what stands between the cells
* `spreadsheet`  XLSX and XLS          `formulas`   formulas that were never computed
* `header`       usable column names   `values`     values that every database can keep
* `titles`       what stands above a table
* `columns`      what each column seems to hold
* `errors`       what a person is told when a file cannot be read

Readers know no Django: they get a path and give a `RawTable`.
"""
