package import Primitives

/// A mail as it is handed to whoever delivers it (RFC 5322): one recipient, plain text.
package struct MailMessage: Sendable {
    package let id: Int64
    package let kind: MailKind
    package let recipient: String
    /// Header and body, lines ended by CRLF.
    package let bytes: [UInt8]

    /// `sender` and `recipient` are addresses that were looked at; subject and text may hold anything.
    package init(
        id: Int64, kind: MailKind, sender: String, recipient: String, subject: String, text: String, date: WallClock
    ) {
        self.id = id
        self.kind = kind
        self.recipient = recipient
        let domain = sender.split(separator: "@").last ?? "localhost"
        var lines = [
            "From: Podo <\(sender)>", "To: <\(recipient)>", "Subject: \(Self.encodedWords(subject))",
            "Date: \(Self.date(date))", "Message-ID: <\(id).\(date.unixMilliseconds)@\(domain)>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
            "Auto-Submitted: auto-generated", "",
        ]
        let encoded = Array(Self.base64(Array(text.utf8)).utf8)
        for start in stride(from: 0, to: encoded.count, by: 76) {
            lines.append(String(decoding: encoded[start..<min(start + 76, encoded.count)], as: UTF8.self))
        }
        self.bytes = Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    /// With padding, as mail wants it (RFC 2045 §6.8).
    private static func base64(_ bytes: [UInt8]) -> String {
        let text =
            Base64Text.plain.encode(bytes) + [UInt8](repeating: UInt8(ascii: "="), count: (3 - bytes.count % 3) % 3)
        return String(decoding: text, as: UTF8.self)
    }

    /// RFC 2047 §2: words of at most 75 characters, none of which ends within a character.
    private static func encodedWords(_ text: String) -> String {
        var words: [String] = []
        var piece: [UInt8] = []
        func flush() {
            guard !piece.isEmpty else { return }
            words.append("=?UTF-8?B?\(Self.base64(piece))?=")
            piece = []
        }
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if piece.count + bytes.count > 39 { flush() }
            piece.append(contentsOf: bytes)
        }
        flush()
        return words.joined(separator: "\r\n ")
    }

    /// `31 Jan 2026 23:59:59 +0000` (RFC 5322 §3.3).
    private static func date(_ time: WallClock) -> String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let seconds = max(0, time.unixSeconds)
        let date = CivilDate(daysSince1970: seconds / 86_400)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return "\(date.day) \(months[date.month - 1]) \(date.year) \(clock) +0000"
    }
}
