#pragma once
// What Glibc's Swift overlay leaves out. Declarations only; CLinux.c defines _GNU_SOURCE, this header must not:
// it would change the headers that other C modules see.
#include <malloc.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <sys/uio.h>

/// accept4 with SOCK_NONBLOCK | SOCK_CLOEXEC.
int podo_accept(int listener, struct sockaddr *address, socklen_t *length);
/// Names the calling thread, 15 bytes at most.
void podo_thread_name(const char *name);
