"""The experiment that a PDF file carries, and what else a PDF says about itself."""

from __future__ import annotations

import re
from html import escape

from nnviz.files.xml_text import experiment_element, experiment_text

SIGNATURE = b"%PDF-"
_BEGIN, _END = b"<?xpacket begin=", b"<?xpacket end="
_MOST_PACKETS = 100
_HEAD, _TAIL = 4096, 2048
"""Bytes in which the information about the document, and the mark of its end, lie."""
_DATE = re.compile(rb"/(?:CreationDate|ModDate) \(D:[^()]{0,40}\)")

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<xmp:CreatorTool>nnviz</xmp:CreatorTool>
{experiment}
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def xmp_packet(title: str, experiment_json: str) -> bytes:
    """The metadata of a PDF, with the experiment in it.

    Source: Adobe, XMP Specification, part 1 (ISO 16684-1), section 7.
    """
    packet = _PACKET.format(
        title=escape(title, quote=False), experiment=experiment_element(experiment_json)
    )
    return packet.encode()


def without_dates(pdf: bytes) -> bytes:
    """The same PDF without the time at which it was made, of the same length.

    So the same picture is the same file. The dates are optional, and blanks keep every other
    thing where the file's table says that it is.
    """
    head = _DATE.sub(lambda found: b" " * len(found[0]), pdf[:_HEAD])
    return head + pdf[_HEAD:]


def pdf_text(data: bytes) -> str | None:
    """The experiment's JSON; None where there is none, or where another program packed it away.

    ValueError when the file is damaged or cut off.
    """
    if b"%%EOF" not in data[-_TAIL:]:
        raise ValueError("the PDF file is damaged or cut off.")
    place = 0
    for _ in range(_MOST_PACKETS):
        begin = data.find(_BEGIN, place)
        end = data.find(_END, begin) if begin >= 0 else -1
        if end < 0:
            break
        # What begins and ends a packet are instructions to its readers, and no XML of their own.
        text = experiment_text(data[data.find(b">", begin) + 1 : end])
        if text is not None:
            return text
        place = end
    return None
