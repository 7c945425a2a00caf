/// Skeleton of the pages of one directory. Replaced by the real one.
package final class StaticFiles: Sendable {
    package init(directory: String) throws {}

    package var routes: [HTTPRoute] { [] }

    /// Reads the directory again.
    package func reload() throws {}
}
