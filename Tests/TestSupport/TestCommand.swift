internal import Foundation

/// Runs a program to its end and gives back everything it printed.
package enum TestCommand {
    package struct Result: Sendable {
        package let status: Int32
        /// Standard output and standard error, as they came.
        package let output: String
    }

    package static func run(_ path: String, _ arguments: [String], input: String = "") throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let inputPipe = Pipe()
        let outputPipe = Pipe()
        process.standardInput = inputPipe
        process.standardOutput = outputPipe
        process.standardError = outputPipe
        try process.run()
        inputPipe.fileHandleForWriting.write(Data(input.utf8))
        try inputPipe.fileHandleForWriting.close()
        let output = outputPipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }

    /// Runs a Python program with the arguments in `sys.argv[1:]`.
    package static func python(_ program: String, _ arguments: [String]) throws -> Result {
        try self.run("/usr/bin/python3", ["-c", program] + arguments)
    }
}
