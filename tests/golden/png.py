"""PNG files as width, height and RGB bytes: as the program writes them, without row filters."""
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(data):
    if data[:8] != SIGNATURE:
        raise ValueError("no PNG file")
    at = 8
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + size]
        if struct.unpack_from(">I", data, at + 8 + size)[0] != zlib.crc32(kind + body):
            raise ValueError(f"the checksum of {kind} is wrong")
        yield kind, body
        at += 12 + size


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    packed = b""
    for kind, body in chunks(data):
        if kind == b"IHDR":
            width, height, *form = struct.unpack(">IIBBBBB", body)
            if form != [8, 2, 0, 0, 0]:
                raise ValueError(f"{path}: only RGB of 8 bits without interlace, this is {form}")
        elif kind == b"IDAT":
            packed += body
    lines, stride = zlib.decompress(packed), 3 * width
    pixels = bytearray()
    for start in range(0, height * (stride + 1), stride + 1):
        if lines[start] != 0:
            raise ValueError(f"{path}: rows have no filter here, this one has {lines[start]}")
        pixels += lines[start + 1:start + 1 + stride]
    return width, height, bytes(pixels)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def write(path, width, height, pixels):
    stride = 3 * width
    lines = b"".join(b"\0" + pixels[start:start + stride] for start in range(0, height * stride, stride))
    with open(path, "wb") as file:
        file.write(SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                   chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))
