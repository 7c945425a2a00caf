internal import Primitives

extension MediaName {
    /// Longer than any name: what is longer is refused unread.
    static let byteCountMax = 64

    /// The name that is spelled so, exactly as `append` does; nil for anything else, whatever it is. Escapes are not
    /// decoded: no name needs any.
    package init?(_ path: ArraySlice<UInt8>) {
        guard path.count <= Self.byteCountMax else { return nil }
        let slash = path.firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
        let file = slash < path.endIndex ? path[(slash + 1)...] : path
        guard let dot = file.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let rest = file[(dot + 1)...]
        let second = rest.firstIndex(of: UInt8(ascii: "."))
        let words = Words(
            first: file[..<dot], middle: second.map { rest[..<$0] }, last: second.map { rest[($0 + 1)...] } ?? rest)
        let name: MediaName?
        if slash == path.endIndex {
            name = Self.playlist(words) ?? Self.key(words) ?? Self.poster(words)
        } else {
            name = RenditionID(path[..<slash]).flatMap { Self.media(of: $0, words) }
        }
        guard let name else { return nil }
        self = name
    }

    /// What stands between the dots of a file's name, of which there are one or two.
    private struct Words {
        let first: ArraySlice<UInt8>
        let middle: ArraySlice<UInt8>?
        let last: ArraySlice<UInt8>
    }

    private static let forms = PlaylistForm.allCases

    private static func playlist(_ words: Words) -> MediaName? {
        guard self.equals(words.last, "m3u8") else { return nil }
        let form = self.forms.first { form in
            guard let known = form.label else { return words.middle == nil }
            return words.middle.map { self.equals($0, known) } ?? false
        }
        guard let form else { return nil }
        if self.equals(words.first, "index") { return .multivariant(form) }
        return RenditionID(words.first).map { .playlist($0, form) }
    }

    private static func key(_ words: Words) -> MediaName? {
        guard self.equals(words.first, "key"), self.equals(words.last, "bin") else { return nil }
        return words.middle.flatMap(self.number).map { .key(number: $0) }
    }

    private static func poster(_ words: Words) -> MediaName? {
        let isPoster = words.middle == nil && self.equals(words.first, "poster") && self.equals(words.last, "jpg")
        return isPoster ? .poster : nil
    }

    private static func media(of id: RenditionID, _ words: Words) -> MediaName? {
        if let middle = words.middle {
            guard let number = self.number(middle) else { return nil }
            if self.equals(words.first, "init"), self.equals(words.last, "mp4") {
                return .initialisation(id, number: number)
            }
            guard self.equals(words.last, "m4s"), let sequence = self.number(words.first) else { return nil }
            return .part(id, sequence: sequence, part: number)
        }
        guard let sequence = self.number(words.first) else { return nil }
        if self.equals(words.last, "m4s") { return .segment(id, sequence: sequence, .fragmentedMP4) }
        if self.equals(words.last, "ts") { return .segment(id, sequence: sequence, .transportStream) }
        return nil
    }

    /// Digits without a leading zero.
    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        if digits.count > 1, digits.first == UInt8(ascii: "0") { return nil }
        return DecimalText.parse(digits)
    }

    static func equals(_ bytes: ArraySlice<UInt8>, _ text: StaticString) -> Bool {
        text.utf8CodeUnitCount == bytes.count && text.withUTF8Buffer { $0.elementsEqual(bytes) }
    }
}
