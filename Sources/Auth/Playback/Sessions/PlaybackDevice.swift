/// What a session's owner recognises a device by: the kind of program and of machine, and nothing that tells two people
/// apart who have the same. Only words of this file come out, whatever a client sends.
package enum PlaybackDevice {
    /// No longer text is looked at.
    private static let byteCountMax = 512

    /// In this order: most browsers name others as well.
    private static let programs: [(mark: String, name: String)] = [
        ("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Whale/", "Whale"),
        ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("FxiOS/", "Firefox"),
        ("Safari/", "Safari"), ("AppleCoreMedia/", "Apple player"), ("VLC/", "VLC"), ("Lavf/", "FFmpeg"),
        ("mpv", "mpv"), ("GStreamer", "GStreamer"), ("ExoPlayer", "ExoPlayer"), ("curl/", "curl"),
    ]
    private static let machines: [(mark: String, name: String)] = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Apple TV", "Apple TV"), ("Android", "Android"),
        ("Tizen", "Samsung TV"), ("Web0S", "LG TV"), ("Windows", "Windows"), ("Macintosh", "Mac"), ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]

    /// Empty when nothing is recognised.
    package static func name(_ userAgent: String?) -> String {
        guard let userAgent, userAgent.utf8.count <= Self.byteCountMax else { return "" }
        let program = Self.programs.first { userAgent.contains($0.mark) }?.name
        let machine = Self.machines.first { userAgent.contains($0.mark) }?.name
        switch (program, machine) {
        case (let program?, let machine?): return "\(program) on \(machine)"
        case (let name?, nil), (nil, let name?): return name
        case (nil, nil): return ""
        }
    }
}
