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
        self.application = HTTPApplication(routes: self.pages.routes)
    }

    /// Reads the pages again.
    func reload() throws { try self.pages.reload() }
}
