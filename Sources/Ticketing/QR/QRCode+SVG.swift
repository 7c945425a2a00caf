extension QRCode {
    /// Fields of light around it, without which it is not found.
    private static let margin = 4

    /// A picture without a size of its own (`image/svg+xml`): dark fields are runs of one path, on white.
    var svg: [UInt8] {
        let whole = self.side + 2 * Self.margin
        var path = ""
        for row in 0..<self.side {
            var column = 0
            while column < self.side {
                guard self.isDark(row, column) else {
                    column += 1
                    continue
                }
                var end = column
                while end < self.side, self.isDark(row, end) { end += 1 }
                path += "M\(column + Self.margin) \(row + Self.margin)h\(end - column)v1H\(column + Self.margin)z"
                column = end
            }
        }
        let text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(whole) \(whole)" shape-rendering="crispEdges" \
            role="img"><path fill="#fff" d="M0 0h\(whole)v\(whole)H0z"/><path d="\(path)"/></svg>
            """
        return Array(text.utf8)
    }
}
