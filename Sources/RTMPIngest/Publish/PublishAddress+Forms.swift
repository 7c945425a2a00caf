internal import Observability

/// Application and keys out of the many forms in which programs send them.
///
/// A publisher's one URL is taken apart by its program, which sends the pieces as `tcUrl`, `app` and a name, each with
/// or without the query, and with application and key wherever its author thought best. Nothing is refused here: what
/// makes no sense is a string that matches no key.
extension PublishAddress {
    /// Of the candidates beyond these only the first are kept.
    package static let keyCountMax = 4
    /// A longer key is left out, not cut: a part of it could be somebody's.
    package static let keyByteCountMax = 1024
    /// A longer application is cut; it chooses nothing.
    package static let applicationByteCountMax = 1024

    package init(url: String, application: String, name: String) {
        let url = AddressPart(url: url)
        let application = application.contains("://") ? AddressPart(url: application) : AddressPart(path: application)
        let name = AddressPart(path: name)

        var folders = application.folders
        let urlFolders = url.folders
        // Some send only the first folder as application, and the rest in the URL alone.
        if urlFolders.count > folders.count, urlFolders.starts(with: folders, by: Self.isSame) { folders = urlFolders }
        let instance = Array(folders.dropFirst().joined(separator: [AddressPart.slash]))

        var candidates = KeyCandidates()
        let path = name.trimmedPath
        candidates.add(path)
        if path.isEmpty {
            candidates.add(instance)
        } else if !instance.isEmpty {
            candidates.add(instance + [AddressPart.slash] + path)
        }
        for query in [name.query, application.query, url.query] {
            if let value = AddressPart.value(of: ["key", "name"], in: query) { candidates.add(value) }
        }
        candidates.add(AddressPart.decoded(path))
        candidates.add(name.whole)
        self.init(
            application: String(decoding: (folders.first ?? []).prefix(Self.applicationByteCountMax), as: UTF8.self),
            keys: candidates.keys)
    }

    private static func isSame(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        left.elementsEqual(right)
    }

    /// Each once, in the order in which they come.
    private struct KeyCandidates {
        private var found: [[UInt8]] = []

        var keys: [Secret<String>] { self.found.map { Secret(String(decoding: $0, as: UTF8.self)) } }

        init() {}

        mutating func add(_ key: [UInt8]) {
            guard !key.isEmpty, key.count <= PublishAddress.keyByteCountMax,
                self.found.count < PublishAddress.keyCountMax, !self.found.contains(key)
            else { return }
            self.found.append(key)
        }
    }
}
