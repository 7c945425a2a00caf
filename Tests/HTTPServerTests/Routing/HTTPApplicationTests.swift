import HTTPServer
import Testing

private struct Refusal: HTTPProblemConvertible {
    let problem = HTTPProblem(.conflict, code: "seat-taken", detail: "<Row 4> & co")
}

private struct Secret: Error {}

private func echo(_ method: HTTPMethod, _ path: String) -> HTTPRoute {
    HTTPRoute(
        method, path, access: .anyone, bodyByteCountMax: 8,
        .immediate { _, parameters in
            let seen = ["id", "seat", "path"].compactMap { name -> String? in
                switch name {
                case "id": parameters["id"].map { "id=\($0)" }
                case "seat": parameters["seat"].map { "seat=\($0)" }
                default: parameters["path"].map { "path=\($0)" }
                }
            }
            return HTTPResponse(.ok, body: .bytes(Array("\(path) \(seen.joined(separator: ","))".utf8)))
        })
}

private func driver() throws -> HTTPTestDriver {
    HTTPTestDriver(
        application: try HTTPApplication(
            routes: [
                echo(.get, "/"), echo(.get, "/concert"), echo(.post, "/concert"), echo(.get, "/concert/{id}"),
                echo(.get, "/concert/new"), echo(.get, "/concert/{id}/seat/{seat}"),
                echo(.get, "/concert/new/poster"), echo(.get, "/media/{path...}"), echo(.get, "/media/live/now"),
                HTTPRoute(.get, "/mine", access: .member, .immediate { _, _ in HTTPResponse(.ok) }),
                HTTPRoute(.get, "/refusing", access: .anyone, .concurrent { _, _ in throw Refusal() }),
                HTTPRoute(.get, "/failing", access: .anyone, .concurrent { _, _ in throw Secret() }),
            ],
            crossOrigin: HTTPCrossOriginPolicy(allowedOrigins: ["https://shop.example"])))
}

@Suite("Routing") struct HTTPApplicationTests {
    @Test(
        "a path meets the most exact template",
        arguments: [
            ("/", 200, "/ "),
            ("/concert", 200, "/concert "),
            ("/concert?x=1", 200, "/concert "),
            ("/concert/7", 200, "/concert/{id} id=7"),
            ("/concert/new", 200, "/concert/new "),
            ("/concert/newer", 200, "/concert/{id} id=newer"),
            // The static segment leads nowhere, so the parameter is tried.
            ("/concert/new/seat/3", 200, "/concert/{id}/seat/{seat} id=new,seat=3"),
            ("/concert/new/poster", 200, "/concert/new/poster "),
            ("/concert/a%20b%25", 200, "/concert/{id} id=a b%"),
            ("/concert/%EA%B0%80", 200, "/concert/{id} id=가"),
            ("/media/", 200, "/media/{path...} path="),
            ("/media/a/b.ts", 200, "/media/{path...} path=a/b.ts"),
            ("/media/live/now", 200, "/media/live/now "),
            ("/media/live/then", 200, "/media/{path...} path=live/then"),
            ("/media", 404, ""),
            ("/concert/", 404, ""),
            ("/concert/7/", 404, ""),
            ("/concert/7/seat/", 404, ""),
            ("/Concert", 404, ""),
            ("/%63oncert", 404, ""),
            ("/nothing", 404, ""),
        ])
    func matches(target: String, status: Int, body: String) async throws {
        let response = try await driver().get(target)
        #expect(response.status == status)
        if status == 200 { #expect(response.text == body) }
    }

    @Test(
        "a path that has two spellings is refused",
        arguments: [
            "//", "/media//a", "/media/../concert", "/media/..", "/media/./a", "/media/.", "/media/%2e%2e/concert",
            "/media/%2E", "/media/.%2e/a", "/concert/a%2fb", "/concert/a%5Cb", "/concert/a\\b", "/concert/%00",
            "/concert/%0a", "/concert/%7f", "/concert/%", "/concert/%4", "/concert/%zz", "/concert/%ff",
            "/concert/가", "concert", "", "/a b",
        ])
    func refusesPaths(target: String) async throws {
        let response = try await driver().get(target)
        #expect(response.status == 400)
        #expect(response.text.contains("\"code\":\"path-invalid\""))
        #expect(try driver().routeLabel(.get, target) == "unmatched")
    }

    @Test("very long paths and very many segments are answered")
    func long() async throws {
        let long = "/concert/" + String(repeating: "x", count: 70_000)
        #expect(try await driver().get(long).status == 400)
        #expect(try await driver().get(String(repeating: "/a", count: 30_000)).status == 404)
    }

    @Test("labels name the route, never what the client wrote")
    func labels() throws {
        let driver = try driver()
        #expect(try driver.routeLabel(.get, "/concert/7") == "GET /concert/{id}")
        #expect(try driver.routeLabel(.head, "/concert/7") == "GET /concert/{id}")
        #expect(try driver.routeLabel(.get, "/zzz") == "unmatched")
        #expect(try driver.routeLabel(.delete, "/concert/7") == "method-not-allowed")
        #expect(try driver.routeLabel(.options, "/concert/7") == "options")
        #expect(driver.application.routeLabels.suffix(3) == ["unmatched", "method-not-allowed", "options"])
    }

    @Test("HEAD is answered as GET, without the body")
    func head() async throws {
        let response = try await driver().send(.head, "/concert/7")
        #expect(response.status == 200)
        #expect(response.contentLength == "/concert/{id} id=7".utf8.count)
        #expect(try await driver().send(.head, "/zzz").status == 404)
    }

    @Test(
        "another method is refused with what is allowed",
        arguments: [
            (HTTPMethod.delete, "/concert", "GET, HEAD, POST, OPTIONS"), (.post, "/concert/7", "GET, HEAD, OPTIONS"),
            (.trace, "/concert", "GET, HEAD, POST, OPTIONS"), (.connect, "/zzz", ""), (.trace, "/zzz", ""),
        ])
    func methods(method: HTTPMethod, target: String, allow: String) async throws {
        let response = try await driver().send(method, target)
        #expect(response.status == 405)
        #expect(response["allow"] == allow)
    }

    @Test("OPTIONS says what is allowed, and answers a preflight of an origin that is known")
    func options() async throws {
        let plain = try await driver().send(.options, "/concert")
        #expect(plain.status == 204)
        #expect(plain["allow"] == "GET, HEAD, POST, OPTIONS")
        #expect(plain["access-control-allow-origin"] == nil)
        #expect(try await driver().send(.options, "*").status == 204)
        #expect(try await driver().send(.options, "/zzz").status == 404)

        let asked = ("access-control-request-method", "POST")
        let known = try await driver().send(
            .options, "/concert", fields: [("origin", "https://shop.example"), asked])
        #expect(known["access-control-allow-origin"] == "https://shop.example")
        #expect(known["access-control-allow-methods"] == "GET, HEAD, POST, OPTIONS")
        #expect(known["access-control-allow-credentials"] == "true")
        for origin in ["https://shop.example.evil", "https://SHOP.example", "null", "https://shop.exampl"] {
            let other = try await driver().send(.options, "/concert", fields: [("origin", origin), asked])
            #expect(other["access-control-allow-origin"] == nil)
            #expect(try await driver().get("/concert", [("origin", origin)])["access-control-allow-origin"] == nil)
        }
        let answer = try await driver().get("/concert", [("origin", "https://shop.example")])
        #expect(answer["access-control-allow-origin"] == "https://shop.example")
        #expect(answer.fields.all(HTTPFieldName("vary")).contains("origin"))
    }

    @Test("a route that is not for anyone is closed until someone can say who may pass")
    func access() async throws {
        let response = try await driver().get("/mine")
        #expect(response.status == 401)
        #expect(response.text.contains("\"code\":\"unauthenticated\""))
        struct Permitting: HTTPAuthorizer {
            func caller(
                of head: borrowing HTTPRequest, for access: HTTPAccess
            ) throws(HTTPProblem) -> HTTPCaller {
                guard access == .member else { throw HTTPProblem(.forbidden, code: "role-missing") }
                return HTTPCaller(memberID: 7, role: .member, proof: .bearer)
            }
        }
        let known = HTTPCaller(memberID: 7, role: .member, proof: .bearer)
        let routes = ([.anyone, .member, .manager] as [HTTPAccess]).map { access in
            HTTPRoute(
                .get, "/\(access)", access: access,
                .immediate { request, _ in HTTPResponse(request.caller == known ? .noContent : .accepted) })
        }
        let open = HTTPTestDriver(application: try HTTPApplication(routes: routes, authorizer: Permitting()))
        #expect(try await open.get("/member").status == 204)
        #expect(try await open.get("/anyone").status == 202, "nobody asks who calls a route for anyone")
        #expect(try await open.get("/manager").status == 403)
    }

    @Test("a thrown error becomes a problem; an unknown one says nothing of itself")
    func errors() async throws {
        let known = try await driver().get("/refusing")
        #expect(known.status == 409)
        #expect(known["content-type"] == "application/problem+json")
        #expect(known.text.contains(#""code":"seat-taken","detail":"<Row 4> & co""#))
        let unknown = try await driver().get("/failing")
        #expect(unknown.status == 500)
        #expect(unknown.text.contains("internal-error"))
        #expect(!unknown.text.contains("Secret"))
    }

    @Test("a browser gets a page in its language, with the text escaped")
    func pages() async throws {
        let accept = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        let english = try await driver().get("/refusing", [accept])
        #expect(english["content-type"] == "text/html; charset=utf-8")
        #expect(english.text.contains("&lt;Row 4&gt; &amp; co"))
        #expect(english.text.contains("lang=\"en\""))
        let korean = try await driver().get("/zzz", [accept, ("accept-language", "ko-KR,ko;q=0.9,en;q=0.5")])
        #expect(korean.status == 404)
        #expect(korean.text.contains("찾는 페이지가 없습니다") && korean.text.contains("href=\"/pages.css\""))
        #expect(korean["content-security-policy"]?.contains("default-src 'self'") == true)
    }
}
