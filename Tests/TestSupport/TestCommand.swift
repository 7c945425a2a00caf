internal import Foundation

/// Runs a program to its end and gives back everything it printed.
package enum TestCommand {
    package struct Result: Sendable {
        package let status: Int32
        /// Standard output and standard error, as they came.
        package let output: String
    }

    package static func run(_ path: String, _ arguments: [String], input: String = "") throws -> Result {
        let program = try TestProgram(path, arguments)
        // A program that does not read all of its input, or ends before, is judged by what it printed. SIGPIPE is
        // nobody's end here: the write is told.
        try? program.input.write(contentsOf: Data(input.utf8))
        try program.input.close()
        let output = try program.output.readToEnd() ?? Data()
        return Result(status: program.wait(), output: String(decoding: output, as: UTF8.self))
    }

    /// Runs a Python program with the arguments in `sys.argv[1:]`.
    package static func python(_ program: String, _ arguments: [String]) throws -> Result {
        try self.run("/usr/bin/python3", ["-c", program] + arguments)
    }
}
