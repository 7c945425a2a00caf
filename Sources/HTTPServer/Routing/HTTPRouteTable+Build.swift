/// Building the table, once, at start.
extension HTTPRouteTable {
    /// Refuses a table with anything wrong in it, and says all of it.
    init(_ routes: [HTTPRoute]) throws(HTTPRouteErrors) {
        var builder = Builder()
        for (index, route) in routes.enumerated() { builder.add(route, index) }
        guard builder.errors.isEmpty else { throw HTTPRouteErrors(errors: builder.errors) }
        self = builder.freeze()
    }

    /// The trie while it grows.
    private struct Builder {
        struct Place {
            var children: [(label: [UInt8], place: Int)] = []
            var parameter: (name: String, place: Int)?
            var restName: String?
            var endRow = -1
            var restRow = -1
        }

        var places = [Place()]
        var rows: [Row] = []
        var errors: [HTTPRouteError] = []

        mutating func add(_ route: HTTPRoute, _ index: Int) {
            var codes: [HTTPRouteError.Code] = []
            if route.access == nil { codes.append(.accessMissing) }
            if route.method == .trace || route.method == .connect { codes.append(.methodForbidden) }
            if route.bodyByteCountMax < 0 { codes.append(.bodyLimitInvalid) }
            do throws(HTTPRouteError.Code) {
                let row = try self.row(for: HTTPPathTemplate(route.path))
                let method = Int(route.method.rawValue)
                if self.rows[row].routeOfMethod[method] >= 0 { throw HTTPRouteError.Code.duplicate }
                self.rows[row].routeOfMethod[method] = Int32(index)
            } catch {
                codes.append(error)
            }
            self.errors.append(contentsOf: codes.map { HTTPRouteError(route: route.label, code: $0) })
        }

        private mutating func row(for template: HTTPPathTemplate) throws(HTTPRouteError.Code) -> Int {
            var place = 0
            for segment in template.segments {
                switch segment {
                case .text(let label):
                    place = self.child(of: place, label)
                case .parameter(let name):
                    place = try self.parameterChild(of: place, name)
                case .rest(let name):
                    if let other = self.places[place].restName, other != name { throw .parameterConflict(name, other) }
                    self.places[place].restName = name
                    return self.madeRow(place, \.restRow)
                }
            }
            return self.madeRow(place, \.endRow)
        }

        private mutating func child(of place: Int, _ label: [UInt8]) -> Int {
            if let known = self.places[place].children.first(where: { $0.label == label }) { return known.place }
            self.places.append(Place())
            self.places[place].children.append((label, self.places.count - 1))
            return self.places.count - 1
        }

        private mutating func parameterChild(of place: Int, _ name: String) throws(HTTPRouteError.Code) -> Int {
            if let known = self.places[place].parameter {
                guard known.name == name else { throw .parameterConflict(name, known.name) }
                return known.place
            }
            self.places.append(Place())
            self.places[place].parameter = (name, self.places.count - 1)
            return self.places.count - 1
        }

        private mutating func madeRow(_ place: Int, _ kind: WritableKeyPath<Place, Int>) -> Int {
            if self.places[place][keyPath: kind] < 0 {
                self.rows.append(Row())
                self.places[place][keyPath: kind] = self.rows.count - 1
            }
            return self.places[place][keyPath: kind]
        }

        func freeze() -> HTTPRouteTable {
            var nodes: [Node] = []
            var edges: [Edge] = []
            var labels: [UInt8] = []
            for place in self.places {
                nodes.append(
                    Node(
                        edgeStart: Int32(edges.count), edgeCount: Int32(place.children.count),
                        parameterChild: Int32(place.parameter?.place ?? -1), endRow: Int32(place.endRow),
                        restRow: Int32(place.restRow)))
                for child in place.children {
                    edges.append(
                        Edge(
                            labelStart: Int32(labels.count), labelCount: Int32(child.label.count),
                            child: Int32(child.place)))
                    labels.append(contentsOf: child.label)
                }
            }
            return HTTPRouteTable(nodes: nodes, edges: edges, labels: labels, rows: self.rows.map(Self.completed))
        }

        /// HEAD falls to GET, and `allow` names what is answered; OPTIONS always is.
        private static func completed(_ row: Row) -> Row {
            var row = row
            let get = row.routeOfMethod[Int(HTTPMethod.get.rawValue)]
            if row.routeOfMethod[Int(HTTPMethod.head.rawValue)] < 0 {
                row.routeOfMethod[Int(HTTPMethod.head.rawValue)] = get
            }
            let names = HTTPMethod.allCases.filter { method in
                method == .options || row.routeOfMethod[Int(method.rawValue)] >= 0
            }
            row.allow = names.map(\.name.description).joined(separator: ", ")
            return row
        }
    }
}
