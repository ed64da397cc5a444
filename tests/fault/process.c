/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <dirent.h>
#include <dlfcn.h>
#include <openssl/x509_vfy.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CLOSE_WAIT = 8 };

static atomic_size_t store_loads;

/* Entries of a folder of /proc; the one that reads it is not counted among descriptors. */
static size_t entries(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    size_t n = 0;

    if (folder == NULL)
        return 0;
    while ((entry = readdir(folder)) != NULL)
        n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

size_t process_descriptors(void)
{
    return entries("/proc/self/fd") - 1;
}

size_t process_threads(void)
{
    return entries("/proc/self/task");
}

/* Whether one of the process' descriptors is this socket. */
static int is_ours(unsigned long inode)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;
    char wanted[40], path[280], target[40];
    int found = 0;

    snprintf(wanted, sizeof wanted, "socket:[%lu]", inode);
    while (folder != NULL && !found && (entry = readdir(folder)) != NULL) {
        ssize_t length;

        snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
        length = readlink(path, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = '\0';
        found = strcmp(target, wanted) == 0;
    }
    if (folder != NULL)
        closedir(folder);
    return found;
}

/* The lines are: number, two addresses, the state in hex, five more fields, the inode. */
static size_t close_wait_of(const char *table)
{
    FILE *file = fopen(table, "r");
    char line[300];
    size_t n = 0;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        unsigned state;
        unsigned long inode;

        if (sscanf(line, " %*s %*s %*s %x %*s %*s %*s %*s %*s %lu", &state, &inode) == 2 &&
            state == CLOSE_WAIT && is_ours(inode))
            n++;
    }
    if (file != NULL)
        fclose(file);
    return n;
}

size_t process_close_wait(void)
{
    return close_wait_of("/proc/self/net/tcp") + close_wait_of("/proc/self/net/tcp6");
}

size_t process_store_loads(void)
{
    return atomic_load(&store_loads);
}

__attribute__((visibility("default"))) int X509_STORE_load_file(X509_STORE *store, const char *file)
{
    union {
        void *object;
        int (*function)(X509_STORE *, const char *);
    } next = {dlsym(RTLD_NEXT, "X509_STORE_load_file")};

    atomic_fetch_add(&store_loads, 1);
    return next.function(store, file);
}

long process_thread_cpu_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}
