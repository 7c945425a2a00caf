internal import Glibc
internal import Primitives
internal import Synchronization

/// The files of one directory, read once and answered from memory.
///
/// Only paths that were found when the directory was read exist, and they are compared whole: there is no way from
/// a request to the file system. Names that begin with a dot, symbolic links and special files are left out. Files
/// above a megabyte stay on disk, held open, and are sent by the kernel.
package final class StaticFiles: Sendable {
    private let directory: String
    private let limits: StaticFilesLimits
    private let policies: [String: HTTPPagePolicy]
    private let table: Mutex<StaticFileTable>

    /// - Parameter policies: Of pages unlike others, by their folders, as `/checkout/`.
    package init(
        directory: String, limits: StaticFilesLimits = StaticFilesLimits(), policies: [String: HTTPPagePolicy] = [:]
    ) throws {
        self.directory = directory
        self.limits = limits
        self.policies = policies
        self.table = Mutex(try StaticFileReader.table(of: directory, limits, policies))
    }

    /// One route for everything that no other route takes.
    package var routes: [HTTPRoute] {
        [HTTPRoute(.get, "/{path...}", access: .anyone, .immediate { request, _ in self.response(to: request) })]
    }

    /// A page that stands for every path of a pattern, as `/show/{id}`: what the path names is for its script to read.
    package func page(_ file: String, for pattern: String) -> HTTPRoute {
        let path = Array(file.utf8)
        return HTTPRoute(
            .get, pattern, access: .anyone, .immediate { request, _ in self.response(to: request, path: path[...]) })
    }

    /// Reads the directory again. Requests see the old files until all new ones are ready; on an error they go on
    /// seeing them.
    package func reload() throws {
        let fresh = try StaticFileReader.table(of: self.directory, self.limits, self.policies)
        self.table.withLock { $0 = fresh }
    }

    /// How many paths are answered.
    package var pathCount: Int { self.table.withLock { $0.count } }

    package func response(to request: borrowing HTTPRequest) -> HTTPResponse {
        self.response(to: request, path: request.path)
    }

    private func response(to request: borrowing HTTPRequest, path: ArraySlice<UInt8>) -> HTTPResponse {
        let table = self.table.withLock { $0 }
        let isEncoded = path.contains(PercentDecoding.percent)
        let entry = isEncoded ? table[PercentDecoding.decode(path)[...]] : table[path]
        switch entry {
        case .content(let content): return content.response(to: request)
        case .redirect(let location): return Self.redirect(location, request)
        case nil: return HTTPProblem.notFound.response(for: request)
        }
    }

    private static func redirect(_ location: String, _ request: borrowing HTTPRequest) -> HTTPResponse {
        var response = HTTPResponse(.permanentRedirect)
        let query = request.query.map { "?" + String(decoding: $0, as: UTF8.self) } ?? ""
        do throws(HTTPFieldError) {
            try response.fields.append(.location, checking: location + query)
        } catch {
            return HTTPProblem(.badRequest, code: "invalid-request").response(for: request)
        }
        response.fields.append(.cacheControl, "no-cache")
        return response
    }
}
