"""Files of rows: CSV (also .gz) and, where pyarrow is installed, Parquet.

A file is written beside its place and moved there when it is complete: a broken off export leaves none.
"""

from __future__ import annotations

import gzip
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self

from msgspec import Struct

from app.history.csv_rows import csv_lines

STANDARD_OUTPUT = "-"
_ARROW_TYPES = {
    "text": "string",
    "jsonb": "string",
    "int4": "int32",
    "int8": "int64",
    "float8": "float64",
    "bool": "bool_",
    "date": "date32",
}


class RowFileError(Exception):
    """The file can't be written; the message is one line fit for the operator."""


class FileColumn(Struct, frozen=True):
    """One column, with the type it has in PostgreSQL."""

    name: str
    pg_type: str


class RowFile(Protocol):
    """Takes rows; `close` completes the file, `discard` removes it."""

    def write(self, rows: Sequence[Sequence[object]]) -> None: ...
    def close(self) -> None: ...
    def discard(self) -> None: ...


def open_row_file(target: str, file_format: str, columns: Sequence[FileColumn]) -> RowFile:
    """Open the file of `file_format` at `target` (`-`: standard output). Raise RowFileError."""
    if file_format == "parquet":
        return ParquetFile(target, columns)
    return CsvFile(target, columns)


class _Place:
    """The file being written, and where it goes."""

    def __init__(self, target: str) -> None:
        self.path = Path(target)
        self.part = self.path.with_name(self.path.name + ".part")

    def finish(self) -> None:
        self.part.replace(self.path)

    def discard(self) -> None:
        self.part.unlink(missing_ok=True)


class CsvFile:
    """RFC 4180; compressed when the name ends in .gz."""

    def __init__(self, target: str, columns: Sequence[FileColumn]) -> None:
        self._place = None if target == STANDARD_OUTPUT else _Place(target)
        self._file = self._open()
        self.write([[column.name for column in columns]])

    def _open(self) -> BinaryIO:
        if self._place is None:
            return sys.stdout.buffer
        try:
            raw = self._place.part.open("wb")
        except OSError as error:
            raise RowFileError(f"can't write {self._place.path}: {error.strerror}") from None
        if self._place.path.suffix == ".gz":
            packed: Any = gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6)
            packed.myfileobj = raw  # closed with it
            return _as_binary(packed)
        return raw

    def write(self, rows: Sequence[Sequence[object]]) -> None:
        try:
            self._file.write(csv_lines(rows))
        except OSError as error:  # a full disk, a reader of the pipe that left
            raise RowFileError(f"can't go on writing: {error.strerror}") from None

    def close(self) -> None:
        if self._place is None:
            self._file.flush()
            return
        self._file.close()
        self._place.finish()

    def discard(self) -> None:
        if self._place is not None:
            self._file.close()
            self._place.discard()


def _as_binary(file: Any) -> BinaryIO:
    binary: BinaryIO = file
    return binary


class ParquetFile:
    """One row group a batch, compressed with zstd; moments in UTC."""

    def __init__(self, target: str, columns: Sequence[FileColumn]) -> None:
        if target == STANDARD_OUTPUT:
            raise RowFileError("a parquet file can't go to standard output: name one with --out")
        self._arrow, parquet = _load_pyarrow()
        self._schema = self._arrow.schema([(column.name, self._type(column.pg_type)) for column in columns])
        self._place = _Place(target)
        try:
            self._writer = parquet.ParquetWriter(str(self._place.part), self._schema, compression="zstd")
        except OSError as error:
            raise RowFileError(f"can't write {target}: {os.strerror(error.errno or 0)}") from None

    def _type(self, pg_type: str) -> Any:
        if pg_type == "timestamptz":
            return self._arrow.timestamp("us", tz="Asia/Ho_Chi_Minh")
        return getattr(self._arrow, _ARROW_TYPES[pg_type])()

    def write(self, rows: Sequence[Sequence[object]]) -> None:
        if not rows:
            return
        arrays = [
            self._arrow.array(list(cells), type=field.type)
            for cells, field in zip(zip(*rows, strict=True), self._schema, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        self._writer.close()
        self._place.finish()

    def discard(self) -> None:
        self._writer.close()
        self._place.discard()


def _load_pyarrow() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise RowFileError(
            "parquet needs pyarrow, which is not installed (55 MB): run `make parquet`, or choose --format csv"
        ) from None


class Writing:
    """Completes the file at the end of a `with`, or removes it when something went wrong in it."""

    def __init__(self, file: RowFile) -> None:
        self.file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            self.file.close()
        else:
            self.file.discard()
