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
/// A file in memory, without a name, that is closed when another program is started; -1 when there is none to be had.
int podo_memory_file(const char *label);
/// Takes the pages of a range of a file away; what reads it afterwards reads zeros. 0, or -1.
int podo_punch_hole(int file, off_t offset, off_t count);
/// Names the calling thread, 15 bytes at most.
void podo_thread_name(const char *name);
