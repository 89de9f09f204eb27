"""Text that a PNG file carries, written and read without touching the picture."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

METADATA_KEY = "nnviz-experiment"
"""Key of the PNG text that holds an experiment's JSON."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
_AFTER_HEADER = len(SIGNATURE) + 25
"""Where the signature and the first chunk, the header, end."""


def png_with_texts(png: bytes, texts: Mapping[str, str]) -> bytes:
    """The same picture with texts under their keys: international text (iTXt), not compressed.

    Qt's own setText would join runs of white space, also those inside of strings. Source: Portable
    Network Graphics (PNG) Specification, third edition, section 11.3.3.4.
    """
    chunks = b"".join(_text_chunk(key, text) for key, text in texts.items())
    return png[:_AFTER_HEADER] + chunks + png[_AFTER_HEADER:]


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


def _text_chunk(key: str, text: str) -> bytes:
    body = b"iTXt" + key.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
