/// Crashes on a magic word that no seed holds: a fuzzer that does not find it within seconds sees no coverage, and
/// its silence about the other targets would mean nothing.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    var matched = 0
    for (byte, expected) in zip(input, "podo!".utf8) {
        guard byte == expected else { break }
        matched += 1
    }
    precondition(matched < 5, "the canary sings")
    return 0
}
