package import Observability

extension Recordings {
    /// Everything that `figures` has, by name.
    package func register(in registry: MetricsRegistry) {
        registry.sampledCounter("podo_recording_bytes_total", help: "Media of recordings that the disk has taken.") {
            [weak self] in Double(self?.figures.recordedByteCount ?? 0)
        }
        registry.sampledCounter("podo_recording_segments_total", help: "Segments that the disk has taken.") {
            [weak self] in Double(self?.figures.recordedSegmentCount ?? 0)
        }
        registry.sampledCounter("podo_recording_lost_segments_total", help: "Segments that are gaps in a recording.") {
            [weak self] in Double(self?.figures.lostSegmentCount ?? 0)
        }
        registry.sampledCounter("podo_recording_syncs_total", help: "Times that recording waited for the disk.") {
            [weak self] in Double(self?.figures.syncCount ?? 0)
        }
        registry.sampledCounter("podo_recording_sync_seconds_total", help: "How long recording waited for the disk.") {
            [weak self] in self?.figures.syncSeconds ?? 0
        }
        registry.sampledGauge("podo_recording_queue_bytes", help: "Media that waits for the disk.") {
            [weak self] in Double(self?.figures.queuedByteCount ?? 0)
        }
        registry.sampledGauge("podo_recording_stored_bytes", help: "What all recordings take on the disk.") {
            [weak self] in Double(self?.figures.storedByteCount ?? 0)
        }
        for reason in RecordingFailure.reasons + ["other"] {
            registry.sampledCounter(
                "podo_recording_failures_total", help: "Writes of recordings that failed.",
                labels: ["reason": reason.description]
            ) { [weak self] in
                let failures = self?.figures.failures ?? []
                return Double(failures.first { $0.reason.description == reason.description }?.count ?? 0)
            }
        }
    }
}
