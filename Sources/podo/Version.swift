/// What `podo --version` and `/statusz` say.
enum PodoVersion {
    static let text = "0.1.0"
}
