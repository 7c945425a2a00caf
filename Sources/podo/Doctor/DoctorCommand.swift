/// `podo doctor`: looks at the machine with the eyes of `serve`, changes nothing, and says what to do.
enum DoctorCommand {
    static func run(_ loaded: LoadedConfiguration) -> Int32 {
        let findings = self.findings(loaded.configuration)
        let isSaid = Terminal.say(self.table(findings))
        let isWell = !findings.contains { $0.verdict == .fail }
        return isSaid && isWell ? PodoCommand.Exit.done : PodoCommand.Exit.failed
    }

    static func findings(_ configuration: Configuration) -> [Finding] {
        let data = DataDirectoryCheck(configuration.dataDirectory)
        return MachineCheck.libraries() + MachineCheck.limits(configuration) + [MachineCheck.clock()]
            + data.findings() + [PagesCheck.finding(configuration)]
            + DatabaseCheck.findings(
                configuration, runningPID: data.holder, environment: ProcessEnvironment.all())
            + NetworkCheck.ports(configuration, runningPID: data.holder) + NetworkCheck.security(configuration)
            + NetworkCheck.streamKeys(configuration)
    }

    static func table(_ findings: [Finding]) -> String {
        let width = findings.map(\.subject.count).max() ?? 0
        let lines = findings.map { finding in
            let verdict = finding.verdict.rawValue
            return verdict + String(repeating: " ", count: 6 - verdict.count) + finding.subject
                + String(repeating: " ", count: width - finding.subject.count + 2) + finding.detail
        }
        let failed = findings.count { $0.verdict == .fail }
        let warned = findings.count { $0.verdict == .warn }
        let summary =
            switch (failed, warned) {
            case (0, 0): "All is well."
            case (0, _): "Podo can run; \(warned) to look at."
            default: "Podo cannot run as configured: \(failed) to mend, \(warned) to look at."
            }
        return lines.joined(separator: "\n") + "\n" + summary
    }
}
