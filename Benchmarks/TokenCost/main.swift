internal import Auth
internal import Crypto
internal import Glibc
internal import HTTPServer
internal import Primitives

// What it costs to know who calls, without a socket: `TokenCost` prints the CPU time of issuing a token, of the
// authorizer's answer to one that is remembered, to one that is not, and to rubbish, and of a password hash.

func cpuNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}

/// The best of five, for the machine has other things to do as well.
func measure(_ name: String, count: Int, _ body: (Int) -> Bool) {
    var best = Int.max
    for _ in 0..<5 {
        let start = cpuNanoseconds()
        for index in 0..<count where !body(index) {
            say("\(name): not as expected")
            exit(1)
        }
        best = min(best, (cpuNanoseconds() - start) / count)
    }
    say("\(name) \(best) ns")
}

let session = SecureRandom.bytes(AccessToken.sessionByteCount)
let tokens = AccessTokens(root: .random(), issuer: "https://podo.example")

func service() -> TokenService { TokenService(tokens: tokens, epochs: TokenEpochs()) }

func head(_ name: HTTPFieldName, _ value: String) -> HTTPRequest {
    var fields = HTTPFields()
    // An error cannot come: tokens are of letters.
    try? fields.append(name, checking: value)
    let target = Array("/api/v1/member/me".utf8)
    return HTTPRequest(
        method: .get, version: .http1_1, target: target, pathCount: target.count, authority: Array("podo".utf8),
        fields: fields)
}

func isCaller(_ head: HTTPRequest, of authorizer: MemberAuthorizer) -> Bool {
    // Only whether there is a caller is asked.
    (try? authorizer.caller(of: head, for: .member)) != nil
}

let issuer = service()
let token = issuer.issue(memberID: 7, role: .user, epoch: 0, session: session).accessToken
let bearer = head(.authorization, "Bearer \(token)")
let cookie = head(.cookie, "theme=dark; podo-session=\(token)")
let rubbish = head(.authorization, "Bearer \(token.dropLast(90))")
let authorizer = MemberAuthorizer(tokens: issuer, origins: OriginRule(), isSecureAlways: false)
let others = (0..<1000).map { member in
    head(
        .authorization,
        "Bearer "
            + String(
                decoding: tokens.issue(memberID: Int64(member + 1), role: .user, epoch: 0, session: session, now: .now)
                    .text, as: UTF8.self))
}

measure("issue", count: 1000) { _ in
    !issuer.issue(memberID: 7, role: .user, epoch: 0, session: session).accessToken.isEmpty
}
measure("remembered, bearer", count: 100_000) { _ in isCaller(bearer, of: authorizer) }
measure("remembered, cookie", count: 100_000) { _ in isCaller(cookie, of: authorizer) }
issuer.epochs.raise(1 << 40, to: 1, now: 0)
measure("remembered, bearer, with epochs raised", count: 100_000) { _ in isCaller(bearer, of: authorizer) }
var fresh = authorizer
measure("not remembered", count: others.count) { index in
    if index == 0 {
        fresh = MemberAuthorizer(tokens: service(), origins: OriginRule(), isSecureAlways: false)
    }
    return isCaller(others[index], of: fresh)
}
measure("rubbish", count: 100_000) { _ in !isCaller(rubbish, of: authorizer) }
let password = Array("correct horse battery staple".utf8)
measure("password hash", count: 10) { _ in
    // No memory is the one reason to fail, and then the measurement ends.
    (try? Argon2id.hash(password)) != nil
}
