/// How much of a directory is taken, so that a wrong directory is told at start instead of filling the memory.
package struct StaticFilesLimits: Sendable {
    /// Folders are counted with the files.
    package var fileCountMax = 4096
    package var folderDepthMax = 16
    /// Of all that is kept in memory, compressed forms included.
    package var memoryByteCountMax = 64 * 1024 * 1024
    /// A larger file stays on the disk and is sent from there.
    package var memoryFileByteCountMax = 1024 * 1024
    /// Each of these holds a descriptor for as long as it is served.
    package var diskFileCountMax = 256
    package var diskFileByteCountMax = 1024 * 1024 * 1024

    package init() {}
}
