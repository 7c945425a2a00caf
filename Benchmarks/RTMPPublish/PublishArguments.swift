internal import Glibc
internal import TestSupport

/// What the command line of the publisher says.
struct PublishArguments {
    static let help = """
        RTMPPublish --port N [options]
          --key KEY             what to publish as; %d is the publisher's number     (key)
          --application NAME    (live)
          --count N             publishers in all                                     (1)
          --parallel N          of them at once                                       (all)
          --per-second N        how many may start in a second                        (no limit)
          --fast                send as fast as the server reads, not in real time
          --hold SECONDS        keep the connection open after the last tag           (0)
          --leave               close without saying goodbye
          --piece N             bytes in one write; 1 makes the smallest segments      (no limit)
          --profile NAME        obs ffmpeg rtmpsink rtmp2sink fmle flash larix haishinkit   (ffmpeg)
        What is published:
          --flv FILE            an FLV file, or else a generated stream:
          --video CODEC         avc hevc legacyHEVC av1 vp9 none                      (avc)
          --audio CODEC         aac mp3 opus ac3 eac3 flac none                       (aac)
          --seconds S           (2)
          --bits N              a second, of all media
          --gop N               frames from keyframe to keyframe                      (25)
          --reorder             pictures are shown in another order than decoded
          --start MS            time of the first tag                                 (0)
          --expect FILE         writes the units of the generated stream, a line of JSON each
          --times FILE          writes when what was sent: publisher, kind, due, sent at
        How it is cut:
          --handshake KIND      simple digestFirst digestSecond
          --chunk-size N        --chunk-stream N (all media on one)
          --formats KIND        full shortest librtmp beginsWithOne
          --repetition KIND     field absent absolute
          --backwards KIND      fullHeader negativeDelta
          --three-byte-headers  --never-extends  --aggregate N (tags in one message)
        """

    var port: UInt16 = 0
    var key = "key"
    var application = "live"
    var count = 1
    var parallel = Int.max
    var perSecond: Double?
    var isFast = false
    var holdSeconds = 0.0
    var leaves = false
    var pieceByteCount = Int.max
    var profile = PublisherProfile.ffmpeg
    var wire = PublisherProfile.ffmpeg.wire
    var handshake: PublisherHandshake.Kind?
    var flvPath: String?
    var stream = GeneratedStream()
    var expectationPath: String?
    var timesPath: String?
    var bitsPerSecond: Int?
    var aggregateCount: Int?

    private var rest: ArraySlice<String> = []

    /// Ends the program with a sentence when something is not understood.
    init(_ words: [String]) {
        self.rest = words[...]
        // The profile first: options of the wire change it.
        if let place = words.firstIndex(of: "--profile"), place + 1 < words.count {
            guard let profile = PublisherProfile.named(words[place + 1]) else { fail("no profile \(words[place + 1])") }
            self.profile = profile
            self.wire = profile.wire
        }
        while let option = self.rest.popFirst() {
            if option == "--help" {
                say(Self.help, to: 1)
                exit(0)
            }
            guard self.takeGeneral(option) || self.takeStream(option) || self.takeWire(option) else {
                fail("what is \(option)? --help lists the options")
            }
        }
        if let bits = self.bitsPerSecond { self.stream.setBitsPerSecond(bits) }
        if self.port == 0 { fail("--port is missing") }
    }

    private mutating func takeGeneral(_ option: String) -> Bool {
        switch option {
        case "--port": self.port = self.value(option) { UInt16($0) }
        case "--key": self.key = self.value(option) { $0 }
        case "--application": self.application = self.value(option) { $0 }
        case "--count": self.count = self.value(option) { Int($0) }
        case "--parallel": self.parallel = self.value(option) { Int($0) }
        case "--per-second": self.perSecond = self.value(option) { Double($0) }
        case "--fast": self.isFast = true
        case "--hold": self.holdSeconds = self.value(option) { Double($0) }
        case "--leave": self.leaves = true
        case "--piece": self.pieceByteCount = self.value(option) { Int($0) }
        case "--profile": _ = self.value(option) { $0 }
        default: return false
        }
        return true
    }

    private mutating func takeStream(_ option: String) -> Bool {
        switch option {
        case "--flv": self.flvPath = self.value(option) { $0 }
        case "--video": self.stream.video = self.codec(option) { GeneratedStream.Video(rawValue: $0) }
        case "--audio": self.stream.audio = self.codec(option) { GeneratedStream.Audio(rawValue: $0) }
        case "--seconds": self.stream.seconds = self.value(option) { Double($0) }
        case "--bits": self.bitsPerSecond = self.value(option) { Int($0) }
        case "--gop": self.stream.keyframeInterval = self.value(option) { Int($0) }
        case "--reorder": self.stream.hasReordering = true
        case "--expect": self.expectationPath = self.value(option) { $0 }
        case "--times": self.timesPath = self.value(option) { $0 }
        case "--start": self.stream.start = self.value(option) { Int64($0) }
        default: return false
        }
        return true
    }

    private mutating func takeWire(_ option: String) -> Bool {
        switch option {
        case "--handshake":
            self.handshake = self.named(
                option, ["simple": .simple, "digestFirst": .digestFirst, "digestSecond": .digestSecond])
        case "--chunk-size": self.wire.chunkByteCount = self.value(option) { Int($0) }
        case "--chunk-stream": self.wire.chunkStreams = .shared(self.value(option) { Int($0) })
        case "--formats":
            self.wire.formats = self.named(
                option,
                ["full": .full, "shortest": .shortest, "librtmp": .librtmp, "beginsWithOne": .beginsWithOne])
        case "--repetition":
            self.wire.repetition = self.named(option, ["field": .field, "absent": .absent, "absolute": .absolute])
        case "--backwards":
            self.wire.backwards = self.named(option, ["fullHeader": .fullHeader, "negativeDelta": .negativeDelta])
        case "--three-byte-headers": self.wire.basicHeader = .threeBytes
        case "--never-extends": self.wire.neverExtends = true
        case "--aggregate": self.aggregateCount = self.value(option) { Int($0) }
        default: return false
        }
        return true
    }

    private mutating func value<Value>(_ option: String, _ read: (String) -> Value?) -> Value {
        guard let word = self.rest.popFirst(), let value = read(word) else { fail("\(option) needs a value") }
        return value
    }

    private mutating func named<Value>(_ option: String, _ values: [String: Value]) -> Value {
        self.value(option) { values[$0] }
    }

    /// "none" is nil.
    private mutating func codec<Value>(_ option: String, _ read: (String) -> Value?) -> Value? {
        let word: String = self.value(option) { $0 }
        if word == "none" { return nil }
        guard let value = read(word) else { fail("\(option) knows no \(word)") }
        return value
    }
}
