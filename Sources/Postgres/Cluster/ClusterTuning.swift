/// How the private PostgreSQL is set up for the machine. It shares it with streams: it takes an eighth of the memory
/// for itself and counts on half of it for the files that the system keeps.
struct ClusterTuning: Equatable {
    let memoryByteCount: Int
    let coreCount: Int
    /// Room on the disk of the database, which the log of changes must not fill.
    let freeByteCount: Int

    let connectionCount: Int

    /// Names and values. Only what is no default of PostgreSQL.
    func settings(compressesLog: Bool) -> [(name: String, value: String)] {
        let megabyte = 1 << 20
        let memory = self.memoryByteCount / megabyte
        let shared = min(max(memory / 8, 32), 8192)
        let work = min(max(memory / 512, 4), 64)
        let maintenance = min(max(memory / 32, 32), 1024)
        // Recovery after a crash reads up to this much: more would make a start slow.
        let log = min(max(self.freeByteCount / megabyte / 8, 64), 2048)
        return [
            ("listen_addresses", ""),
            ("unix_socket_permissions", "0700"),
            ("max_connections", "\(self.connectionCount)"),
            ("shared_buffers", "\(shared)MB"),
            ("effective_cache_size", "\(max(memory / 2, 64))MB"),
            ("work_mem", "\(work)MB"),
            ("maintenance_work_mem", "\(maintenance)MB"),
            ("max_wal_size", "\(log)MB"),
            ("min_wal_size", "\(min(log, 32 + log / 16))MB"),
            ("wal_compression", compressesLog ? "lz4" : "off"),
            ("max_parallel_workers", "\(max(self.coreCount, 1))"),
            ("max_parallel_workers_per_gather", "\(min(max(self.coreCount / 2, 1), 2))"),
            ("random_page_cost", "1.1"),
            ("autovacuum_vacuum_scale_factor", "0.05"),
            ("autovacuum_naptime", "15s"),
            ("idle_in_transaction_session_timeout", "60s"),
            ("jit", "off"),
            ("cluster_name", "podo"),
            ("timezone", "UTC"),
        ] + Self.logging
    }

    /// To standard error, for Podo to read, and nothing that repeats what users have sent.
    private static let logging: [(name: String, value: String)] = [
        ("log_destination", "stderr"),
        ("logging_collector", "off"),
        ("log_line_prefix", ""),
        ("log_min_messages", "error"),
        ("log_min_error_statement", "panic"),
        ("log_error_verbosity", "terse"),
        ("log_checkpoints", "off"),
        ("log_autovacuum_min_duration", "-1"),
        ("log_timezone", "UTC"),
        ("lc_messages", "C"),
    ]
}
