import Observability
import RTMPIngest
import Testing

/// The forms in which publishing programs put application and key.
@Suite("A publish address")
struct PublishAddressTests {
    struct Form: Sendable {
        let url: String
        let application: String
        let name: String
        let expected: [String]

        /// Expected: the application, then the keys.
        init(_ url: String, _ application: String, _ name: String, _ expected: [String]) {
            self.url = url
            self.application = application
            self.name = name
            self.expected = expected
        }
    }

    static let forms: [Form] = [
        // The table of the field, item 13.
        Form("rtmp://h:1935/comp1", "comp1", "", ["comp1"]),
        Form("rtmp://h:1935/comp1?key=val", "comp1?key=val", "", ["comp1", "val"]),
        Form("rtmp://h:1935/comp1", "comp1", "comp2", ["comp1", "comp2"]),
        Form("rtmp://h:1935/comp1", "comp1", "comp2?key=val", ["comp1", "comp2", "val", "comp2?key=val"]),
        Form("rtmp://h/comp1", "comp1", "comp2", ["comp1", "comp2"]),
        Form("rtmp://h:1935/comp1/comp2", "comp1/comp2", "", ["comp1", "comp2"]),
        Form("rtmp://h:1935/comp1/comp2?key=val", "comp1/comp2?key=val", "", ["comp1", "comp2", "val"]),
        Form(
            "rtmp://h:1935/comp1/comp2?key=val", "comp1/comp2?key=val", "?key=val",
            ["comp1", "comp2", "val", "?key=val"]),
        Form("'rtmp://h:1935/comp1", "comp1", "comp2", ["comp1", "comp2"]),
        Form("'rtmp://h:1935/comp1", "'comp1", "comp2'", ["comp1", "comp2"]),
        Form("rtmp://h", "", "comp1", ["", "comp1"]),
        Form("rtmp://h/comp1/comp2/comp3", "comp1/comp2", "comp3", ["comp1", "comp3", "comp2/comp3/comp3"]),
        Form("rtmp://h/comp1", "comp1", "comp2/comp3", ["comp1", "comp2/comp3"]),
        Form("rtmp://h/comp1/", "comp1", "comp2", ["comp1", "comp2"]),
        Form("rtmps://h:443/comp1", "comp1", "comp2", ["comp1", "comp2"]),
        Form("", "comp1", "comp2", ["comp1", "comp2"]),

        // Trailing and leading slashes, blanks.
        Form("rtmp://h/live/", "live/", "/key/", ["live", "key", "/key/"]),
        Form("rtmp://h//live//", "/live", " key\r\n", ["live", "key"]),
        // Virtual hosts.
        Form("rtmp://h/live?vhost=a.b", "live?vhost=a.b", "key", ["live", "key"]),
        Form("rtmp://h/live...vhost...a.b", "live...vhost...a.b", "key", ["live", "key"]),
        Form("rtmp://h/live", "live", "key?vhost=a.b", ["live", "key", "key?vhost=a.b"]),
        // An instance, also the default one.
        Form("rtmp://h/live/_definst_", "live/_definst_", "key", ["live", "key"]),
        Form("rtmp://h/live/room", "live/room", "a/b", ["live", "a/b", "room/a/b"]),
        // The whole URL with its key where only the application belongs.
        Form("rtmp://h/live/key", "live", "", ["live", "key"]),
        Form("rtmp://h/live/key", "rtmp://h/live/key", "", ["live", "key"]),
        Form("rtmp://h/live/key", "", "", ["live", "key"]),
        // Escapes: a question mark, and others that may be part of a key or not.
        Form("rtmp://h/live", "live", "key%3Ftok=1", ["live", "key", "key%3Ftok=1"]),
        Form("rtmp://h/live", "live", "key%3ftok=1", ["live", "key", "key%3ftok=1"]),
        Form("rtmp://h/live", "live", "a%2Bb", ["live", "a%2Bb", "a+b"]),
        Form("rtmp://h/live", "live", "a%2", ["live", "a%2"]),
        Form("rtmp://h/live", "live", "100%", ["live", "100%"]),
        // Keys with signs of a query.
        Form("rtmp://h/live", "live", "a&b+c", ["live", "a&b+c"]),
        Form("rtmp://h/live", "live", "a=b&c=d", ["live", "a=b&c=d"]),
        // Hosts and users.
        Form("rtmp://[2001:db8::1]:1935/live", "live", "key", ["live", "key"]),
        Form("rtmp://[2001:db8::1]/live/key", "live", "", ["live", "key"]),
        Form("rtmp://user:pass@h/live", "live", "key", ["live", "key"]),
        Form("rtmp://user:p%2Fss@h/live/key", "", "", ["live", "key"]),
        // The key in the query.
        Form("rtmp://h/live", "live", "?key=k1", ["live", "k1", "?key=k1"]),
        Form("rtmp://h/live?name=k1", "live", "", ["live", "k1"]),
        Form("rtmp://h/live?key=a%26b", "live?key=a%26b", "", ["live", "a&b"]),
        // A query that comes twice, or was put behind another.
        Form("rtmp://h/live?key=k1", "live?key=k1", "?key=k1?key=k1", ["live", "k1", "?key=k1?key=k1"]),
        // Adobe's authentication, which is not offered: the key decides as always.
        Form("rtmp://h/live", "live?authmod=adobe&user=u", "key", ["live", "key"]),
        Form("rtmp://h/live", "live", "", ["live"]),
        Form("", "", "", [""]),
        Form("://", "?", "?", ["", "?"]),
        Form("''", "\"", " ", [""]),
    ]

    @Test("is found in every form", arguments: forms.indices)
    func form(index: Int) {
        let form = Self.forms[index]
        let address = PublishAddress(url: form.url, application: form.application, name: form.name)
        #expect([address.application] + address.keys.map { $0.reveal() } == form.expected)
    }

    @Test("made of injections is made of strings that match no key (S-34)")
    func injections() {
        let hostile = [
            "../../etc/passwd", "%2e%2e%2fetc", "..%2f", "a\u{0}b", "//", "///a//b", "\u{202E}yek", "e\u{301}",
            "\u{FEFF}", "'; DROP TABLE keys; --", "%00", "%%%", "....//", String(repeating: "k", count: 4096),
            String(repeating: "\u{301}", count: 20_000), String(repeating: "/", count: 60_000),
            String(repeating: "?key=x&", count: 8000), String(repeating: "%3", count: 30_000),
        ]
        for text in hostile {
            for address in [
                PublishAddress(url: "rtmp://h/live", application: "live", name: text),
                PublishAddress(url: text, application: text, name: text),
                PublishAddress(url: "rtmp://h/live/" + text, application: "live", name: ""),
            ] {
                #expect(address.keys.count <= PublishAddress.keyCountMax)
                #expect(address.application.utf8.count <= PublishAddress.applicationByteCountMax)
                for key in address.keys {
                    #expect(key.reveal().utf8.count <= PublishAddress.keyByteCountMax)
                    #expect(!key.matches("key"))
                }
            }
        }
    }

    @Test("leaves a key of 1025 bytes out instead of cutting it to one that may be right")
    func longKey() {
        let key = String(repeating: "k", count: PublishAddress.keyByteCountMax)
        #expect(PublishAddress(url: "", application: "live", name: key).keys.map { $0.reveal() } == [key])
        #expect(PublishAddress(url: "", application: "live", name: key + "k").keys.isEmpty)
    }

    @Test("shows no key when it is printed")
    func redacted() {
        let address = PublishAddress(url: "rtmp://h/live", application: "live", name: "hush")
        #expect(!"\(address)".contains("hush"))
    }
}
