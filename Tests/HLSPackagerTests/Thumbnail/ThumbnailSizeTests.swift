import HLSPackager
import Testing

@Suite("Sizes of thumbnails")
struct ThumbnailSizeTests {
    static let sizes: [(Int, Int, Double, Int, Int)] = [
        (1920, 1080, 1, 640, 360),
        (1080, 1920, 1, 360, 640),
        (640, 360, 1, 640, 360),
        (160, 90, 1, 160, 90),
        (161, 91, 1, 162, 92),
        (1, 1, 1, 2, 2),
        (8192, 2, 1, 640, 2),
        (2, 8192, 1, 2, 640),
        // Widescreen PAL: 720 by 576 points that are wider than high.
        (720, 576, 64.0 / 45, 640, 360),
        (320, 240, 2, 640, 240),
        (320, 240, 0.5, 160, 240),
        // Nonsense is square.
        (320, 240, 0, 320, 240),
        (320, 240, -1, 320, 240),
        (320, 240, 1e9, 320, 240),
        (320, 240, .nan, 320, 240),
        (320, 240, .infinity, 320, 240),
    ]

    @Test("keep the proportions within 640 points, with even sides", arguments: Self.sizes)
    func size(_ width: Int, _ height: Int, _ aspect: Double, _ wantedWidth: Int, _ wantedHeight: Int) {
        let size = ThumbnailSize(width: width, height: height, pixelAspect: aspect, sideMax: 640)
        #expect(size.width == wantedWidth && size.height == wantedHeight, "\(size)")
    }

    @Test("are even and within an odd maximum")
    func odd() {
        let size = ThumbnailSize(width: 1000, height: 999, sideMax: 501)
        #expect(size.width == 500 && size.height == 500)
    }
}
