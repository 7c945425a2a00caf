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

/// A pipe whose ends no other program inherits: ends[0] is read without blocking, ends[1] is written.
int podo_pipe(int ends[2]);

/// A program to start: what it is, what it is given, and who it becomes.
struct podo_child {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// Becomes descriptor 0.
    int input;
    /// Becomes descriptors 1 and 2.
    int output;
    /// Becomes descriptor 3; -1 for none. Every other descriptor is closed.
    int directory;
    /// Whether it becomes `user` and `group`, without other groups.
    int drops_privileges;
    uid_t user;
    gid_t group;
    /// What it is sent when the calling thread ends, and so when the process does; 0 for nothing.
    int death_signal;
};

/// Starts it as the leader of a session of its own, in the root directory, with signals as a new program expects
/// them. Returns 0 and the pid once the program runs, or the errno of what went wrong.
int podo_spawn(const struct podo_child *child, pid_t *pid);
