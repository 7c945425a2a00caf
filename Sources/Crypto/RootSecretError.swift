/// Why a text is no root secret. Says nothing of what stands there.
package enum RootSecretError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case tooLong
    case tooManyLines
    case malformed(line: Int)
    case tooShort(line: Int)
    case guessable(line: Int)
    case numberTwice(line: Int)

    /// The second half of a sentence that begins with the file's name.
    package var description: String {
        switch self {
        case .empty: "is empty"
        case .tooLong: "is longer than \(RootSecret.textByteCountMax) bytes"
        case .tooManyLines: "has more than \(RootSecret.generationCountMax) lines"
        case .malformed(let line):
            "has a line \(line) that is not a number from 1 to 255, a space and 64 hexadecimal digits in lower case"
        case .tooShort(let line): "has a secret in line \(line) that is shorter than 64 hexadecimal digits"
        case .guessable(let line): "has a secret in line \(line) that is not random"
        case .numberTwice(let line): "has the number of line \(line) in a line before it"
        }
    }
}
