"""The words of a PDF as the program writes them: each page's text, with what its type says each byte stands for."""

from __future__ import annotations

import base64
import re
import zlib

_OBJECT = re.compile(rb"^(\d+) 0 obj\s(.*?)^endobj", re.S | re.M)
_STREAM = re.compile(rb"stream\r?\n(.*)endstream", re.S)
_SIGN = re.compile(rb"/(F[\d+]+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj|(BT)\b", re.S)
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.S)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
Letters = dict[bytes, dict[int, str]]


def pages_of(pdf: bytes) -> list[str]:
    """The text of every page in the order it was set: a line for each cell and each paragraph, however it wraps."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    letters = _letters(objects)
    order = next(body for body in objects.values() if b"/Kids" in body and b"/Type /Pages" in body)
    kids = re.findall(rb"(\d+) 0 R", order.split(b"/Kids")[1].split(b"]")[0])
    return [_text(_stream(objects[_number(objects[int(kid)], b"Contents")]), letters) for kid in kids]


def _letters(objects: dict[int, bytes]) -> Letters:
    """Of each part of the embedded type what its bytes stand for."""
    found: Letters = {}
    for body in objects.values():
        for name, number in re.findall(rb"/(F\d+\+\d+) (\d+) 0 R", body):
            table = _stream(objects[_number(objects[int(number)], b"ToUnicode")])
            pairs = re.findall(rb"^<(\w\w)> <(\w{4,})>$", table, re.M)
            found[name] = {int(at, 16): bytes.fromhex(code.decode()).decode("utf-16-be") for at, code in pairs}
    return found


def _number(body: bytes, key: bytes) -> int:
    """Which object ``key`` refers to."""
    found = re.search(rb"/" + key + rb" (\d+) 0 R", body)
    if found is None:
        raise LookupError(key.decode())
    return int(found[1])


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None:
        raise LookupError("no stream")
    content = found[1]
    if b"/ASCII85Decode" in body:
        content = base64.a85decode(b"<~" + content.strip(), adobe=True)
    return zlib.decompress(content) if b"/FlateDecode" in body else content


def _text(content: bytes, letters: Letters) -> str:
    type_, words = b"", []
    for name, shown, begun in _SIGN.findall(content):
        if begun:
            words.append("\n")
        elif name:
            type_ = name
        else:
            plain = _ESCAPED.sub(_unescaped, shown)
            words.append("".join(letters.get(type_, {}).get(one, "") for one in plain))
    return re.sub(r"\n+", "\n", "".join(words)).strip()


def _unescaped(found: re.Match[bytes]) -> bytes:
    sign = found[1]
    return bytes([int(sign, 8)]) if len(sign) == 3 else _NAMED.get(sign, sign)
