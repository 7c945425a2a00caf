internal import CLinux
internal import Glibc
internal import HTTPServer
internal import Reactor

/// Libraries, limits and the clock.
enum MachineCheck {
    static func libraries() -> [Finding] {
        let openSSL = CertificateFacts.openSSLVersion
        return [
            self.swift(),
            openSSL.hasPrefix("OpenSSL 3.")
                ? Finding(.ok, "OpenSSL", openSSL)
                : Finding(.fail, "OpenSSL", "\(openSSL) is loaded, Podo needs 3.x: install libssl3"),
            Finding(.ok, "nghttp2", HTTPLibraries.nghttp2Version),
            Finding(.ok, "zlib", HTTPLibraries.zlibVersion),
        ]
    }

    private static func swift() -> Finding {
        #if compiler(>=6.3)
            Finding(.ok, "Swift", "built with 6.3 or later")
        #else
            Finding(.fail, "Swift", "built with a compiler before 6.3: install Swift 6.3 and build again")
        #endif
    }

    static func limits(_ configuration: Configuration) -> [Finding] {
        let hard = DescriptorLimit.current().hard
        let wanted = DescriptorLimit.wanted(configuration)
        let cores = sysconf(CInt(_SC_NPROCESSORS_ONLN))
        let loops = configuration.loopCount
        return [
            hard >= wanted
                ? Finding(.ok, "descriptors", "\(hard) allowed")
                : Finding(
                    .warn, "descriptors",
                    "\(hard) allowed, \(wanted) wanted for http-connections and rtmp-connections: "
                        + "raise LimitNOFILE in the systemd unit, or ulimit -Hn, or lower those"),
            loops <= cores
                ? Finding(.ok, "loops", "\(loops) on \(cores) cores")
                : Finding(.warn, "loops", "\(loops) on \(cores) cores only take turns: set loops to \(cores)"),
        ]
    }

    /// Sales open at a time that people are waiting for: the clock has to be right.
    static func clock() -> Finding {
        let seconds = time(nil)
        let start2026 = 1_767_225_600
        guard seconds >= start2026 else {
            return Finding(.fail, "clock", "is before 2026: set it, tickets and certificates depend on it")
        }
        var status = timex()
        status.modes = 0
        guard adjtimex(&status) != TIME_ERROR else {
            return Finding(.warn, "clock", "is not kept right by anything: run chrony or systemd-timesyncd")
        }
        return Finding(.ok, "clock", "is kept right")
    }
}
