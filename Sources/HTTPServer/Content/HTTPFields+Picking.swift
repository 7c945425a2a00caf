/// Copies of a field list without some of its fields. Off the hot path.
extension HTTPFields {
    package func keeping(only names: [HTTPFieldName]) -> HTTPFields {
        self.picking { entry in names.contains { self.hasName(entry, $0) } }
    }

    package func removing(_ names: [HTTPFieldName]) -> HTTPFields {
        self.picking { entry in !names.contains { self.hasName(entry, $0) } }
    }

    private func picking(_ isWanted: (Entry) -> Bool) -> HTTPFields {
        var picked = HTTPFields()
        let wire = self.wire.span
        for entry in self.entries where isWanted(entry) {
            // An error cannot come: the name and value were accepted when they were added to this list.
            try? picked.append(name: wire.extracting(entry.name), value: wire.extracting(entry.value))
        }
        return picked
    }
}
