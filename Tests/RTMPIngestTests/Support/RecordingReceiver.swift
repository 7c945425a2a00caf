import MediaTypes

@testable import RTMPIngest

/// Keeps everything that it is given, in order.
final class RecordingReceiver: MediaReceiver {
    enum Event: Equatable {
        case format(TrackID, TrackFormat)
        case unit(AccessUnit, [UInt8])
        case ended(MediaEnd)
    }

    struct Unit: Equatable {
        var unit: AccessUnit
        var bytes: [UInt8]
    }

    private(set) var events: [Event] = []

    func receive(_ format: TrackFormat, of track: TrackID) { self.events.append(.format(track, format)) }

    func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
        self.events.append(.unit(unit, payload.withUnsafeBytes { Array($0) }))
    }

    func publishingEnded(_ end: MediaEnd) { self.events.append(.ended(end)) }

    func formats(of track: TrackID) -> [TrackFormat] {
        self.events.compactMap { if case .format(track, let format) = $0 { format } else { nil } }
    }

    func units(of track: TrackID) -> [Unit] {
        self.events.compactMap {
            if case .unit(let unit, let bytes) = $0, unit.track == track { Unit(unit: unit, bytes: bytes) } else { nil }
        }
    }

    func videoFormats(_ number: UInt8 = 0) -> [VideoFormat] {
        self.formats(of: TrackID(.video, number)).compactMap { if case .video(let its) = $0 { its } else { nil } }
    }

    func audioFormats(_ number: UInt8 = 0) -> [AudioFormat] {
        self.formats(of: TrackID(.audio, number)).compactMap { if case .audio(let its) = $0 { its } else { nil } }
    }

    func video(_ number: UInt8 = 0) -> [Unit] { self.units(of: TrackID(.video, number)) }
    func audio(_ number: UInt8 = 0) -> [Unit] { self.units(of: TrackID(.audio, number)) }
}
