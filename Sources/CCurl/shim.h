#pragma once
#include <curl/curl.h>
#include <stdint.h>

// Variadic functions of libcurl, which Swift cannot call, as functions of one type of value each. Who calls them sees to
// it that the option takes a value of that type.

static inline CURLcode podo_curl_set_number(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode podo_curl_set_size(CURL *easy, CURLoption option, int64_t value) {
    return curl_easy_setopt(easy, option, (curl_off_t)value);
}

/// libcurl copies the text; with a null pointer the option has no value.
static inline CURLcode podo_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode podo_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode podo_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
static inline CURLcode podo_curl_set_receiver(
    CURL *easy, CURLoption option, size_t (*receive)(char *bytes, size_t size, size_t count, void *context)) {
    return curl_easy_setopt(easy, option, receive);
}

static inline CURLcode podo_curl_set_opener(
    CURL *easy, curl_socket_t (*open)(void *context, curlsocktype purpose, struct curl_sockaddr *address)) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open);
}

static inline CURLcode podo_curl_set_closer(CURL *easy, int (*close)(void *context, curl_socket_t socket)) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close);
}

static inline CURLcode podo_curl_set_before_request(
    CURL *easy,
    int (*call)(void *context, char *remote_address, char *local_address, int remote_port, int local_port)) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, call);
}

static inline CURLcode podo_curl_get_number(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode podo_curl_multi_set_number(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode podo_curl_multi_watch(
    CURLM *multi, int (*watch)(CURL *easy, curl_socket_t socket, int what, void *context, void *socket_context),
    int (*wait)(CURLM *multi, long milliseconds, void *context), void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, wait);
    if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    return code;
}
