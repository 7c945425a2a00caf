/* Preloaded into Podo: a disk that is full or slow when a file says so.
 *
 * The file that FAULTY_DISK names holds words: "full" (nothing can be written any more), "broken" (an error of the
 * device instead), "slow" (2 s until what was written is on the disk). Without it everything works. Only files of
 * recordings are touched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int says(const char *word) {
    const char *path = getenv("FAULTY_DISK");
    FILE *file = path ? fopen(path, "re") : NULL;
    if (!file) return 0;
    char text[256] = "";
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[count] = 0;
    return strstr(text, word) != NULL;
}

static int is_recording(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count < 0) return 0;
    path[count] = 0;
    return strstr(path, "/recordings/") != NULL;
}

static int refused(int descriptor) {
    if (!is_recording(descriptor)) return 0;
    if (says("full")) return ENOSPC;
    return says("broken") ? EIO : 0;
}

#define WRITE(name, offset_type)                                                              \
    ssize_t name(int descriptor, const void *bytes, size_t count, offset_type offset) {       \
        ssize_t (*real)(int, const void *, size_t, offset_type) = dlsym(RTLD_NEXT, #name);    \
        int error = refused(descriptor);                                                      \
        if (error) {                                                                          \
            errno = error;                                                                    \
            return -1;                                                                        \
        }                                                                                     \
        return real(descriptor, bytes, count, offset);                                        \
    }

WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

int fdatasync(int descriptor) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    int error = refused(descriptor);
    if (error) {
        errno = error;
        return -1;
    }
    if (is_recording(descriptor) && says("slow")) sleep(2);
    return real(descriptor);
}
