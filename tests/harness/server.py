# Runs on MicroPython: answers the calls that tests make, one after the other, until its input ends.
# A request is a u32 length and a packed list [operation, ...]; an answer the same, [True, value] or
# [False, exception name, text, traceback].
import gc
import io
import struct
import sys

_spaces = {}


def _pack(v, out):
    if v is None:
        out.extend(b"N")
    elif v is True:
        out.extend(b"T")
    elif v is False:
        out.extend(b"F")
    elif isinstance(v, int):
        _block(b"i", str(v).encode(), out)
    elif isinstance(v, float):
        out.extend(b"d" + struct.pack("<d", v))
    elif isinstance(v, (bytes, bytearray, memoryview)):
        _block(b"b", v, out)
    elif isinstance(v, str):
        _block(b"s", v.encode(), out)
    elif isinstance(v, (list, tuple)):
        out.extend((b"l" if isinstance(v, list) else b"t") + struct.pack("<I", len(v)))
        for x in v:
            _pack(x, out)
    elif isinstance(v, dict):
        out.extend(b"m" + struct.pack("<I", len(v)))
        for k in v:
            _pack(k, out)
            _pack(v[k], out)
    else:
        # Any other object travels as its public attributes.
        _pack({k: getattr(v, k) for k in sorted(dir(v)) if k[0] != "_" and not callable(getattr(v, k))}, out)


def _block(tag, body, out):
    out.extend(tag)
    out.extend(struct.pack("<I", len(body)))
    out.extend(body)


def _read(d, at):
    tag = d[at : at + 1]
    at += 1
    if tag == b"N":
        return None, at
    if tag == b"T":
        return True, at
    if tag == b"F":
        return False, at
    if tag == b"d":
        return struct.unpack_from("<d", d, at)[0], at + 8
    n = struct.unpack_from("<I", d, at)[0]
    at += 4
    if tag == b"i":
        return int(str(d[at : at + n], "utf-8")), at + n
    if tag == b"b":
        return bytes(d[at : at + n]), at + n
    if tag == b"s":
        return str(d[at : at + n], "utf-8"), at + n
    if tag == b"l" or tag == b"t":
        items = []
        for _ in range(n):
            x, at = _read(d, at)
            items.append(x)
        return (items if tag == b"l" else tuple(items)), at
    if tag == b"m":
        table = {}
        for _ in range(n):
            k, at = _read(d, at)
            table[k], at = _read(d, at)
        return table, at
    raise ValueError("tag")


def _target(path):
    module, name = path.split(":")
    thing = __import__(module, None, None, (name.split(".")[0],))
    for part in name.split("."):
        thing = getattr(thing, part)
    return thing


def _do(request):
    operation = request[0]
    if operation == "call":
        return _target(request[1])(*request[2], **request[3])
    if operation == "run":
        space = _spaces.setdefault(request[1], {"__name__": request[1]})
        space.update(request[3])
        space.pop("result", None)
        exec(request[2], space)
        return space.get("result")
    raise ValueError(operation)


def answer(body):
    """The packed answer to a packed request, whatever happens while it is carried out."""
    out = bytearray()
    try:
        request, _ = _read(body, 0)
        del body
        _pack([True, _do(request)], out)
    except Exception as error:
        trace = io.StringIO()
        sys.print_exception(error, trace)
        out = bytearray()
        code = getattr(error, "code", None)
        if not isinstance(code, str):
            code = None
        _pack([False, type(error).__name__, str(error), trace.getvalue(), code], out)
    return out


def _exactly(stream, n):
    parts = b""
    while len(parts) < n:
        more = stream.read(n - len(parts))
        if not more:
            return None
        parts = parts + more if parts else more
    return parts


def _serve(requests, answers):
    while True:
        head = _exactly(requests, 4)
        if head is None:
            return
        body = _exactly(requests, struct.unpack("<I", head)[0])
        if body is None:
            return
        out = answer(body)
        del body
        answers.write(struct.pack("<I", len(out)))
        answers.write(out)
        if hasattr(answers, "flush"):
            answers.flush()
        del out
        gc.collect()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
