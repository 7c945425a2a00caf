internal import CNGHTTP2
internal import CZlib

/// The C libraries behind this module, in the versions that are loaded; for `podo doctor`.
package enum HTTPLibraries {
    package static var nghttp2Version: String {
        nghttp2_version(0).map { String(cString: $0.pointee.version_str) } ?? "unknown"
    }

    package static var zlibVersion: String { zlibVersionText().map { String(cString: $0) } ?? "unknown" }

    private static func zlibVersionText() -> UnsafePointer<CChar>? { CZlib.zlibVersion() }
}
