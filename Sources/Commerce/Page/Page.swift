package import HTTPServer

/// Some of a list as clients see it, and where it goes on: `{"items":[…],"nextCursor":null}`.
package struct Page<Item: JSONEncodable>: JSONEncodable {
    package let items: [Item]
    /// Nil at the end of the list.
    package let next: PageCursor?

    package init(items: [Item], next: PageCursor?) {
        self.items = items
        self.next = next
    }

    /// Of what was found when one more than `limit` were asked for: the one too many says that there is another page.
    /// `cursor` makes of the last item of this page where the next begins.
    package init(_ found: [Item], limit: Int, cursor: (Item) -> PageCursor) {
        let items = Array(found.prefix(limit))
        self.init(items: items, next: found.count > limit ? items.last.map(cursor) : nil)
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("items", self.items)
            writer.member("nextCursor", self.next?.text)
        }
    }
}
