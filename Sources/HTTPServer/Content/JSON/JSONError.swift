/// Why a text is not JSON that we take.
package struct JSONError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        case tooLong = "the text is too long"
        case tooDeep = "arrays and objects are nested too deeply"
        case tooManyValues = "there are too many values"
        case unexpectedEnd = "the text ends too early"
        case unexpectedByte = "this does not belong here"
        case trailingBytes = "something follows the value"
        case duplicateName = "a name stands twice in one object"
        case invalidNumber = "this is not a number"
        case numberOutOfRange = "the number is too large"
        case invalidString = "a string holds a control character or a broken escape"
        case invalidUTF8 = "a string is not UTF-8"
    }

    package let code: Code
    /// Where in the text, in bytes.
    package let offset: Int

    package init(code: Code, offset: Int) {
        self.code = code
        self.offset = offset
    }
}
