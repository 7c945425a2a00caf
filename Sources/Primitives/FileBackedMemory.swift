/// Memory that is a range of an open file at the same time, so that the kernel can send it without copying it.
package protocol FileBackedMemory: AnyObject, Sendable {
    /// Open as long as this lives.
    var descriptor: CInt { get }
    /// Where the memory begins in the file.
    var fileOffset: Int { get }
    /// Called before a first byte is sent as a file: from then on the kernel may hold the pages longer than anybody
    /// here holds the memory, so they must not be written again.
    func willBeSentAsFile()
}
