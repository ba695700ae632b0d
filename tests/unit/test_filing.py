"""Files that commands write are whole, or what they were before."""

from __future__ import annotations

import errno
import os

import pytest
from gatepost.cli import filing
from gatepost.errors import GatepostError


def test_a_file_is_read_and_replaced(tmp_path):
    path = tmp_path / "list.gatepost"
    filing.save(path, b"old")
    filing.save(path, b"new")
    assert filing.load(path) == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_fills_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "list.gatepost"
    filing.save(path, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GatepostError, match=r"cannot write .*: No space left"):
        filing.save(path, b"new")
    assert filing.load(path) == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["no/such/folder/file", "folder"])
def test_what_cannot_be_is_said_in_one_sentence(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(GatepostError, match="cannot read"):
        filing.load(tmp_path / name)
    with pytest.raises(GatepostError, match="cannot write"):
        filing.save(tmp_path / name, b"")
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


def test_what_is_no_file_stays_what_it_is(tmp_path):
    kept, link = tmp_path / "kept", tmp_path / "link"
    link.symlink_to(kept)
    filing.save(link, b"through")
    assert link.is_symlink() and kept.read_bytes() == b"through"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    filing.save(pipe, b"a list")
    assert os.read(reader, 100) == b"a list"
    os.close(reader)
    assert pipe.is_fifo()
