import Foundation
import HTTPServer
import MediaTypes
import Primitives
import TestSupport
import Testing

@testable import HLSPackager

/// Encrypted streams from access units to files, read by ffmpeg, which opens them by what the playlist says.
@Suite("Encrypted streams", .serialized)
struct EncryptedStreamTests {
    static let options = ["-allowed_extensions", "ALL", "-protocol_whitelist", "file,crypto"]

    static func read(_ folder: URL, _ name: String = "main.plain.m3u8") throws -> FileProbe {
        defer { try? FileManager.default.removeItem(at: folder) }
        return try FileProbe(path: folder.appending(path: name).path(), options: Self.options)
    }

    static func text(_ rig: EncryptedRig, _ form: PlaylistForm = .plain) throws -> [String] {
        let playlist = MediaPlaylist(of: .main, form: form, try rig.main, PlaylistPromises(rig.limits))
        return String(decoding: playlist.render(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("every frame that went in comes out of the files, under keys that change")
    func frames() throws {
        let tracks = try RecordedTrack.tracks(ofFile: "h264-aac")
        let rig = EncryptedRig()
        for _ in 0..<4 { rig.play(tracks) }
        rig.end()
        let main = try rig.main
        #expect(main.segments.count >= 6 && main.hasEnded)
        let numbers = main.segments.map { $0.encryption?.keyNumber }
        #expect(numbers == main.segments.indices.map { $0 / 2 })
        #expect(Set(main.segments.compactMap { $0.encryption?.initialisationVector }).count == main.segments.count)
        let probe = try Self.read(try rig.write())
        #expect(probe.complaints == "")
        #expect(probe.packets(ofStream: 0).map(\.hash) == rig.given[.video])
        #expect(probe.packets(ofStream: 1).map(\.hash) == rig.given[.audio])
        // Of the clear media nothing is there, however long a stretch is looked for.
        let ciphertext = main.segments.flatMap { Array($0.arena.bytes(0..<$0.arena.count)) }
        #expect(ciphertext.count % 16 == 0)
        #expect(!String(decoding: ciphertext, as: UTF8.self).contains("moof"))
    }

    @Test("another initialisation section stands outside of the keys, and is read")
    func sections() throws {
        let tracks = try RecordedTrack.tracks(ofFile: "h264-aac")
        let rig = EncryptedRig(keySegmentCount: 100)
        rig.play(tracks)
        // A clock of its own, or the sound would not start again at zero.
        rig.packager.publishingEnded(.interrupted)
        rig.comeBack()
        rig.play(tracks) { format in
            var color = VideoColor()
            (color.primaries, color.transfer, color.matrix) = (1, 1, 1)
            format.color = color
        }
        rig.end()
        let lines = try Self.text(rig).filter { $0.hasPrefix("#EXT-X-KEY") || $0.hasPrefix("#EXT-X-MAP") }
        let maps = lines.indices.filter { lines[$0].hasPrefix("#EXT-X-MAP") }
        try #require(maps.count == 2 && maps[0] == 0)
        #expect(lines[maps[1] - 1] == "#EXT-X-KEY:METHOD=NONE")
        #expect(lines[maps[1] + 1].hasPrefix("#EXT-X-KEY:METHOD=AES-128,URI=\"key.0.bin\",IV=0x"))
        let probe = try Self.read(try rig.write())
        #expect(probe.complaints == "")
        #expect(probe.packets(ofStream: 0).map(\.hash) == rig.given[.video])
    }

    @Test("a segment whose publisher was lost in its midst can be opened")
    func lost() throws {
        let tracks = try RecordedTrack.tracks(ofFile: "h264-aac")
        let rig = EncryptedRig()
        rig.play(tracks)
        let before = try #require(try rig.main.segments.last)
        #expect(!before.isComplete)
        rig.comeBack()
        rig.play(tracks)
        rig.end()
        let cut = try #require(try rig.main.segments.first { $0.sequence == before.sequence })
        #expect(cut.isComplete && cut.arena.count % 16 == 0 && !cut.parts.isEmpty)
        #expect(cut.parts.last?.range.upperBound == cut.arena.count)
        let probe = try Self.read(try rig.write())
        #expect(probe.complaints == "")
    }

    @Test("lists no parts and no hints, in any form")
    func parts() throws {
        let rig = EncryptedRig()
        rig.play(try RecordedTrack.tracks(ofFile: "h264-aac"))
        for form in [PlaylistForm.lowLatency, .plain] {
            let lines = try Self.text(rig, form)
            #expect(lines.after("#EXT-X-KEY:METHOD=AES-128,URI=\"key.").count > 0)
            for tag in ["#EXT-X-PART", "#EXT-X-PRELOAD", "#EXT-X-SERVER", "#EXT-X-SKIP"] {
                #expect(lines.after(tag) == [])
            }
        }
    }

    @Test("keys stay while segments name them, and their numbers outlive the process")
    func keys() throws {
        let tracks = try RecordedTrack.tracks(ofFile: "h264-aac")
        let rig = EncryptedRig(keySegmentCount: 1, windowSegmentCount: 4)
        for _ in 0..<40 { rig.play(tracks) }
        for snapshot in rig.snapshots {
            let main = try #require(snapshot[.main]).snapshot
            let named = (main.segments + main.removedSegments).map { $0.encryption?.keyNumber ?? -1 }
            #expect(Set(named).isSubset(of: snapshot.keys.map(\.number)))
            #expect(snapshot.keys.count <= main.segments.count + main.removedSegments.count + 1)
        }
        let state = rig.stream.state
        #expect(state.nextKey == state.nextSequence)
        #expect(try #require(rig.snapshots.last?.keys.first).number > 0)
        let again = EncryptedRig(keySegmentCount: 1, state: state.resumed(margin: 10))
        again.play(tracks)
        #expect(try again.main.segments.first?.encryption?.keyNumber == state.nextKey + 10)
    }

    @Test("is clear without the limit")
    func clear() throws {
        let rig = EncryptedRig(keySegmentCount: nil)
        rig.play(try RecordedTrack.tracks(ofFile: "h264-aac"))
        #expect(try rig.main.segments.allSatisfy { $0.encryption == nil })
        #expect(rig.snapshots.allSatisfy { $0.keys.isEmpty })
        #expect(try Self.text(rig, .lowLatency).after("#EXT-X-KEY") == [])
        #expect(try Self.text(rig, .lowLatency).after("#EXT-X-PART:").count > 0)
    }

    @Test("copies of loops have the last block too")
    func copies() throws {
        let rig = EncryptedRig()
        rig.play(try RecordedTrack.tracks(ofFile: "h264-aac"))
        rig.packager.publishingEnded(.finished)
        var copy: StreamSnapshot?
        for snapshot in rig.snapshots { copy = snapshot.copied(since: copy) }
        let segments = try #require(copy?[.main]).snapshot.segments
        #expect(segments.map(\.parts) == (try rig.main).segments.map(\.parts))
        #expect(segments.allSatisfy { $0.parts.last?.range.upperBound == $0.arena.count })
        #expect(copy?.keys.map(\.number) == rig.snapshots.last?.keys.map(\.number))
    }

    @Test("are served whole, with their keys and never in parts")
    func served() throws {
        let rig = EncryptedRig()
        for _ in 0..<2 { rig.play(try RecordedTrack.tracks(ofFile: "h264-aac")) }
        let snapshot = try #require(rig.snapshots.last)
        let promises = PlaylistPromises(rig.limits)
        let served = ServedStream(snapshot, promises, MediaResponses(promises, DeliveryLimits()))
        guard case .answer(let key) = served.find(.key(number: 0)), case .shared(let body) = key.body else {
            Issue.record("no key")
            return
        }
        #expect(Array(body.unsafeBytes) == snapshot.keys[0].bytes.copyBytes())
        guard case .nothing = served.find(.key(number: 99)) else {
            Issue.record("a key that is not there")
            return
        }
        for part in 0..<2 {
            guard case .nothing = served.find(.part(.main, sequence: 0, part: part)) else {
                Issue.record("a part of an encrypted segment")
                return
            }
        }
        guard case .answer(let answer) = served.find(.segment(.main, sequence: 0, .fragmentedMP4)),
            case .shared(let bytes) = answer.body
        else {
            Issue.record("no segment")
            return
        }
        #expect(bytes.count == (try rig.main).segments[0].arena.count)
    }

    @Test("MPEG-TS of an encrypted stream is encrypted alike, and read as if it were clear")
    func transportStream() throws {
        let tracks = try RecordedTrack.tracks(ofFile: "h264-aac")
        let probes = try [2, nil].map { (keySegmentCount: Int?) in
            let rig = EncryptedRig(keySegmentCount: keySegmentCount)
            for _ in 0..<3 { rig.play(tracks) }
            rig.end()
            let segment = try #require(try rig.main.segments.first)
            let arena = try #require(segment.transportStream)
            let vectors = try rig.main.segments.compactMap(\.encryption).flatMap {
                [$0.initialisationVector, $0.transportStreamVector]
            }
            #expect(Set(vectors).count == vectors.count && vectors.isEmpty == (keySegmentCount == nil))
            let isPackets = arena.count % 188 == 0 && arena.bytes(0..<1)[0] == 0x47
            #expect(isPackets == (keySegmentCount == nil))
            return try Self.read(try rig.write(.transportStream), "main.ts.m3u8")
        }
        #expect(probes[0].complaints == "" && probes[1].complaints == "")
        #expect(probes[0].packets.map(\.hash) == probes[1].packets.map(\.hash))
        #expect(probes[0].packets.count > 100)
    }
}
