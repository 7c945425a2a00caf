/// Feeds a decoder the same bytes in every way a network could, and says where its answers differ.
///
/// The decoder is a closure that makes a fresh decoder, feeds it the chunks in order, and returns everything it
/// decoded; it throws what the decoder throws. Cost: for n bytes about 2n runs; meant for inputs of up to a few KiB.
package struct DecoderVerifier<Output: Equatable> {
    package typealias Decode = ([[UInt8]]) throws -> [Output]

    private let decode: Decode

    package init(_ decode: @escaping Decode) { self.decode = decode }

    /// Checks one complete message and what it must decode to. Returns every violation in words, none when all is
    /// well, so that `#expect(… == [])` shows them.
    package func violations(of bytes: [UInt8], decodingTo expected: [Output]) -> [String] {
        var found: [String] = []
        func check(_ how: String, _ chunks: [[UInt8]], _ wanted: [Output]) {
            if let problem = self.problem(chunks, wanted) { found.append("\(how): \(problem)") }
        }
        check("whole", [bytes], expected)
        check("byte by byte", bytes.map { [$0] }, expected)
        for offset in bytes.indices.dropFirst() {
            check("split at \(offset)", [Array(bytes[..<offset]), Array(bytes[offset...])], expected)
        }
        check("with empty chunks between", [[], bytes, []], expected)
        let many = 3
        let repeated = [[UInt8]](repeating: bytes, count: many)
        let expectedMany = [[Output]](repeating: expected, count: many)
        check("\(many) at once", [Array(repeated.joined())], Array(expectedMany.joined()))
        for length in bytes.indices {
            if let problem = self.truncationProblem(Array(bytes[..<length]), expected) {
                found.append("truncated to \(length): \(problem)")
            }
        }
        return found
    }

    /// Checks that bytes beyond a limit are refused by `isRightError`, whole and byte by byte, and refused early:
    /// at most `byteCountMax` bytes may have been taken before.
    package func violations(
        ofRefusing bytes: [UInt8], within byteCountMax: Int, _ isRightError: (any Error) -> Bool
    ) -> [String] {
        var found: [String] = []
        let early = Array(bytes.prefix(byteCountMax))
        for (how, chunks) in [("whole", [bytes]), ("byte by byte", bytes.map { [$0] }), ("early", early.map { [$0] })] {
            do {
                let outputs = try self.decode(chunks)
                found.append("\(how): not refused, decoded to \(outputs)")
            } catch {
                if !isRightError(error) { found.append("\(how): refused by another error, \(error)") }
            }
        }
        return found
    }

    private func problem(_ chunks: [[UInt8]], _ wanted: [Output]) -> String? {
        do {
            let outputs = try self.decode(chunks)
            return outputs == wanted ? nil : "decoded to \(outputs), not \(wanted)"
        } catch {
            return "threw \(error)"
        }
    }

    /// A truncated message gives fewer outputs, each as expected, and is not an error: more may come.
    private func truncationProblem(_ bytes: [UInt8], _ expected: [Output]) -> String? {
        do {
            let outputs = try self.decode([bytes])
            let isBeginning = outputs.count < expected.count && expected.starts(with: outputs)
            return isBeginning ? nil : "decoded to \(outputs)"
        } catch {
            return "threw \(error)"
        }
    }
}
