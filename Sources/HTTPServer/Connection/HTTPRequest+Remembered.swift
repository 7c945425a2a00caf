/// A request whose answer comes later.
extension HTTPRequest {
    /// What conditions, ranges and the form of an answer are decided by.
    private static let decidingFields: [HTTPFieldName] = [
        .accept, .acceptEncoding, .acceptLanguage, .ifMatch, .ifModifiedSince, .ifNoneMatch, .ifRange,
        .ifUnmodifiedSince, .origin, .range,
    ]

    /// The request without its target and body, and without fields that no answer depends on. Of secrets that matter
    /// only by being there (`HTTPApplication.choosesCompression`) the values are gone.
    func remembered(byteCountMax: Int) -> HTTPRequest {
        var request = HTTPRequest(
            method: self.method, version: self.version, target: [], pathCount: 0, authority: [],
            fields: self.fields.keeping(Self.decidingFields, byteCountMax: byteCountMax))
        for name in [HTTPFieldName.authorization, .cookie] where self.fields.contains(name) {
            request.fields.append(name, "")
        }
        request.isSecure = self.isSecure
        request.peer = self.peer
        request.trace = self.trace
        return request
    }
}
