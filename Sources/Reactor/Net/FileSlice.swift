internal import Glibc

/// Owns one file descriptor and closes it when the last reference goes.
package final class OwnedDescriptor: Sendable {
    package let raw: CInt

    package init(_ raw: CInt) {
        precondition(raw >= 0, "owns an open descriptor")
        self.raw = raw
    }

    deinit { close(self.raw) }
}

/// A range of an open regular file, sent by `sendfile` over plain connections and read in pieces over TLS.
package struct FileSlice: Sendable {
    package let file: OwnedDescriptor
    package let offset: Int
    package let count: Int

    package init(file: OwnedDescriptor, offset: Int, count: Int) {
        precondition(offset >= 0 && count >= 0, "a file slice does not reach before its file")
        self.file = file
        self.offset = offset
        self.count = count
    }
}
