/// What a page may load beyond what is ours: the script of a payment company, and what that script needs.
///
/// Sources are whole origins of the company. Windows that its frames open, as banks do, may know who opened them: with
/// `same-origin` a browser cuts them off.
package struct HTTPPagePolicy: Sendable, Equatable {
    package var scripts: [String]
    package var connections: [String]
    package var frames: [String]
    /// Where forms of the script may be sent.
    package var formTargets: [String]
    /// Whether the script writes styles into the page.
    package var hasInlineStyles: Bool

    package init(
        scripts: [String], connections: [String], frames: [String], formTargets: [String] = [],
        hasInlineStyles: Bool = false
    ) {
        self.scripts = scripts
        self.connections = connections
        self.frames = frames
        self.formTargets = formTargets
        self.hasInlineStyles = hasInlineStyles
    }

    /// What every page of ours may do.
    static let ours = HTTPPagePolicy(scripts: [], connections: [], frames: [])

    /// As `content-security-policy`.
    var text: String {
        var parts = ["default-src 'self'", "img-src 'self' data:", "media-src 'self' blob:", "worker-src 'self' blob:"]
        func add(_ name: String, _ sources: [String]) {
            if !sources.isEmpty { parts.append("\(name) 'self' \(sources.joined(separator: " "))") }
        }
        add("script-src", self.scripts)
        add("connect-src", self.connections)
        add("frame-src", self.frames)
        add("style-src", self.hasInlineStyles ? ["'unsafe-inline'"] : [])
        let targets = (["form-action 'self'"] + self.formTargets).joined(separator: " ")
        parts += ["object-src 'none'", "base-uri 'none'", targets, "frame-ancestors 'none'"]
        return parts.joined(separator: "; ")
    }

    /// As `cross-origin-opener-policy`.
    var opener: StaticString { self.frames.isEmpty ? "same-origin" : "same-origin-allow-popups" }
}
