/// What `podo --version`, `/statusz` and `podo_build_info` say.
enum PodoVersion {
    static let text = "0.1.0"
    /// The commit that was built. Nothing hands it to a build yet, and a guess would be worse than none.
    static let revision = "unknown"
}
