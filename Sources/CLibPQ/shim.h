#pragma once
#include <libpq-fe.h>
#include <openssl/ssl.h>

// Character macros of libpq as numbers.

static const int podo_pg_diag_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int podo_pg_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int podo_pg_diag_constraint = PG_DIAG_CONSTRAINT_NAME;
static const int podo_pg_diag_column = PG_DIAG_COLUMN_NAME;
static const int podo_pg_diag_source_function = PG_DIAG_SOURCE_FUNCTION;

// Bytes that are decrypted and not yet taken by PQconsumeInput: no descriptor tells of them.
static inline int podo_pg_tls_pending(PGconn *connection) {
    SSL *tls = (SSL *)PQsslStruct(connection, "OpenSSL");
    return tls == NULL ? 0 : SSL_pending(tls);
}

// libpq reports by a callback what a server says beside its answers. Nobody reads it.
static inline void podo_pg_ignore_notice(void *context, const PGresult *notice) {
    (void)context;
    (void)notice;
}

static inline void podo_pg_silence(PGconn *connection) {
    PQsetNoticeReceiver(connection, podo_pg_ignore_notice, NULL);
}
