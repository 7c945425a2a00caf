#pragma once
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Macros of OpenSSL that Swift cannot import, as functions of the same meaning.

/// Comes before every other use: loops may still run while the process exits, so OpenSSL must not tear itself down then.
/// Only the first call of a process decides that; it costs a comparison afterwards.
static inline void podo_openssl_outlives_exit(void) { OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL); }

static inline int podo_ssl_set_lowest_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline int podo_ssl_set_groups(SSL_CTX *context, const char *names) {
    return SSL_CTX_set1_groups_list(context, names);
}

static inline void podo_ssl_set_read_ahead(SSL_CTX *context) { SSL_CTX_set_read_ahead(context, 1); }

static inline void podo_ssl_release_idle_buffers(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static inline void podo_ssl_keep_no_sessions(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline void podo_ssl_set_strict_options(SSL_CTX *context) {
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                     SSL_OP_PRIORITIZE_CHACHA);
}

static inline void podo_ssl_allow_kernel_sealing(SSL *ssl) { SSL_set_options(ssl, SSL_OP_ENABLE_KTLS); }

static inline void podo_bio_retry_read(BIO *bio) { BIO_set_retry_read(bio); }

static inline void podo_bio_retry_write(BIO *bio) { BIO_set_retry_write(bio); }

static inline int podo_bio_should_retry(BIO *bio) { return BIO_should_retry(bio); }

static inline void podo_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

/// Prepares `mac` for HMAC-SHA-256 under `key`. In C because the parameters' names must outlive their construction.
static inline int podo_mac_use_sha256(EVP_MAC_CTX *mac, const unsigned char *key, size_t count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key, count),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters);
}

/// Both steps of HKDF with SHA-256 (RFC 5869) by `kdf`. In C for the same reason.
static inline int podo_kdf_derive_hkdf(
    EVP_KDF_CTX *kdf, const unsigned char *secret, size_t secret_count, const unsigned char *salt, size_t salt_count,
    const unsigned char *info, size_t info_count, unsigned char *output, size_t output_count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, secret_count),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_count),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_count),
        OSSL_PARAM_construct_end(),
    };
    return EVP_KDF_derive(kdf, output, output_count, parameters);
}

/// The public RSA key of a modulus and an exponent, which stand in the machine's own byte order. In C for the same
/// reason.
static inline int podo_pkey_from_rsa(
    EVP_PKEY_CTX *context, EVP_PKEY **key, unsigned char *modulus, size_t modulus_count, unsigned char *exponent,
    size_t exponent_count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, modulus_count),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, exponent_count),
        OSSL_PARAM_construct_end(),
    };
    return EVP_PKEY_fromdata(context, key, EVP_PKEY_PUBLIC_KEY, parameters);
}

static inline int podo_cipher_get_tag(EVP_CIPHER_CTX *context, unsigned char *tag, int count) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, count, tag);
}

/// OpenSSL reads the tag, it does not write it.
static inline int podo_cipher_set_tag(EVP_CIPHER_CTX *context, const unsigned char *tag, int count) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, count, (void *)tag);
}

/// SHA-256 after one block, from which it can go on any number of times. By the functions of old: what came after them
/// allocates, and looks its algorithm up, for every code.
static inline void podo_sha256_begin(SHA256_CTX *state, const unsigned char *block) {
    SHA256_Init(state);
    SHA256_Update(state, block, SHA256_CBLOCK);
}

/// HMAC-SHA-256 by the states that its key begins the inner and the outer hash with (RFC 2104 §4).
static inline void podo_hmac_sha256(
    const SHA256_CTX *inner, const SHA256_CTX *outer, const unsigned char *bytes, size_t count, unsigned char *code) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX state = *inner;
    SHA256_Update(&state, bytes, count);
    SHA256_Final(digest, &state);
    state = *outer;
    SHA256_Update(&state, digest, sizeof digest);
    SHA256_Final(code, &state);
}
