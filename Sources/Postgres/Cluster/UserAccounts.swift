internal import Glibc

/// An entry of the list of users.
struct UserAccount: Equatable, Sendable {
    let name: String
    let user: uid_t
    let group: gid_t
}

/// The list of users, as far as it is asked.
protocol UserAccounts {
    func account(name: String) -> UserAccount?
    func account(user: uid_t) -> UserAccount?
}

/// The users of this machine.
struct SystemAccounts: UserAccounts {
    /// Room for one entry; one that is larger is as good as missing.
    private static let entryByteCountMax = 16 * 1024

    func account(name: String) -> UserAccount? {
        self.find { entry, bytes, result in
            getpwnam_r(name, entry, bytes, Self.entryByteCountMax, result)
        }
    }

    func account(user: uid_t) -> UserAccount? {
        self.find { entry, bytes, result in
            getpwuid_r(user, entry, bytes, Self.entryByteCountMax, result)
        }
    }

    private func find(
        _ look: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> CInt
    ) -> UserAccount? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Self.entryByteCountMax) { bytes in
            var entry = passwd()
            var result: UnsafeMutablePointer<passwd>?
            guard let start = bytes.baseAddress, look(&entry, start, &result) == 0, let result,
                let name = result.pointee.pw_name
            else { return nil }
            return UserAccount(
                name: String(cString: name), user: result.pointee.pw_uid, group: result.pointee.pw_gid)
        }
    }
}
