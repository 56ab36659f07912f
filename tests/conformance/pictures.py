# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures from files, as arrays of height x width x 3."""
import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _paeth(a, b, c):
    """a: left, b: above, c: above left"""
    distances = (abs(b - c), abs(a - c), abs(a + b - 2 * c))
    return (a, b, c)[distances.index(min(distances))]


def _unfilter(kind, line, above, n):
    for i in range(len(line)):
        left = line[i - n] if i >= n else 0
        corner = above[i - n] if i >= n else 0
        line[i] = (line[i] + (0, left, above[i], (left + above[i]) // 2, _paeth(left, above[i], corner))[kind]) & 255


def read_png(path):
    """Of 8 bits a channel, not interlaced; transparency is dropped."""
    content = path.read_bytes()
    if not content.startswith(SIGNATURE):
        raise ValueError(f"{path} is no PNG")
    at, data = len(SIGNATURE), b""
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        body = content[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            if depth != 8 or color not in (2, 6) or interlaced:
                raise ValueError(f"{path} is not 8 bits RGB or RGBA")
        elif kind == b"IDAT":
            data += body
        at += length + 12
    n = 3 if color == 2 else 4
    lines, raw, above = [], zlib.decompress(data), bytearray(width * n)
    for y in range(height):
        start = y * (width * n + 1)
        line = bytearray(raw[start + 1:start + 1 + width * n])
        _unfilter(raw[start], line, above, n)
        lines.append(line)
        above = line
    return np.array([np.frombuffer(line, np.uint8).reshape(width, n)[:, :3] for line in lines])


def scaled(picture, width, height):
    """By its nearest pixels."""
    rows = (np.arange(height) + 0.5) * picture.shape[0] / height
    columns = (np.arange(width) + 0.5) * picture.shape[1] / width
    return picture[rows.astype(int)[:, None], columns.astype(int)]


def read_bmp(path):
    """Not compressed, from the bottom up: of 24 bits a pixel as height x width x 3, of 8 bits as height x width."""
    content = path.read_bytes()
    start, width, height, bits, compression = struct.unpack_from("<10xI4xii2xHI", content)
    if not content.startswith(b"BM") or bits not in (8, 24) or compression or width < 1 or height < 1:
        raise ValueError(f"{path} is not a BMP of 8 or 24 bits")
    stride = (width * bits // 8 + 3) // 4 * 4
    lines = np.frombuffer(content, np.uint8, stride * height, start).reshape(height, stride)[::-1, :width * bits // 8]
    return lines if bits == 8 else lines.reshape(height, width, 3)[:, :, ::-1]
