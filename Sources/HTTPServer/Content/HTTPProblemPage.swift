/// The page that a person's browser shows instead of a problem document: in the looks of the other pages where those
/// are served, readable without. No script, and every run-time text escaped.
enum HTTPProblemPage {
    private static let styles = ["/podo.css", "/pages.css"]

    static func bytes(of problem: HTTPProblem, in language: HTTPLanguage, requestID: String?) -> [UInt8] {
        let title = Self.title(problem.status, language)
        var html = "<!doctype html>\n<html lang=\"\(language.tag)\">\n<meta charset=\"utf-8\">\n"
        html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        html += "<meta name=\"color-scheme\" content=\"light dark\">\n"
        html += "<title>\(problem.status.code) \(title)</title>\n"
        for style in Self.styles { html += "<link rel=\"stylesheet\" href=\"\(style)\">\n" }
        html += "<header class=\"bar\"><a class=\"brand\" href=\"/\">Podo</a></header>\n"
        html += "<main>\n<section class=\"trouble\">\n<h1>\(title)</h1>\n"
        // Details are English.
        if let detail = problem.detail, language == .english { html += "<p>\(Self.escaped(detail))</p>\n" }
        for error in problem.fieldErrors {
            html += "<p><code>\(Self.escaped(error.pointer))</code>: \(Self.escaped(error.detail))</p>\n"
        }
        html += "<p><a class=\"button\" href=\"/\">\(language == .korean ? "처음으로" : "To the front page")</a></p>\n"
        html += "<p class=\"quiet\">\(problem.status.code) <code>\(problem.code)</code></p>\n"
        if let requestID { html += "<p class=\"quiet\"><small>\(Self.escaped(requestID))</small></p>\n" }
        html += "</section>\n</main>\n</html>\n"
        return Array(html.utf8)
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static func title(_ status: HTTPStatus, _ language: HTTPLanguage) -> String {
        let isKorean = language == .korean
        return switch status.code {
        case 401: isKorean ? "로그인이 필요합니다" : "Please sign in"
        case 403: isKorean ? "권한이 없습니다" : "You may not do this"
        case 404: isKorean ? "찾는 페이지가 없습니다" : "There is no such page"
        case 405: isKorean ? "이 방법으로는 요청할 수 없습니다" : "This cannot be asked for in this way"
        case 410: isKorean ? "더 이상 없는 페이지입니다" : "This page is gone"
        case 429: isKorean ? "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요" : "Too many requests, please wait a little"
        case 503: isKorean ? "지금은 바쁩니다. 잠시 후 다시 시도해 주세요" : "We are busy, please try again soon"
        case 500...: isKorean ? "서버에 문제가 생겼습니다" : "Something went wrong on our side"
        default: isKorean ? "요청을 처리할 수 없습니다" : "The request could not be served"
        }
    }
}
