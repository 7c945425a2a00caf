#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Above every descriptor that the child gets under a number of its own.
enum { SPARE_DESCRIPTOR = 16, DIRECTORY_DESCRIPTOR = 3 };

int podo_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

// Returns only when something failed, with errno set.
//
// Between fork and exec only this thread exists, and locks that other threads held stay locked for ever. So nothing
// here may allocate or lock: system calls only, and those of identity without libc, which would look for other threads.
static void become(const struct podo_child *child, pid_t parent) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);

    if (setsid() < 0 || chdir("/") != 0) return;
    int input = fcntl(child->input, F_DUPFD_CLOEXEC, SPARE_DESCRIPTOR);
    int output = fcntl(child->output, F_DUPFD_CLOEXEC, SPARE_DESCRIPTOR);
    int directory = child->directory < 0 ? -1 : fcntl(child->directory, F_DUPFD_CLOEXEC, SPARE_DESCRIPTOR);
    if (input < 0 || output < 0 || (child->directory >= 0 && directory < 0)) return;
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) return;
    if (directory >= 0 && dup2(directory, DIRECTORY_DESCRIPTOR) < 0) return;
    // A kernel without this call leaves what was opened without O_CLOEXEC, and nothing here is.
    unsigned first = directory >= 0 ? DIRECTORY_DESCRIPTOR + 1 : DIRECTORY_DESCRIPTOR;
    syscall(SYS_close_range, first, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC */);

    if (child->drops_privileges) {
        if (syscall(SYS_setgroups, 0, NULL) != 0) return;
        if (syscall(SYS_setresgid, child->group, child->group, child->group) != 0) return;
        if (syscall(SYS_setresuid, child->user, child->user, child->user) != 0) return;
    }
    // After the change of user, which clears it. A parent that has ended meanwhile sends nothing any more.
    if (child->death_signal != 0) {
        if (prctl(PR_SET_PDEATHSIG, child->death_signal) != 0) return;
        if (getppid() != parent) _exit(127);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(child->path, child->arguments, child->environment);
}

int podo_spawn(const struct podo_child *child, pid_t *pid) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return errno;
    // Out of the way of the numbers that the child gives away.
    int writer = fcntl(report[1], F_DUPFD_CLOEXEC, SPARE_DESCRIPTOR);
    int failure = writer < 0 ? errno : 0;
    close(report[1]);
    if (failure != 0) {
        close(report[0]);
        return failure;
    }

    pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t made = fork();
    if (made == 0) {
        become(child, parent);
        int reason = errno;
        ssize_t written = write(writer, &reason, sizeof reason);
        _exit(written == sizeof reason ? 127 : 126);
    }
    failure = made < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(writer);

    if (failure == 0) {
        int reason = 0;
        ssize_t count;
        do count = read(report[0], &reason, sizeof reason);
        while (count < 0 && errno == EINTR);
        if (count == sizeof reason) {
            failure = reason;
            while (waitpid(made, NULL, 0) < 0 && errno == EINTR) {}
        }
    }
    close(report[0]);
    if (failure == 0) *pid = made;
    return failure;
}
