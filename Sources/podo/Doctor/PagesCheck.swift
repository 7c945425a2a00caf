/// Whether there is something to show to browsers.
enum PagesCheck {
    static func finding(_ configuration: Configuration) -> Finding {
        do throws(StartError) {
            return Finding(.ok, "pages", try WebDirectory.find(configured: configuration.webDirectory))
        } catch {
            return Finding(.fail, "pages", error.sentence)
        }
    }
}
