/// Every freedom that the field takes with chunks, as options.
package struct PublisherWire: Equatable, Sendable {
    /// How the header of a message's first chunk is chosen.
    package enum Formats: Sendable {
        /// Always the full header.
        case full
        /// The shortest that the specification allows, as ffmpeg: format 3 when the timestamp field repeats.
        case shortest
        /// As librtmp: format 3 when the absolute time, length and type repeat.
        case librtmp
        /// As `shortest`, but a fresh chunk stream begins with format 1.
        case beginsWithOne
    }

    /// What chunks of format 3 say of an extended timestamp.
    package enum Repetition: Sendable {
        /// The field of the message's first chunk, as the specification says.
        case field
        /// Nothing, as OBS until 2024.
        case absent
        /// The absolute time, whatever the first chunk had.
        case absolute
    }

    /// How time going back is written.
    package enum Backwards: Sendable {
        case fullHeader
        /// A delta of 2³² less what it goes back.
        case negativeDelta
    }

    /// How chunk stream numbers from 64 to 319 are written.
    package enum BasicHeader: Sendable {
        case shortest
        case threeBytes
    }

    /// Which chunk stream carries what.
    package struct ChunkStreams: Equatable, Sendable {
        package var control = 2
        package var command = 3
        package var publish = 3
        package var data = 4
        package var audio = 4
        package var video = 6

        package init(
            command: Int = 3, publish: Int = 3, data: Int = 4, audio: Int = 4, video: Int = 6
        ) {
            self.command = command
            self.publish = publish
            self.data = data
            self.audio = audio
            self.video = video
        }

        /// Everything of the stream on one.
        package static func shared(_ number: Int) -> ChunkStreams {
            ChunkStreams(command: 3, publish: number, data: number, audio: number, video: number)
        }
    }

    package var formats = Formats.shortest
    package var repetition = Repetition.field
    package var backwards = Backwards.fullHeader
    package var basicHeader = BasicHeader.shortest
    package var chunkStreams = ChunkStreams()
    /// Chunk size that is announced before connect; nil stays at 128.
    package var chunkByteCount: Int?
    /// Timestamps wrap at 24 bits and are never extended, as some senders do.
    package var neverExtends = false

    package init() {}
}
