extension Log {
    /// For whoever debugs Podo itself. The fields are not even computed when the level is off.
    package func debug(
        _ event: StaticString, _ fields: @autoclosure () -> KeyValuePairs<StaticString, LogValue> = [:]
    ) {
        guard self.isEnabled(.debug) else { return }
        self.write(.debug, event, fields())
    }

    /// What an operator wants to have read afterwards.
    package func info(_ event: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        self.write(.info, event, fields)
    }

    /// What may need someone's attention.
    package func warning(_ event: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        self.write(.warning, event, fields)
    }

    /// What did not work and should have.
    package func error(_ event: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        self.write(.error, event, fields)
    }
}
