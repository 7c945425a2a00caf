import HTTPServer
import Testing

@Suite("Route tables that do not start") struct HTTPRouteErrorTests {
    private func errors(_ routes: [HTTPRoute]) -> [HTTPRouteError] {
        do throws(HTTPRouteErrors) {
            _ = try HTTPApplication(routes: routes)
            return []
        } catch {
            return error.errors
        }
    }

    private func route(
        _ method: HTTPMethod, _ path: String, access: HTTPAccess? = .anyone, bodyByteCountMax: Int = 0
    ) -> HTTPRoute {
        HTTPRoute(
            method, path, access: access, bodyByteCountMax: bodyByteCountMax, .immediate { _, _ in HTTPResponse(.ok) })
    }

    @Test("everything that is wrong is said at once")
    func together() {
        let errors = self.errors([
            route(.get, "/a", access: nil), route(.get, "/b"), route(.get, "/b"), route(.get, "/c/{x}"),
            route(.post, "/c/{y}"), route(.get, "d"), route(.trace, "/e"), route(.post, "/f", bodyByteCountMax: -1),
            route(.get, "/g/{r...}"), route(.post, "/g/{s...}"),
        ])
        let found = errors.map { "\($0.route) \($0.code)" }
        #expect(
            found == [
                "GET /a accessMissing", "GET /b duplicate", "POST /c/{y} parameterConflict(\"y\", \"x\")",
                "GET d templateInvalid(\"does not begin with a slash\")", "TRACE /e methodForbidden",
                "POST /f bodyLimitInvalid", "POST /g/{s...} parameterConflict(\"s\", \"r\")",
            ])
        #expect(errors.map(\.description).joined(separator: "\n").split(separator: "\n").count == 7)
    }

    @Test(
        "templates that cannot be met or understood are refused",
        arguments: [
            "", "a", "/a//b", "/{}", "/{a}x", "/x{a}", "/{a", "/a}", "/{a...}/b", "/{...}", "/{a}/{a}", "/a/../b",
            "/a b", "/{a b}", "/%2f", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}",
        ])
    func templates(path: String) {
        let errors = self.errors([self.route(.get, path)])
        guard errors.count == 1, case .templateInvalid = errors[0].code else {
            Issue.record("\(path): \(errors)")
            return
        }
    }

    @Test(
        "templates that are in order start",
        arguments: ["/", "/a/", "/{a}", "/{a...}", "/{a}/b/{c...}", "/a-b_c.d~e", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}"])
    func goodTemplates(path: String) { #expect(self.errors([self.route(.get, path)]) == []) }
}
