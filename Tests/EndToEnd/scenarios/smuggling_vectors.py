"""Requests on which two HTTP/1.1 implementations may disagree about where they end (RFC 9112 §11.2).

Each is followed on the wire by a whole innocent request; a server that answers that one too has been smuggled past.
"""

HOST = "Host: localhost\r\n"


def get(fields, line="GET / HTTP/1.1"):
    return f"{line}\r\n{HOST}{fields}\r\n".encode("latin-1")


def post(fields, body=""):
    return f"POST / HTTP/1.1\r\n{HOST}{fields}\r\n{body}".encode("latin-1")


def length(value):
    return post(f"Content-Length: {value}\r\n", "hello")


def coding(field):
    return post(f"{field}\r\n", "0\r\n\r\n")


def chunked(body):
    return post("Transfer-Encoding: chunked\r\n", body)


def with_trailer(field):
    return chunked(f"1\r\na\r\n0\r\n{field}\r\n\r\n")


# The head alone is wrong: always 400, whatever the route.
BAD_HEADS = {
    "content-length-and-chunked": post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    "chunked-and-content-length": post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
    "content-length-twice": post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
    "content-length-twice-same": post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
    "content-length-list": length("5, 6"),
    "content-length-list-same": length("5, 5"),
    "content-length-plus": length("+5"),
    "content-length-minus": length("-5"),
    "content-length-minus-zero": length("-0"),
    "content-length-hexadecimal": length("0x5"),
    "content-length-space-inside": length("5 5"),
    "content-length-underscore": length("1_0"),
    "content-length-fraction": length("5.0"),
    "content-length-empty": length(""),
    "content-length-word": length("five"),
    "content-length-overflow": length("18446744073709551621"),
    "content-length-quoted": length('"5"'),
    "content-length-vertical-tab": length("\x0b5"),
    "te-on-http-1.0": b"POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "te-chunked-twice": coding("Transfer-Encoding: chunked, chunked"),
    "te-two-fields": coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    "te-chunked-not-last": coding("Transfer-Encoding: chunked, identity"),
    "te-empty": coding("Transfer-Encoding:"),
    "te-trailing-comma": coding("Transfer-Encoding: chunked,"),
    "te-leading-comma": coding("Transfer-Encoding: ,chunked"),
    "te-folded": coding("Transfer-Encoding:\r\n chunked"),
    "te-folded-by-tab": coding("Transfer-Encoding:\r\n\tchunked"),
    "te-vertical-tab": coding("Transfer-Encoding: \x0bchunked"),
    "te-form-feed": coding("Transfer-Encoding: chunked\x0c"),
    "te-nul": coding("Transfer-Encoding: chunked\x00"),
    "te-space-before-colon": coding("Transfer-Encoding : chunked"),
    "te-tab-before-colon": coding("Transfer-Encoding\t: chunked"),
    "te-parameter": coding("Transfer-Encoding: chunked;q=1"),
    "te-quoted": coding('Transfer-Encoding: "chunked"'),
    "te-bare-cr": coding("Transfer-Encoding: chunked\rX: y"),
    "field-without-colon": get("Content-Length 5\r\n"),
    "field-without-name": get(": value\r\n"),
    "field-name-with-space": get("Content Length: 5\r\n"),
    "field-name-with-nul": get("Content\x00Length: 5\r\n"),
    "field-name-not-ascii": get("Content-L\xe9ngth: 5\r\n"),
    "field-value-with-nul": get("X: a\x00b\r\n"),
    "field-value-with-bare-cr": get("X: a\rb\r\n"),
    "field-ends-by-bare-lf": get("X: y\nContent-Length: 5\r\n"),
    "first-field-is-folded": b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "head-ends-by-bare-lf": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "line-ends-by-bare-cr": b"GET / HTTP/1.1\rHost: localhost\r\r",
    "host-missing": b"GET / HTTP/1.1\r\n\r\n",
    "host-twice": get("Host: other\r\n"),
    "host-twice-same": get(HOST),
    "host-with-path": b"GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n",
    "host-with-user": b"GET / HTTP/1.1\r\nHost: a@localhost\r\n\r\n",
    "host-list": b"GET / HTTP/1.1\r\nHost: localhost, other\r\n\r\n",
    "target-is-not-host": get("", "GET http://other/ HTTP/1.1"),
    "target-with-fragment": get("", "GET /#x HTTP/1.1"),
    "target-with-space": get("", "GET /a b HTTP/1.1"),
    "target-missing": get("", "GET HTTP/1.1"),
    "two-spaces": get("", "GET  / HTTP/1.1"),
    "tab-for-space": get("", "GET\t/ HTTP/1.1"),
    "space-after-version": get("", "GET / HTTP/1.1 "),
    "version-missing": get("", "GET /"),
    "version-lower-case": get("", "GET / http/1.1"),
    "version-two-digits": get("", "GET / HTTP/1.10"),
    "method-with-control": get("", "G\x01T / HTTP/1.1"),
    "request-line-begins-by-space": get("", " GET / HTTP/1.1"),
    "asterisk-for-get": get("", "GET * HTTP/1.1"),
}

# Refused for a reason that has a status of its own in RFC 9110 and 9112.
OTHER_REFUSALS = {
    "te-unknown": (coding("Transfer-Encoding: xchunked"), (400, 501)),
    "te-gzip-chunked": (coding("Transfer-Encoding: gzip, chunked"), (400, 501)),
    "te-identity": (coding("Transfer-Encoding: identity"), (400, 501)),
    "te-underscore": (post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), (400, 404, 405)),
    "expectation-unknown": (post("Expect: 200-ok\r\nContent-Length: 5\r\n", "hello"), (400, 417)),
    "version-2": (get("", "GET / HTTP/2.0"), (400, 505)),
    "version-0.9": (get("", "GET / HTTP/0.9"), (400, 505)),
    "connect": (get("", "CONNECT localhost:80 HTTP/1.1"), (400, 405, 501)),
    "trace": (get("", "TRACE / HTTP/1.1"), (405,)),
    "field-too-large": (get("X: " + "a" * 17_000 + "\r\n"), (431,)),
    "too-many-fields": (get("X: y\r\n" * 200), (431,)),
    "target-too-long": (get("", "GET /" + "a" * 9_000 + " HTTP/1.1"), (414,)),
}

# The head is right and the body is not. A route that takes no body may have refused the request by then.
BAD_BODIES = {
    "chunk-size-hexadecimal-mark": chunked("0x5\r\nhello\r\n0\r\n\r\n"),
    "chunk-size-plus": chunked("+5\r\nhello\r\n0\r\n\r\n"),
    "chunk-size-minus": chunked("-5\r\nhello\r\n0\r\n\r\n"),
    "chunk-size-underscore": chunked("0_5\r\nhello\r\n0\r\n\r\n"),
    "chunk-size-leading-space": chunked(" 5\r\nhello\r\n0\r\n\r\n"),
    "chunk-size-trailing-space": chunked("5 \r\nhello\r\n0\r\n\r\n"),
    "chunk-size-empty": chunked("\r\nhello\r\n0\r\n\r\n"),
    "chunk-size-overflow": chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"),
    "chunk-size-word": chunked("five\r\nhello\r\n0\r\n\r\n"),
    "chunk-bare-semicolon": chunked("5;\r\nhello\r\n0\r\n\r\n"),
    "chunk-extension-with-lf": chunked("5;a=\n\r\nhello\r\n0\r\n\r\n"),
    "chunk-extension-with-cr": chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"),
    "chunk-extension-too-long": chunked("5;a=" + "b" * 1000 + "\r\nhello\r\n0\r\n\r\n"),
    "chunk-line-ends-by-bare-lf": chunked("5\nhello\r\n0\r\n\r\n"),
    "chunk-spills-over": chunked("5\r\nhello!\r\n0\r\n\r\n"),
    "chunk-ends-by-bare-lf": chunked("5\r\nhello\n0\r\n\r\n"),
    "chunk-without-end": chunked("5\r\nhello0\r\n\r\n"),
    "last-chunk-ends-by-bare-lf": chunked("0\n\r\n"),
    "trailer-ends-by-bare-lf": with_trailer("X: y\nZ: w"),
    "trailer-host": with_trailer("Host: other"),
    "trailer-content-length": with_trailer("Content-Length: 5"),
    "trailer-transfer-encoding": with_trailer("Transfer-Encoding: chunked"),
    "trailer-authorization": with_trailer("Authorization: Bearer x"),
    "trailer-without-colon": with_trailer("X"),
}
