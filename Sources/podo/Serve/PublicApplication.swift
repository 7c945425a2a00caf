internal import Glibc
internal import HTTPServer
internal import Primitives

/// What the public listeners serve: the API with its description, the streams and the pages. Requests for an API that
/// does not exist are answered by the application itself, with a problem document.
struct PublicApplication: Sendable {
    let application: HTTPApplication
    private let pages: StaticFiles
    private let webDirectory: String

    /// Where it is paid, by the company's script where it has one.
    private static let payPage = "/checkout/"

    /// Pages that are about something: which one stands in their address.
    private static let pages: [(pattern: String, file: String)] = [
        ("/show/{id}", "/show/"), ("/queue/{id}", "/queue/"), ("/seats/{id}", "/seats/"),
        ("/checkout/{id}", "/checkout/"), ("/payment/{id}/{outcome}", "/payment/"), ("/watch/{id}", "/watch/"),
        ("/account/{word}", "/account/"), ("/studio/concert/{id}", "/studio/concert/"),
        ("/studio/live/{id}", "/studio/live/"),
    ]

    /// - Parameter payPolicy: What the page where it is paid may load.
    init(
        webDirectory: String, api: [HTTPRoute] = [], streams: [HTTPRoute] = [],
        authorizer: any HTTPAuthorizer = HTTPRefusingAuthorizer(), payPolicy: HTTPPagePolicy? = nil
    ) throws(StartError) {
        self.webDirectory = webDirectory
        let files: StaticFiles
        do {
            files = try StaticFiles(directory: webDirectory, policies: payPolicy.map { [Self.payPage: $0] } ?? [:])
        } catch {
            throw Self.failure(error, in: webDirectory)
        }
        self.pages = files
        let pages = Self.pages.map { files.page($0.file, for: $0.pattern) }
        let document = PublicAPI.documentRoutes(describing: api, madeAtUnixSeconds: WallClock.now.unixSeconds)
        do throws(HTTPRouteErrors) {
            self.application = try HTTPApplication(
                routes: api + document + streams + pages + files.routes, authorizer: authorizer)
        } catch {
            throw StartError("routes: \(error)")
        }
    }

    /// Reads the pages again, if they are what would be taken at a start: a directory that is just being replaced
    /// must not leave browsers with nothing.
    func reload() throws(StartError) {
        if let problem = WebDirectory.problem(self.webDirectory) { throw StartError("web-dir: \(problem)") }
        do {
            try self.pages.reload()
        } catch {
            throw Self.failure(error, in: self.webDirectory)
        }
    }

    private static func failure(_ error: any Error, in directory: String) -> StartError {
        guard let error = error as? StaticFilesError else { return StartError("web-dir: \(directory): \(error)") }
        let reason = error.errno == 0 ? "" : ": \(String(cString: strerror(error.errno)))"
        return StartError("web-dir: \(directory)\(error.path) \(error.code.rawValue)\(reason)")
    }
}
