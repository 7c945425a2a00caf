#define _GNU_SOURCE
#include "CLinux.h"
#include <pthread.h>
#include <unistd.h>

int podo_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void podo_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

