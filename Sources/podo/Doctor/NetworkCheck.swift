internal import Glibc
internal import Reactor

/// Ports and certificates.
enum NetworkCheck {
    /// Warn this long before a certificate ends.
    private static let expiryWarningDays = 14

    /// Binds each address for a moment. A port that is taken is well when the Podo on this data directory has it.
    static func ports(_ configuration: Configuration, runningPID: Int?) -> [Finding] {
        configuration.namedAddresses.map { name, address in
            do throws(SystemError) {
                _ = try Listener(address)
                return Finding(.ok, name, address.port == 0 ? "\(address) takes any free port" : "\(address) is free")
            } catch {
                if error.code == EADDRINUSE, let runningPID {
                    return Finding(.ok, name, "\(address) is in use, Podo runs with pid \(runningPID)")
                }
                return Finding(.fail, name, ListenerSet.sentence(for: error, address))
            }
        }
    }

    /// Whether anybody could publish.
    static func streamKeys(_ configuration: Configuration) -> [Finding] {
        if configuration.rtmpListen.isEmpty, configuration.rtmpsListen.isEmpty { return [] }
        let names = configuration.streamKeys.map(\.name)
        guard names.isEmpty else {
            return [Finding(.ok, "stream keys", "for \(names.joined(separator: ", "))")]
        }
        return [Finding(.ok, "stream keys", "none configured, every publisher is refused; set stream-keys")]
    }

    static func security(_ configuration: Configuration) -> [Finding] {
        guard let certificate = configuration.tlsCertificateFile, let key = configuration.tlsKeyFile else {
            return [Finding(.ok, "certificate", "none configured, HTTPS and RTMPS are off")]
        }
        for (name, path) in [("tls-cert", certificate), ("tls-key", key)] {
            guard let problem = FileReader.problem(path) else { continue }
            return [Finding(.fail, "certificate", "\(name): \(path) \(problem)")]
        }
        do throws(TLSError) {
            _ = try TLSContext(
                certificateFile: certificate, keyFile: key, applicationProtocols: ["h2", "http/1.1"])
        } catch {
            return [Finding(.fail, "certificate", "\(error); check tls-cert and tls-key")]
        }
        guard let facts = CertificateFacts(file: certificate) else {
            return [Finding(.fail, "certificate", "\(certificate) holds no certificate in PEM form")]
        }
        return [self.expiry(endsAt: facts.expiresAtUnixSeconds, now: time(nil)), self.kernel(configuration)]
    }

    private static func kernel(_ configuration: Configuration) -> Finding {
        let words =
            if !configuration.kernelTLS {
                "off, by kernel-tls"
            } else if KernelTLS.isOffered {
                "the kernel encrypts"
            } else {
                "not offered by this kernel, Podo encrypts itself; modprobe tls may change that"
            }
        return Finding(.ok, "kernel TLS", words)
    }

    static func expiry(endsAt end: Int, now: Int) -> Finding {
        let days = (end - now) / 86_400
        if end <= now { return Finding(.fail, "certificate", "has ended: renew it, then send Podo SIGHUP") }
        if days < self.expiryWarningDays {
            return Finding(.warn, "certificate", "ends in \(days) days: renew it, then send Podo SIGHUP")
        }
        return Finding(.ok, "certificate", "matches its key, ends in \(days) days")
    }
}
