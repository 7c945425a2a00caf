/// A queue in an array: taking from the front costs no move of the rest, on average.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { self.elements.count - self.head }
    var isEmpty: Bool { self.head == self.elements.count }
    var first: Element? { self.isEmpty ? nil : self.elements[self.head] }

    mutating func append(_ element: Element) { self.elements.append(element) }

    mutating func popFirst() -> Element? {
        guard !self.isEmpty else { return nil }
        let element = self.elements[self.head].take()
        self.head += 1
        if self.head == self.elements.count {
            self.elements.removeAll(keepingCapacity: true)
            self.head = 0
        } else if self.head > 64, self.head > self.elements.count / 2 {
            self.elements.removeFirst(self.head)
            self.head = 0
        }
        return element
    }

    /// For what happens seldom: it looks at every element.
    mutating func removeAll(where isUnwanted: (Element) -> Bool) {
        self.elements = self.elements[self.head...].filter { $0.map { !isUnwanted($0) } ?? false }
        self.head = 0
    }

    /// Changes the front element where it lies.
    mutating func updateFirst(_ change: (inout Element) -> Void) {
        guard !self.isEmpty, var element = self.elements[self.head].take() else { return }
        change(&element)
        self.elements[self.head] = element
    }
}
