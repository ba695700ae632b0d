"""Export: the journal's records as JSON Lines, CSV, an SQLite database or Parquet.

One row a record, the same columns everywhere; what a record has beyond them stands in `more`, as JSON. Byte strings
become hex.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from gatepost.errors import GatepostError
from gatepost.journal.entries import Entry

COLUMNS: dict[str, type] = {
    "sequence": int, "boot": int, "time": str, "doubtful": bool, "kind": str, "verdict": str, "reason": str,
    "scheme": str, "issuer": str, "kid": str, "use": str, "again": int, "more": str, "problem": str,
}  # fmt: skip
_SQL = {int: "INTEGER", str: "TEXT", bool: "INTEGER"}
_BATCH = 20_000  # rows handed over at once


def row(entry: Entry) -> dict[str, Any]:
    """An entry as plain values by column; None where it has none."""
    fields = {name: _plain(value) for name, value in (entry.fields or {}).items()}
    values: dict[str, Any] = dict.fromkeys(COLUMNS)
    values["sequence"] = entry.sequence
    values["boot"] = entry.boot
    values["time"] = entry.moment or None
    values["doubtful"] = entry.doubtful
    values["kind"] = entry.kind or None
    values["problem"] = entry.problem or None
    for name in ("verdict", "reason", "scheme", "issuer", "kid", "use", "again"):
        value = fields.pop(name, None)
        values[name] = value if value is None or isinstance(value, COLUMNS[name]) else str(value)
    values["more"] = json.dumps(fields, ensure_ascii=False, sort_keys=True) if fields else None
    return values


def write_jsonl(entries: Iterable[Entry], path: Path) -> int:
    """One JSON object a line, absent values left out, the fields of `more` as they are."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for entry in entries:
            values = {name: value for name, value in row(entry).items() if value is not None}
            if "more" in values:
                values["more"] = json.loads(values["more"])
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
            count += 1
    return count


def write_csv(entries: Iterable[Entry], path: Path) -> int:
    """RFC 4180, with a line of names. Text that a spreadsheet would run as a formula is quoted by an apostrophe."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for entry in entries:
            writer.writerow([_tame(value) for value in row(entry).values()])
            count += 1
    return count


def write_sqlite(entries: Iterable[Entry], path: Path) -> int:
    """A new database with one table `journal`, indexed by time."""
    path.unlink(missing_ok=True)
    count = 0
    database = sqlite3.connect(path)
    try:
        columns = ", ".join(f'"{name}" {_SQL[kind]}' for name, kind in COLUMNS.items())
        database.execute(f"CREATE TABLE journal ({columns})")
        marks = ", ".join("?" * len(COLUMNS))
        for entry in entries:
            database.execute(f"INSERT INTO journal VALUES ({marks})", tuple(row(entry).values()))
            count += 1
        database.execute("CREATE INDEX journal_time ON journal (time)")
        database.commit()
    finally:
        database.close()
    return count


def write_parquet(entries: Iterable[Entry], path: Path) -> int:
    """Parquet, where the package pyarrow is installed."""
    try:
        import pyarrow as pa  # pyright: ignore[reportMissingImports] # noqa: PLC0415
        import pyarrow.parquet as pq  # pyright: ignore[reportMissingImports] # noqa: PLC0415
    except ImportError:
        raise GatepostError("Parquet needs the package pyarrow: pip install pyarrow") from None
    kinds = {int: pa.int64(), str: pa.string(), bool: pa.bool_()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    count = 0
    batch: list[dict[str, Any]] = []
    with pq.ParquetWriter(path, schema) as writer:
        for entry in entries:
            batch.append(row(entry))
            count += 1
            if len(batch) == _BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema))
                batch.clear()
        if batch:
            writer.write_table(pa.Table.from_pylist(batch, schema))
    return count


FORMATS: dict[str, Callable[[Iterable[Entry], Path], int]] = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "sqlite": write_sqlite,
    "parquet": write_parquet,
}


def export(entries: Iterable[Entry], path: Path, form: str) -> int:
    """Write the entries in one of FORMATS; the number of rows."""
    try:
        return FORMATS[form](entries, path)
    except KeyError:
        raise GatepostError(f"a journal is exported as one of {', '.join(FORMATS)}") from None
    except OSError as error:
        raise GatepostError(f"cannot write {path}: {error.strerror}") from None
    except sqlite3.Error as error:
        raise GatepostError(f"cannot write {path}: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _tame(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
