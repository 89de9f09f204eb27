"""Text that a PNG file carries, read without decoding the picture."""

from __future__ import annotations

import zlib

METADATA_KEY = "nnviz-experiment"
"""Key of the PNG text that holds an experiment's JSON."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_text(data: bytes, key: str) -> str | None:
    """The uncompressed international text (iTXt) under `key`; None where there is none.

    ValueError when the file ends early or a checksum is wrong. Source: Portable Network Graphics
    (PNG) Specification, third edition, sections 5.3 and 11.3.3.4.
    """
    place = len(SIGNATURE)
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        kind = data[place + 4 : place + 8]
        content = data[place + 8 : place + 8 + length]
        checksum = data[place + 8 + length : place + 12 + length]
        if len(checksum) < 4 or zlib.crc32(kind + content) != int.from_bytes(checksum, "big"):
            raise ValueError("the PNG file is damaged or cut off.")
        if kind == b"iTXt" and content.startswith(key.encode("latin-1") + b"\0\0"):
            # After the key: compression flag 0 and method, then language and translated key.
            _, _, text = content[len(key) + 3 :].split(b"\0", 2)
            return text.decode("utf-8")
        if kind == b"IEND":
            return None
        place += 12 + length
    return None
