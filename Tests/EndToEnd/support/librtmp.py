"""Publishes an FLV file by librtmp: `librtmp.py FILE URL`. A program of its own, since librtmp has no timeouts."""

import ctypes
import sys


def publish_by_librtmp(source, url):
    """Sends an FLV file with librtmp's own writer, tag by tag."""
    library = ctypes.CDLL("librtmp.so.1")
    library.RTMP_Alloc.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.RTMP_Alloc())
    library.RTMP_Init(handle)
    address = ctypes.create_string_buffer(url.encode())
    if not library.RTMP_SetupURL(handle, address):
        return "RTMP_SetupURL"
    library.RTMP_EnableWrite(handle)
    if not library.RTMP_Connect(handle, None) or not library.RTMP_ConnectStream(handle, 0):
        return "RTMP_Connect"
    with open(source, "rb") as file:
        flv = file.read()
    offset = 13
    while offset + 15 <= len(flv):
        end = offset + 11 + int.from_bytes(flv[offset + 1:offset + 4], "big") + 4
        if library.RTMP_Write(handle, flv[offset:end], end - offset) <= 0:
            return "RTMP_Write"
        offset = end
    library.RTMP_Close(handle)
    library.RTMP_Free(handle)
    return None


if __name__ == "__main__":
    sys.exit(publish_by_librtmp(*sys.argv[1:]))
