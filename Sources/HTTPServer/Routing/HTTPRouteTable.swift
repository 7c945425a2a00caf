/// The routes as a trie of path segments, frozen into flat arrays: a look-up touches a few neighbouring integers,
/// allocates nothing and takes no lock.
///
/// A static segment wins over `{name}`, which wins over `{name...}`; where the winner leads nowhere the next one is
/// tried. A node is reached by one way only, so a look-up visits no node twice. The path alone decides: a path that
/// is met with another method is 405, and no looser template is tried.
struct HTTPRouteTable: Sendable {
    /// One place in the trie. -1 stands for none.
    struct Node {
        var edgeStart: Int32 = 0
        var edgeCount: Int32 = 0
        /// Where `{name}` leads.
        var parameterChild: Int32 = -1
        /// The row of routes that end here.
        var endRow: Int32 = -1
        /// The row of routes whose `{name...}` takes what is left from here.
        var restRow: Int32 = -1
    }

    /// A static segment and where it leads.
    struct Edge {
        let labelStart: Int32
        let labelCount: Int32
        let child: Int32
    }

    /// The routes of one path: an index for each method, and what `allow` says of them.
    struct Row {
        var routeOfMethod: [Int32] = Array(repeating: -1, count: HTTPMethod.allCases.count)
        var allow = ""
    }

    enum Lookup {
        case route(Int, HTTPPathRanges)
        /// The path exists, but not for this method; the number of its row.
        case otherMethods(row: Int)
        case none
    }

    private let nodes: [Node]
    private let edges: [Edge]
    private let labels: [UInt8]
    let rows: [Row]

    init(nodes: [Node], edges: [Edge], labels: [UInt8], rows: [Row]) {
        self.nodes = nodes
        self.edges = edges
        self.labels = labels
        self.rows = rows
    }

    /// The path has passed `HTTPPathRule`.
    func find(_ method: HTTPMethod, _ path: Span<UInt8>) -> Lookup {
        var ranges = HTTPPathRanges()
        let row = Int(self.row(node: 0, path, from: 1, captured: 0, &ranges))
        guard row >= 0 else { return .none }
        let route = self.rows[row].routeOfMethod[Int(method.rawValue)]
        return route >= 0 ? .route(Int(route), ranges) : .otherMethods(row: row)
    }

    /// Descends from `node`, where the next segment begins at `start`. A start beyond the end means that no
    /// segment is left.
    private func row(
        node: Int32, _ path: Span<UInt8>, from start: Int, captured: Int, _ ranges: inout HTTPPathRanges
    ) -> Int32 {
        let here = self.nodes[Int(node)]
        guard start <= path.count else { return here.endRow }
        var end = start
        while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
        let child = self.child(of: here, path, start, end)
        if child >= 0 {
            let row = self.row(node: child, path, from: end + 1, captured: captured, &ranges)
            if row >= 0 { return row }
        }
        if here.parameterChild >= 0, end > start {
            ranges[captured] = start..<end
            let row = self.row(
                node: here.parameterChild, path, from: end + 1, captured: captured + 1, &ranges)
            if row >= 0 { return row }
        }
        if here.restRow >= 0 { ranges[captured] = start..<path.count }
        return here.restRow
    }

    private func child(of node: Node, _ path: Span<UInt8>, _ start: Int, _ end: Int) -> Int32 {
        for index in Int(node.edgeStart)..<Int(node.edgeStart + node.edgeCount) {
            let edge = self.edges[index]
            guard Int(edge.labelCount) == end - start else { continue }
            var offset = 0
            while offset < end - start, self.labels[Int(edge.labelStart) + offset] == path[start + offset] {
                offset += 1
            }
            if offset == end - start { return edge.child }
        }
        return -1
    }
}
