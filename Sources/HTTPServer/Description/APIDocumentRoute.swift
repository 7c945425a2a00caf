/// `/openapi.json`: the document, made once and answered from memory.
package enum APIDocumentRoute {
    package static let path = "/openapi.json"

    /// In the table before there is a document, so that it can tell of itself.
    package static func table(tag: String) -> [HTTPServiceRoute<PreparedContent>] {
        [
            HTTPServiceRoute(
                .get, self.path, access: .anyone,
                HTTPRouteDescription(
                    "This document", korean: "이 문서", tag: tag,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "The description of the API, in OpenAPI 3.1.", mediaType: "application/json")
                    ],
                    options: .conditional)
            ) { content in
                .immediate { request, _ in content.response(to: request) }
            }
        ]
    }

    package static func content(of document: OpenAPIDocument, modifiedAtUnixSeconds: Int) -> PreparedContent {
        let bytes = document.json
        let tag = "\(String(bytes.count, radix: 16))-\(ContentHash(bytes[...]).hexadecimal)"
        return PreparedContent(
            bytes, type: "application/json", tag: tag, cacheControl: "no-cache",
            modifiedAtUnixSeconds: modifiedAtUnixSeconds)
    }
}
