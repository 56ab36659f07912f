# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pictures from files, as arrays of height x width x 3."""
import struct
import subprocess
import tempfile
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def _paeth(a, b, c):
    """a: left, b: above, c: above left"""
    distances = (abs(b - c), abs(a - c), abs(a + b - 2 * c))
    return (a, b, c)[distances.index(min(distances))]


def _unfilter_paeth(line, above, n):
    line, above = bytearray(line), bytearray(above)  # numbers one by one are quicker than an array's
    for i in range(len(line)):
        left, corner = (line[i - n], above[i - n]) if i >= n else (0, 0)
        line[i] = (line[i] + _paeth(left, above[i], corner)) & 255
    return np.frombuffer(line, np.uint8)


def _unfilter_average(line, above, n):
    line, above = bytearray(line), bytearray(above)
    for i in range(len(line)):
        line[i] = (line[i] + ((line[i - n] if i >= n else 0) + above[i]) // 2) & 255
    return np.frombuffer(line, np.uint8)


def _unfilter(kind, line, above, n):
    """line, above: bytes as arrays; n: of a pixel"""
    if kind == 3:
        return _unfilter_average(line, above, n)
    if kind == 4:
        return _unfilter_paeth(line, above, n)
    if kind == 1:
        return np.cumsum(line.reshape(-1, n), axis=0, dtype=np.uint8).reshape(-1)
    return line + above if kind == 2 else line


def read_png(path):
    """Of 8 bits a channel, not interlaced; transparency is dropped."""
    content = path.read_bytes()
    if not content.startswith(SIGNATURE):
        raise ValueError(f"{path} is no PNG")
    at, data = len(SIGNATURE), bytearray()
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
    filtered = np.frombuffer(zlib.decompress(bytes(data)), np.uint8).reshape(height, 1 + width * n)
    lines, above = np.empty((height, width * n), np.uint8), np.zeros(width * n, np.uint8)
    for line, to in zip(filtered, lines):
        to[:] = above = _unfilter(line[0], line[1:], above, n)
    return lines.reshape(height, width, n)[:, :, :3]


def read_jpeg(path, width, height):
    """Scaled. By GStreamer; None where it cannot."""
    with tempfile.NamedTemporaryFile() as raw:
        line = ["filesrc", f"location={path}", "!", "jpegdec", "!", "videoconvert", "!", "videoscale", "add-borders=false", "!",
                f"video/x-raw,format=RGB,width={width},height={height},pixel-aspect-ratio=1/1", "!", "filesink",
                f"location={raw.name}"]
        try:
            subprocess.run(["gst-launch-1.0", "-q", *line], check=True, capture_output=True, timeout=60)
        except (OSError, subprocess.SubprocessError):
            return None
        lines = np.fromfile(raw.name, np.uint8)
    return lines.reshape(height, -1)[:, :3 * width].reshape(height, width, 3)


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
