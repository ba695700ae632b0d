"""CBOR and DER as trees of `values`, read apart from the firmware's readers: seeds are taken apart with these, and
what a verdict says is held against them."""

from __future__ import annotations

import struct
from typing import Any

from fuzz.values import Tag


def cbor(data: bytes) -> Any:
    """The one value in `data`. ValueError where it is malformed, repeats a name, or bytes follow."""
    value, end = _item(data, 0, 0)
    if end != len(data) or value is _BREAK:
        raise ValueError("bytes after the value")
    return value


_BREAK = object()


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if at >= len(data) or depth > 64:
        raise ValueError("ends too early, or too deep")
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    argument: int | None = info
    if info >= 24:
        if info == 31:
            argument = None
        elif info > 27:
            raise ValueError("reserved")
        else:
            width = 1 << (info - 24)
            if at + width > len(data):
                raise ValueError("ends too early")
            argument = int.from_bytes(data[at : at + width], "big")
            at += width
    if major == 7:
        return _special(info, argument, data, at)
    if argument is None:
        return _open_ended(major, data, at, depth)
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major in (2, 3):
        piece = data[at : at + argument]
        if len(piece) != argument:
            raise ValueError("ends too early")
        return (piece if major == 2 else piece.decode("utf-8")), at + argument
    if major == 6:
        value, at = _item(data, at, depth + 1)
        return Tag(argument, value), at
    items = []
    for _ in range(argument * (1 if major == 4 else 2)):
        value, at = _item(data, at, depth + 1)
        items.append(value)
    return (items if major == 4 else _map(items)), at


def _open_ended(major: int, data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if major not in (2, 3, 4, 5):
        raise ValueError("reserved")
    items: list[Any] = []
    while True:
        value, at = _item(data, at, depth + 1)
        if value is _BREAK:
            break
        items.append(value)
    if major == 2:
        return b"".join(items), at
    if major == 3:
        return "".join(items), at
    return (items if major == 4 else _map(items)), at


def _map(items: list[Any]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for name, value in zip(items[::2], items[1::2], strict=True):
        if isinstance(name, (list, dict, Tag)) or name in found:
            raise ValueError("a name twice, or none")
        found[name] = value
    return found


def _special(info: int, argument: int | None, data: bytes, at: int) -> tuple[Any, int]:
    if info == 31:
        return _BREAK, at
    if info < 24:
        return {20: False, 21: True, 22: None, 23: None}.get(info, f"simple {info}"), at
    if info == 24:
        return f"simple {argument}", at
    if info == 25:
        return struct.unpack(">e", data[at - 2 : at])[0], at
    return struct.unpack(">f" if info == 26 else ">d", data[at - (4 if info == 26 else 8) : at])[0], at


def der(data: bytes) -> list[Any]:
    """The elements in `data` as [tag, content]: content is bytes, or the elements that a constructed one holds."""
    found = []
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise ValueError("ends too early")
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[at : at + count], "big")
            at += count
        if at + size > len(data):
            raise ValueError("ends too early")
        content = data[at : at + size]
        at += size
        found.append([tag, der(content) if tag & 0x20 else _inside(tag, content)])
    return found


def _inside(tag: int, content: bytes) -> Any:
    # Values of extensions are DER in an OCTET STRING.
    if tag == 0x04 and content[:1] in (b"\x30", b"\x03", b"\x04"):
        try:
            return der(content)
        except ValueError:
            return content
    return content


def der_bytes(elements: Any) -> bytes:
    """Elements as DER; whatever a change has put in their place is written as well as it can be."""
    if isinstance(elements, bytes):
        return elements
    if isinstance(elements, str):
        return elements.encode("utf-8", "surrogatepass")
    if not isinstance(elements, list):
        return b"\x05\x00"
    out = b""
    for element in elements:
        if isinstance(element, list) and len(element) == 2 and isinstance(element[0], int):
            content = der_bytes(element[1])
            out += bytes((element[0] & 0xFF,)) + _length(len(content)) + content
        else:
            out += der_bytes(element)
    return out


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    count = (size.bit_length() + 7) // 8
    return bytes((0x80 | count,)) + size.to_bytes(count, "big")
