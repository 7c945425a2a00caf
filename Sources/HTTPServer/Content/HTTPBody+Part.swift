internal import Primitives
internal import Reactor

extension HTTPBody {
    /// A part of a body of known size; the range lies within it.
    func part(_ range: Range<Int>) -> HTTPBody {
        switch self {
        case .empty, .stream: self
        case .bytes(let bytes): .bytes(Array(bytes[range]))
        case .shared(let slice):
            .shared(
                SharedSlice(
                    slice.owner, slice.range.lowerBound + range.lowerBound..<slice.range.lowerBound + range.upperBound))
        case .file(let slice):
            .file(FileSlice(file: slice.file, offset: slice.offset + range.lowerBound, count: range.count))
        }
    }
}
