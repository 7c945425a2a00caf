internal import HTTPServer

/// What the public listeners serve: the pages. Requests for an API that does not exist are answered by the
/// application itself, with a problem document.
struct PublicApplication: Sendable {
    let application: HTTPApplication
    private let pages: StaticFiles

    init(webDirectory: String) throws(StartError) {
        do {
            self.pages = try StaticFiles(directory: webDirectory)
        } catch {
            throw StartError("web-dir: \(webDirectory): \(error)")
        }
        do throws(HTTPRouteErrors) {
            self.application = try HTTPApplication(routes: self.pages.routes)
        } catch {
            throw StartError("routes: \(error)")
        }
    }

    /// Reads the pages again.
    func reload() throws { try self.pages.reload() }
}
