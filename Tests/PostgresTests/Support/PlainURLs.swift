import Observability
import Primitives

@testable import Postgres

/// The URLs of test clusters hold no secret.
extension AdministrationConnection {
    convenience init(url: String, timeMax: TimeAmount = .seconds(5)) throws(AdministrationError) {
        try self.init(url: Secret(url), timeMax: timeMax)
    }
}

extension PostgresMigrator {
    init(url: String, migrations: [PostgresMigration], limits: MigrationLimits = MigrationLimits()) {
        self.init(url: Secret(url), migrations: migrations, limits: limits)
    }
}
