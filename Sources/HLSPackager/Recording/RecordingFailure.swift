internal import Glibc
internal import Reactor

/// Why a recording does not go on.
enum RecordingFailure: Error, Equatable, Sendable {
    case disk(SystemError)
    /// All recordings together are as large as they may be, and none of them can go.
    case quota
    /// The journal is as long as one may be.
    case journalFull
    /// What was on the disk does not fit to what was to come: two processes, or a program error.
    case contradiction

    /// For metrics and the log.
    var reason: StaticString {
        switch self {
        case .disk(let error):
            switch error.code {
            case ENOSPC, EDQUOT: "disk-full"
            case EIO: "disk-error"
            case EROFS, EACCES, EPERM: "not-writable"
            default: "other"
            }
        case .quota: "recordings-full"
        case .journalFull: "show-too-long"
        case .contradiction: "contradiction"
        }
    }

    /// For people.
    var explanation: String {
        switch self {
        case .disk(let error): error.description
        case .quota: "all recordings together are as large as hls-recording-bytes-max allows"
        case .journalFull: "the show is longer than a recording may be, or has more renditions or keys"
        case .contradiction: "the recording on the disk is not what it was"
        }
    }

    static let reasons: [StaticString] = [
        "disk-full", "disk-error", "not-writable", "recordings-full", "show-too-long", "contradiction",
    ]
}
