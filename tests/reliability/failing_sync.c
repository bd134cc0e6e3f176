/*
 * Lets every sync of a process fail with EIO while the file named by SYNC_FAILS is there; if that
 * file is not empty, only those of the database itself, as in a checkpoint.  Writes a dot to the
 * file named by SYNC_AGAIN when a log that failed so is synced again on the same descriptor.  (The
 * database's own descriptor may be: SQLite writes the pages of a failed checkpoint again first.)
 *
 * Preloaded before libc.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 65536
typedef int (*call)(int);
static char failed[MOST];

static int is_log(int file) {
    char link[64], path[2048];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path);
    return length >= 4 && strncmp(path + length - 4, "-wal", 4) == 0;
}

static int fails(int file) {
    const char *flag = getenv("SYNC_FAILS");
    struct stat told;
    if (!flag || stat(flag, &told) != 0) return 0;
    return told.st_size == 0 || !is_log(file);
}

static int synced(const char *name, int file) {
    if (file < MOST && failed[file]) {
        int note = open(getenv("SYNC_AGAIN"), O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (note >= 0 && write(note, ".", 1) == 1) close(note);
    }
    if (fails(file)) {
        if (file < MOST) failed[file] = is_log(file);
        errno = EIO;
        return -1;
    }
    return ((call)dlsym(RTLD_NEXT, name))(file);
}

int fsync(int file) { return synced("fsync", file); }
int fdatasync(int file) { return synced("fdatasync", file); }

int close(int file) {
    if (file >= 0 && file < MOST) failed[file] = 0;
    return ((call)dlsym(RTLD_NEXT, "close"))(file);
}
