/// `podo keys rotate`: a new generation of the root secret. Podo takes it when it is told to read the file again.
enum KeysCommand {
    static func rotate(_ configuration: Configuration) -> Int32 {
        let file = SecretFile(configured: configuration.secretFile, dataDirectory: configuration.dataDirectory)
        do throws(StartError) {
            let number = try file.rotate()
            let text = self.text(
                number, path: file.path, holder: DataDirectory.holder(of: configuration.dataDirectory))
            return Terminal.say(text) ? PodoCommand.Exit.done : PodoCommand.Exit.failed
        } catch {
            Terminal.tell("podo: \(error.sentence)")
            return PodoCommand.Exit.failed
        }
    }

    /// `holder` is the pid of the Podo that works in the data directory, if one does.
    static func text(_ number: Int, path: String, holder: Int?) -> String {
        let next = holder.map { "Podo takes it on a signal: kill -HUP \($0)" } ?? "Podo takes it at its next start."
        return """
            Generation \(number) is in front in \(path). Back the file up, and leave the lines below as they are: \
            what they have sealed is brought under the new one in the background.
            \(next)
            """
    }
}
