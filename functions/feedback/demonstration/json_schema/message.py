"""The format of what the two processes send each other: texts, each after its length."""

import struct

_LENGTH = struct.Struct("!I")


def pack(*texts: str) -> bytes:
    """Write the texts one after the other."""
    parts = [text.encode() for text in texts]
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def unpack(data: bytes) -> list[str]:
    """Read what `pack` wrote. Raises ValueError for anything else."""
    texts, start = [], 0
    while start < len(data):
        if len(data) - start < _LENGTH.size:
            raise ValueError("a length is cut off")
        (length,) = _LENGTH.unpack_from(data, start)
        start += _LENGTH.size + length
        texts.append(data[start - length : start].decode())
    if start > len(data):
        raise ValueError("a text is cut off")
    return texts
