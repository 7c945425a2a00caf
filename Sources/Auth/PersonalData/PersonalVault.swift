package import Crypto
internal import Primitives
internal import Synchronization

/// Encrypts what is personal (AES-256-GCM), and finds an account by what is encrypted.
///
/// Every member has a `DataKey`, wrapped by the process's current key, whose number stands in front: a new key is
/// brought in by wrapping the data keys anew, without touching what they encrypt. A value is bound to its place,
/// `table|column|row`: moved to another row it cannot be read.
///
/// Everybody shares one vault, so that a root secret with a new generation reaches them all while they work.
package final class PersonalVault: Sendable {
    /// The keys of one generation of the root secret.
    package struct Generation: Sendable {
        let number: UInt8
        let box: AESGCM
        let indexKey: SecretBytes

        /// `wrapKey` has 32 bytes, `indexKey` any number.
        package init(number: UInt8, wrapKey: SecretBytes, indexKey: SecretBytes) {
            self.number = number
            self.box = AESGCM(key: wrapKey)
            self.indexKey = indexKey
        }
    }

    // The first byte of what is stored says what it is.
    private static let wrapped: UInt8 = 1
    private static let sealed: UInt8 = 2

    private let keys: Mutex<[Generation]>

    private var generations: [Generation] { self.keys.withLock { $0 } }

    /// The first is the current one; the others still open what they once sealed.
    package init(generations: [Generation]) {
        precondition(!generations.isEmpty, "there is a key to seal with")
        self.keys = Mutex(generations)
    }

    package convenience init(_ root: RootSecret) { self.init(generations: Self.generations(of: root)) }

    /// From now on the keys of this secret are in force.
    package func replaceKeys(_ root: RootSecret) {
        let generations = Self.generations(of: root)
        self.keys.withLock { $0 = generations }
    }

    private static func generations(of root: RootSecret) -> [Generation] {
        root.generations.map { generation in
            Generation(
                number: UInt8(clamping: generation.number), wrapKey: root.key(for: .personalData, in: generation),
                indexKey: root.key(for: .personalIndex, in: generation))
        }
    }

    // MARK: Keys of members

    /// A new key and its wrapped form, for the row of that member.
    package func makeDataKey(member: Int64) -> (key: DataKey, wrapped: [UInt8]) {
        let bytes = SecureRandom.bytes(DataKey.byteCount)
        return (DataKey(bytes), self.wrap(bytes, member: member))
    }

    package func unwrap(_ wrapped: [UInt8], member: Int64) throws(PersonalDataError) -> DataKey {
        DataKey(try self.unwrapBytes(wrapped, member: member))
    }

    /// The same key wrapped by the current generation; nil when it is already.
    package func rewrap(_ wrapped: [UInt8], member: Int64) throws(PersonalDataError) -> [UInt8]? {
        guard wrapped.count < 2 || wrapped[1] != self.currentNumber else { return nil }
        return self.wrap(try self.unwrapBytes(wrapped, member: member), member: member)
    }

    /// The number that current data keys begin with, in the second byte.
    package var currentNumber: UInt8 { self.generations[0].number }

    private func wrap(_ bytes: [UInt8], member: Int64) -> [UInt8] {
        let current = self.generations[0]
        let place = Self.place("member", "data_key", member)
        return [Self.wrapped, current.number] + current.box.seal(bytes, additionalData: place)
    }

    private func unwrapBytes(_ wrapped: [UInt8], member: Int64) throws(PersonalDataError) -> [UInt8] {
        guard wrapped.count > 2, wrapped[0] == Self.wrapped else { throw .damaged }
        guard let generation = self.generations.first(where: { $0.number == wrapped[1] }) else { throw .keyUnknown }
        let place = Self.place("member", "data_key", member)
        guard let bytes = generation.box.open(Array(wrapped.dropFirst(2)), additionalData: place),
            bytes.count == DataKey.byteCount
        else { throw .damaged }
        return bytes
    }

    // MARK: Values

    package func seal(
        _ text: String, with key: DataKey, table: StaticString, column: StaticString, row: Int64
    ) -> [UInt8] {
        [Self.sealed] + key.box.seal(Array(text.utf8), additionalData: Self.place(table, column, row))
    }

    package func open(
        _ sealed: [UInt8], with key: DataKey, table: StaticString, column: StaticString, row: Int64
    ) throws(PersonalDataError) -> String {
        guard sealed.first == Self.sealed,
            let bytes = key.box.open(
                Array(sealed.dropFirst()), additionalData: Self.place(table, column, row)),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw .damaged }
        return text
    }

    /// What a row of the table of members holds; the address is empty where there is none.
    func person(
        _ member: Int64, dataKey: [UInt8], name: [UInt8], email: [UInt8]?
    ) throws(PersonalDataError) -> (key: DataKey, name: String, email: String) {
        let key = try self.unwrap(dataKey, member: member)
        let name = try self.open(name, with: key, table: "member", column: "name_sealed", row: member)
        guard let email else { return (key, name, "") }
        return (key, name, try self.open(email, with: key, table: "member", column: "email_sealed", row: member))
    }

    /// Seals what outlives its member's key, under the process's.
    package func sealRetained(_ text: String, member: Int64) -> [UInt8] {
        let current = self.generations[0]
        let place = Self.place("retained.member", "record_sealed", member)
        return [Self.wrapped, current.number] + current.box.seal(Array(text.utf8), additionalData: place)
    }

    /// The same sealed by the current generation; nil when it is already.
    package func resealRetained(_ sealed: [UInt8], member: Int64) throws(PersonalDataError) -> [UInt8]? {
        guard sealed.count < 2 || sealed[1] != self.currentNumber else { return nil }
        return self.sealRetained(try self.openRetained(sealed, member: member), member: member)
    }

    package func openRetained(_ sealed: [UInt8], member: Int64) throws(PersonalDataError) -> String {
        guard sealed.count > 2, sealed[0] == Self.wrapped else { throw .damaged }
        guard let generation = self.generations.first(where: { $0.number == sealed[1] }) else { throw .keyUnknown }
        let place = Self.place("retained.member", "record_sealed", member)
        guard let bytes = generation.box.open(Array(sealed.dropFirst(2)), additionalData: place),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw .damaged }
        return text
    }

    // MARK: Indexes

    /// What an address is found by: 32 bytes that say nothing without the key. The first is what is stored today, the
    /// others what older generations may have stored.
    package func indexes(of email: EmailAddress) -> [[UInt8]] {
        let input = Array("member|email|".utf8) + Array(email.text.utf8)
        return self.generations.map { HMACSHA256.code(of: input, key: $0.indexKey) }
    }

    /// What is stored today.
    package func index(of email: EmailAddress) -> [UInt8] { self.indexes(of: email)[0] }

    private static func place(_ table: StaticString, _ column: StaticString, _ row: Int64) -> [UInt8] {
        Array("\(table)|\(column)|\(row)".utf8)
    }
}
