#define _GNU_SOURCE
#include "CLinux.h"
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int podo_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int podo_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

void podo_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

int podo_thread_id(void) { return (int)syscall(SYS_gettid); }
