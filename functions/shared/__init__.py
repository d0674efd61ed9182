"""What every Lambda of this project shares: HTTP, refusals, ids, JSON, storage, telemetry."""

VERSION = "0.1.0"
