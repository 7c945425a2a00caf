extension HTTPFields {
    /// A copy without the fields of these names. Off the hot path.
    package func removing(_ names: [HTTPFieldName]) -> HTTPFields {
        var picked = HTTPFields()
        let wire = self.wire.span
        for entry in self.entries where !names.contains(where: { self.hasName(entry, $0) }) {
            // An error cannot come: the name and value were accepted when they were added to this list.
            try? picked.append(name: wire.extracting(entry.name), value: wire.extracting(entry.value))
        }
        return picked
    }

    /// These fields alone, in their order, as long as they fit into so many bytes: what would go beyond is left out.
    func keeping(_ names: [HTTPFieldName], byteCountMax: Int) -> HTTPFields {
        var picked = HTTPFields()
        let wire = self.wire.span
        for entry in self.entries where names.contains(where: { self.hasName(entry, $0) }) {
            guard picked.wire.count + entry.name.count + entry.value.count + 4 <= byteCountMax else { continue }
            // An error cannot come, as above.
            try? picked.append(name: wire.extracting(entry.name), value: wire.extracting(entry.value))
        }
        return picked
    }
}
