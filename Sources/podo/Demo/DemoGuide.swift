internal import Observability

/// What somebody who starts a demo is told: where to look, how to publish, whom to sign in as.
enum DemoGuide {
    static func text(_ demo: DemoDocument, file: String, testPicture: Bool) -> String {
        func person(_ account: DemoAccount) -> String { "\(account.email)  \(account.password.reveal())" }
        let accounts = demo.accounts
        let fan = accounts.fans.first.map { "\n  fan      \(person($0))" } ?? ""
        let picture =
            testPicture
            ? "A test picture is published to it. Without --test-picture, publish one yourself:"
            : "Publish a test picture to it, or let --test-picture do so:"
        return """

            The demo: concert \(demo.concertID) is on sale, and its performance \(demo.scheduleID) is live. Open

              \(demo.baseURL)/

            and sign in as the fan below: take a seat, pay, which costs nothing here, and watch. \(picture)

              \(self.command(demo.publishURL))

            There are

              admin    \(person(accounts.admin))
              seller   \(person(accounts.seller))\(fan)

            All of this is in \(file), with \(accounts.fans.count) fans and \(demo.seatIDs.count) seats.

            """
    }

    /// Ends in the address, which has the stream key in it.
    static func command(_ url: String) -> String {
        "ffmpeg -re -f lavfi -i testsrc2=s=1280x720:r=25 -f lavfi -i sine=b=4 -c:v libx264 -preset veryfast -g 50 "
            + "-pix_fmt yuv420p -c:a aac -f flv \(url)"
    }
}
