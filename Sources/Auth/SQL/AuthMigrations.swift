package import Postgres

/// The tables of members, in the order in which they came. Numbers 1 to 99 and, of watching, 312 to 329 are this
/// module's; what was released once is never changed, a later step changes what it made.
package enum AuthMigrations {
    package static let all: [PostgresMigration] = [
        columnsOfEverything, auditLog, members, sessions, links, mail, follows, streamKeys, sessionEpochs,
        mailRequestIndexes, social, socialEpochs, socialGrantEpochs, playback, playbackIndexes,
        playbackOfShowsThatRunLate,
    ]
}
