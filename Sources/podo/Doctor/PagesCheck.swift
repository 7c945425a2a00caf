/// Whether there is something to show to browsers.
enum PagesCheck {
    static func finding(_ configuration: Configuration) -> Finding {
        if let path = WebDirectory.find(configured: configuration.webDirectory) {
            return Finding(.ok, "pages", path)
        }
        let place = configuration.webDirectory ?? "Web"
        return Finding(.fail, "pages", "\(place)/index.html cannot be read: start Podo beside Web, or set web-dir")
    }
}
