/// Finds what somebody probably meant to type.
enum NearestWord {
    /// The known word with the fewest letters inserted, deleted or replaced; nil when more than a third of the word
    /// would have to change.
    static func find(_ word: String, among known: [String]) -> String? {
        let ranked = known.map { (word: $0, distance: self.distance(Array(word.utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(2, word.utf8.count / 3) ? best.word : nil
    }

    /// Levenshtein distance, one row of the table at a time.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (leftIndex, leftByte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = leftIndex + 1
            for (rightIndex, rightByte) in right.enumerated() {
                let replaced = diagonal + (leftByte == rightByte ? 0 : 1)
                diagonal = row[rightIndex + 1]
                row[rightIndex + 1] = min(replaced, diagonal + 1, row[rightIndex] + 1)
            }
        }
        return row[right.count]
    }
}
