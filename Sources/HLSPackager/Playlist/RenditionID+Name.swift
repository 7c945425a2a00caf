internal import Primitives

extension RenditionID {
    /// Appends what names it in paths: `main`, `v1`, `a1`.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .main: bytes.append("main")
        case .video(let number):
            bytes.append(UInt8(ascii: "v"))
            bytes.append(decimal: Int(number))
        case .audio(let number):
            bytes.append(UInt8(ascii: "a"))
            bytes.append(decimal: Int(number))
        }
    }

    /// The rendition that is named so; nil for any other spelling.
    init?(_ name: ArraySlice<UInt8>) {
        if MediaName.equals(name, "main") {
            self = .main
            return
        }
        guard let kind = name.first, let number = MediaName.number(name.dropFirst()).flatMap(UInt8.init(exactly:))
        else { return nil }
        switch kind {
        case UInt8(ascii: "v"): self = .video(number)
        case UInt8(ascii: "a"): self = .audio(number)
        default: return nil
        }
    }
}
