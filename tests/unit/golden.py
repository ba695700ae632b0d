"""Golden screens: a hash over pixels a scene and size, in golden_screens.json.

    GATEPOST_GOLDEN=record pytest tests/unit/test_ui_golden.py     accept what is drawn now
    GATEPOST_GOLDEN_REPORT=DIR pytest tests/unit/test_ui_golden.py  write DIR/index.html, before and after

Pictures of accepted screens are kept in .cache/screens on the machine that saw them; "before" is shown from there.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import shutil
from pathlib import Path

from gatepost.sim.screen import to_image

TABLE = Path(__file__).with_name("golden_screens.json")
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "screens"


class Golden:
    """The table, and what one run found different."""

    def __init__(self) -> None:
        self.record = os.environ.get("GATEPOST_GOLDEN") == "record"
        self.report = os.environ.get("GATEPOST_GOLDEN_REPORT")
        self.table: dict[str, dict[str, str]] = json.loads(TABLE.read_text()) if TABLE.exists() else {}
        self.seen: dict[str, dict[str, str]] = {}
        self.changed: list[tuple[str, str, str, str]] = []

    def matches(self, scene: str, width: int, height: int, pixels: bytes) -> bool:
        """True if the scene looks as recorded; a difference is noted for the report."""
        size = f"{width}x{height}"
        digest = hashlib.sha256(pixels).hexdigest()[:32]
        before = self.table.get(scene, {}).get(size, "")
        self.seen.setdefault(scene, {})[size] = digest
        self._keep(digest, pixels, width, height)
        if digest != before:
            self.changed.append((scene, size, before, digest))
        return self.record or digest == before

    def finish(self) -> None:
        """Write the table when recording, the report when asked."""
        if self.record:
            TABLE.write_text(json.dumps(self.seen, indent=1, sort_keys=True) + "\n")
        if self.report:
            self._write_report(Path(self.report))

    def _keep(self, digest: str, pixels: bytes, width: int, height: int) -> None:
        where = CACHE / f"{digest}.png"
        if not where.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            to_image(pixels, width, height).save(where)

    def _write_report(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        rows = []
        for scene, size, before, after in sorted(set(self.changed)):
            cells = []
            for digest in (before, after):
                picture = CACHE / f"{digest}.png"
                if digest and picture.exists():
                    shutil.copy(picture, folder / picture.name)
                    cells.append(f'<td><img src="{digest}.png" alt=""></td>')
                else:
                    cells.append("<td>not seen on this machine</td>" if digest else "<td>new</td>")
            rows.append(f"<tr><th>{html.escape(scene)}<br>{size}</th>{''.join(cells)}</tr>")
        (folder / "index.html").write_text(
            "<!doctype html><meta charset=utf-8><title>Screens</title><h1>Screens that changed</h1>"
            f"<table><tr><th></th><th>before</th><th>after</th></tr>{''.join(rows)}</table>\n"
        )
