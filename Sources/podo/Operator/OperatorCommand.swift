internal import Auth
internal import Observability
internal import Postgres
internal import Primitives

/// `podo member …` and `podo stream-key …`: what the operator alone does, beside a server that runs or without one.
enum OperatorCommand {
    private static let logFlushTime = TimeAmount.seconds(1)
    static let actor = "command-line"
    /// How long a stream key opens its stream.
    static let streamKeyTime = TimeAmount.seconds(365 * 86_400)

    static func run(_ command: CommandName, operand: String, _ loaded: LoadedConfiguration) -> Int32 {
        SignalQueue.block()
        let log = Log(level: .warning, descriptor: 2)
        defer { _ = log.flush(within: self.logFlushTime) }
        do throws(StartError) {
            let task = try self.task(command, operand, loaded.configuration)
            let session = try OperatorSession(loaded.configuration, log: log)
            defer { session.close() }
            return Terminal.say(try session.run(task)) ? PodoCommand.Exit.done : PodoCommand.Exit.failed
        } catch {
            Terminal.tell("podo: \(error.sentence)")
            return PodoCommand.Exit.failed
        }
    }

    /// What is to be done with the database, and said afterwards. Looks at the operand first.
    private static func task(
        _ command: CommandName, _ operand: String, _ configuration: Configuration
    ) throws(StartError) -> OperatorSession.Work {
        switch command {
        case .memberPromote: return try self.roleChange(to: .manager, operand)
        case .memberDemote: return try self.roleChange(to: .user, operand)
        case .memberLock: return try self.lock(true, operand)
        case .memberUnlock: return try self.lock(false, operand)
        case .memberSignOutEverybody:
            return { session in
                let count = try await session.members.signOutEverybody(actor: self.actor)
                return "Everybody is signed out: \(count) members have to sign in again."
            }
        case .memberErasures:
            return { session in try await session.members.erasures().map(String.init).joined(separator: "\n") }
        case .memberErase:
            guard let id = Int64(operand), id > 0 else {
                throw StartError("\"\(operand)\" is no number of a member; podo member erasures prints some")
            }
            return { session in
                _ = try await session.members.erase(id, actor: self.actor)
                return "Erased member \(id)."
            }
        case .streamKeyMake: return try self.streamKey(operand, configuration)
        case .serve, .migrate, .doctor, .configPrint, .openapi, .keysRotate:
            throw StartError("podo \(command.rawValue) is no command of the operator")
        }
    }

    private static func roleChange(to role: MemberRole, _ address: String) throws(StartError) -> OperatorSession.Work {
        guard let email = EmailAddress(address) else { throw StartError("\"\(address)\" is no address of an account") }
        return { session in
            guard let id = try await session.members.find(email) else {
                throw StartError("there is no account with this address: sign up first")
            }
            try await session.members.setRole(role, of: id, actor: self.actor)
            return "Member \(id) is \(role == .manager ? "a manager" : "a fan") now, and has to sign in again."
        }
    }

    /// By number too: an account that came from a provider may have no address.
    private static func lock(_ isLocked: Bool, _ operand: String) throws(StartError) -> OperatorSession.Work {
        let (email, number) = (EmailAddress(operand), Int64(operand))
        guard email != nil || number != nil else {
            throw StartError("\"\(operand)\" is neither an address of an account nor the number of a member")
        }
        return { session in
            let found = if let email { try await session.members.find(email) } else { number }
            guard let id = found else { throw StartError("there is no account with this address") }
            guard try await session.members.setLocked(isLocked, id, actor: self.actor) != nil else {
                return "Member \(id) is \(isLocked ? "locked already" : "not locked"): nothing has changed."
            }
            return isLocked
                ? "Member \(id) is locked, and signed out everywhere. podo member unlock \(id) takes it back."
                : "Member \(id) is not locked any more, and can sign in."
        }
    }

    private static func streamKey(
        _ stream: String, _ configuration: Configuration
    ) throws(StartError) -> OperatorSession.Work {
        let now = WallClock.now
        let end = WallClock(unixMilliseconds: now.unixMilliseconds + self.streamKeyTime.milliseconds)
        guard let issue = StreamKeyIssue(stream: stream, validFrom: now, validUntil: end) else {
            throw StartError("\"\(stream)\" is no name of a stream: use 1 to 64 of the characters a to z, 0 to 9 and -")
        }
        let address = configuration.rtmpListen.first.map { "\($0)" } ?? "HOST"
        return { session in
            let key = try await session.streamKeys.issue(issue, actor: self.actor)
            return """
                Publish \(stream) to this address until \(end.rfc3339). The key is shown once; one that was made for \
                this stream before is void.
                rtmp://\(address)/live/\(key.reveal())
                """
        }
    }
}
