extension HTTPStatus {
    /// The statuses that end a request, for answers that were kept and are given once more.
    private static let final: [HTTPStatus] = [
        .ok, .created, .accepted, .noContent, .partialContent, .movedPermanently, .found, .seeOther, .notModified,
        .permanentRedirect, .badRequest, .unauthorized, .paymentRequired, .forbidden, .notFound, .methodNotAllowed,
        .notAcceptable, .requestTimeout, .conflict, .gone, .preconditionFailed, .contentTooLarge, .uriTooLong,
        .unsupportedMediaType, .rangeNotSatisfiable, .expectationFailed, .misdirectedRequest, .unprocessableContent,
        .tooManyRequests, .headerFieldsTooLarge, .internalServerError, .notImplemented, .badGateway,
        .serviceUnavailable, .versionNotSupported,
    ]

    /// Nil for a code that Podo does not send.
    package init?(code: Int) {
        guard let known = Self.final.first(where: { $0.code == code }) else { return nil }
        self = known
    }
}
