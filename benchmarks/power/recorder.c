/*
 * Records what a process writes to the files of one folder, in order, and when it was synced.
 *
 * Preloaded before libc.  POWER_FOLDER names the folder, POWER_TRACE the record.  Each entry:
 * kind (1 byte), length of the name (2), name, offset (8), length (4), bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;
static char folder[1024];
static size_t folder_length;

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))
typedef ssize_t (*pwrite_type)(int, const void *, size_t, off_t);
typedef ssize_t (*write_type)(int, const void *, size_t);
typedef int (*sync_type)(int);
typedef int (*truncate_type)(int, off_t);
typedef int (*unlink_type)(const char *);

static void put(const void *bytes, size_t length) {
    static write_type real;
    if (!real) real = REAL("write", write_type);
    while (length > 0) {
        ssize_t done = real(trace, bytes, length);
        if (done <= 0) abort();
        bytes = (const char *)bytes + done;
        length -= done;
    }
}

static void start(void) {
    const char *where = getenv("POWER_FOLDER"), *to = getenv("POWER_TRACE");
    if (trace != -1 || !where || !to) return;
    snprintf(folder, sizeof folder, "%s/", where);
    folder_length = strlen(folder);
    trace = open(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (trace < 0) abort();
}

/* The name inside the folder, or NULL for every other file. */
static const char *name_of(int file, char *into, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, into, size - 1);
    if (length <= 0) return NULL;
    into[length] = 0;
    start();
    if (trace == -1 || strncmp(into, folder, folder_length) != 0) return NULL;
    return into + folder_length;
}

static void note(char kind, const char *name, uint64_t offset, const void *bytes, uint32_t length) {
    uint16_t named = strlen(name);
    put(&kind, 1);
    put(&named, 2);
    put(name, named);
    put(&offset, 8);
    put(&length, 4);
    if (bytes) put(bytes, length);
}

static ssize_t positioned(const char *call, int file, const void *bytes, size_t length, off_t at) {
    char path[2048];
    const char *name = name_of(file, path, sizeof path);
    pwrite_type real = REAL(call, pwrite_type);
    if (!name) return real(file, bytes, length, at);
    pthread_mutex_lock(&turn);
    ssize_t done = real(file, bytes, length, at);
    if (done > 0) note('w', name, at, bytes, done);
    pthread_mutex_unlock(&turn);
    return done;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
    return positioned("pwrite", file, bytes, length, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off_t at) {
    return positioned("pwrite64", file, bytes, length, at);
}

static int synced(const char *call, int file) {
    char path[2048];
    const char *name = name_of(file, path, sizeof path);
    sync_type real = REAL(call, sync_type);
    if (!name) return real(file);
    pthread_mutex_lock(&turn);
    int done = real(file);
    if (done == 0) note('s', name, 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int fsync(int file) { return synced("fsync", file); }
int fdatasync(int file) { return synced("fdatasync", file); }

static int cut(const char *call, int file, off_t length) {
    char path[2048];
    const char *name = name_of(file, path, sizeof path);
    truncate_type real = REAL(call, truncate_type);
    if (!name) return real(file, length);
    pthread_mutex_lock(&turn);
    int done = real(file, length);
    if (done == 0) note('t', name, length, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int ftruncate(int file, off_t length) { return cut("ftruncate", file, length); }
int ftruncate64(int file, off_t length) { return cut("ftruncate64", file, length); }

int unlink(const char *path) {
    unlink_type real = REAL("unlink", unlink_type);
    start();
    if (trace == -1 || strncmp(path, folder, folder_length) != 0) return real(path);
    pthread_mutex_lock(&turn);
    int done = real(path);
    if (done == 0) note('u', path + folder_length, 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}
