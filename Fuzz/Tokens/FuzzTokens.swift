internal import FuzzProperties

/// What libFuzzer calls with each input; the property is `TokenProperty`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    TokenProperty.check(UnsafeBufferPointer(start: start, count: count))
    return 0
}
