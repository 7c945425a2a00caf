"""What the end-to-end scenarios and the benchmarks share: servers, clients, measures."""
