/// The words of mails, in Korean and in English: nobody has asked yet which of them is read.
struct MailText: Equatable, Sendable {
    let subject: String
    let text: String

    /// `detail` is the link that the mail leads to for `minuteCount` minutes, or the provider that it is about.
    init(_ kind: MailKind, name: String, detail: String, minuteCount: Int) {
        switch kind {
        case .reset:
            self.subject = "비밀번호 재설정 / Choose a new password"
            self.text = """
                \(name)님, 아래 링크에서 \(minuteCount)분 안에 새 비밀번호를 정하세요. 요청하지 않았다면 이 메일을 무시하셔도 됩니다.

                Hello \(name), choose a new password here within \(minuteCount) minutes. If you did not ask for this, \
                do nothing: your password stays as it is.

                \(detail)
                """
        case .verify:
            self.subject = "이메일 주소 확인 / Confirm your address"
            self.text = """
                \(name)님, 로그인한 상태에서 아래 링크를 \(minuteCount)분 안에 열어 이 주소가 본인의 것임을 확인해 주세요. Podo에 \
                가입한 적이 없다면 이 메일을 무시하세요.

                Hello \(name), sign in and open this link within \(minuteCount) minutes to confirm that this address \
                is yours. If you have no account at Podo, somebody has mistyped theirs: do nothing.

                \(detail)
                """
        case .passwordChanged:
            self.subject = "비밀번호가 변경되었습니다 / Your password was changed"
            self.text = """
                \(name)님의 비밀번호가 변경되어 모든 기기에서 로그아웃되었습니다. 본인이 아니라면 바로 비밀번호를 재설정하세요.

                Hello \(name), your password was changed, and you are signed out everywhere. If that was not you, ask \
                for a new password at once.
                """
        case .sessionEnded:
            self.subject = "로그인이 종료되었습니다 / A session was ended"
            self.text = """
                \(name)님, 이미 사용된 로그인 정보가 다시 제시되어 해당 로그인을 종료했습니다. 다시 로그인해 주세요. 낯선 일이라면 \
                비밀번호를 변경하세요.

                Hello \(name), somebody presented a sign-in of yours that was used before, so that sign-in was ended. \
                Please sign in again. If this is strange to you, change your password.
                """
        case .providerConnected:
            self.subject = "소셜 로그인이 연결되었습니다 / A way to sign in was connected"
            self.text = """
                \(name)님, 이제 \(detail) 계정으로 로그인할 수 있습니다. 본인이 아니라면 바로 내 정보에서 연결을 해제한 다음 새 \
                비밀번호를 정하세요.

                Hello \(name), your account can be signed in to by \(detail) now. If that was not you, disconnect \
                it in your profile at once, and then set a new password.
                """
        case .providerDisconnected:
            self.subject = "소셜 로그인 연결이 해제되었습니다 / A way to sign in was disconnected"
            self.text = """
                \(name)님, 더 이상 \(detail) 계정으로 로그인할 수 없으며 모든 기기에서 로그아웃되었습니다. 본인이 아니라면 바로 비밀번호를 재설정하세요.

                Hello \(name), your account cannot be signed in to by \(detail) any more, and you are signed out \
                everywhere. If that was not you, ask for a new password at once.
                """
        }
    }
}
