internal import FuzzProperties

/// What libFuzzer calls with each input; the property is `FLVProperty`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FLVProperty.check(UnsafeBufferPointer(start: start, count: count))
    return 0
}
