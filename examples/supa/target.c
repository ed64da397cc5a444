/* SPDX-License-Identifier: MIT */
#include "target.h"

#include "fail.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The partial file of a command that is interrupted goes with it. */
static const char *volatile partial_file;

static void interrupted(int number)
{
    if (partial_file != NULL)
        unlink(partial_file);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* A signal that is ignored, as nohup has it, stays so. */
static void watch_signals(const char *partial)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = interrupted}, before;

    partial_file = partial;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

static int cannot(const char *path)
{
    return trouble("%s: %s", path, strerror(errno));
}

static void forget(struct target *target)
{
    free(target->final);
    free(target->partial);
    target->final = target->partial = NULL;
}

static int open_in_place(struct target *target)
{
    forget(target);
    target->stream = fopen(target->path, "we");
    return target->stream != NULL ? 0 : cannot(target->path);
}

static mode_t mode_of_new_file(void)
{
    const mode_t mask = umask(0);

    umask(mask);
    return 0666 & ~mask;
}

/* As the file that it replaces. A group that this process may not give it gets no right to it. */
static int take_after(int fd, const struct stat *old)
{
    if (old == NULL)
        return fchmod(fd, mode_of_new_file());
    if (fchown(fd, old->st_uid, old->st_gid) != 0)
        return fchmod(fd, old->st_mode & 0707);
    return fchmod(fd, old->st_mode & 0777);
}

static int open_beside(struct target *target, const struct stat *old)
{
    struct text partial = {0};
    int fd;

    text_puts(&partial, target->final);
    text_puts(&partial, ".XXXXXX");
    target->partial = partial.data;
    fd = mkostemp(target->partial, O_CLOEXEC);
    if (fd < 0) /* the folder takes no other file, but this one may be writable */
        return old != NULL ? open_in_place(target) : cannot(target->path);
    watch_signals(target->partial);
    target->stream = take_after(fd, old) == 0 ? fdopen(fd, "w") : NULL;
    if (target->stream != NULL)
        return 0;
    unlink(target->partial);
    return cannot(target->path);
}

/* One of somebody else's would become this process's own. */
static int can_be_replaced(const char *path, const struct stat *facts)
{
    return S_ISREG(facts->st_mode) && access(path, W_OK) == 0 &&
           (facts->st_uid == geteuid() || geteuid() == 0);
}

int target_open(struct target *target, const char *path)
{
    struct stat facts;
    int is_there, status;

    *target = (struct target){.stream = stdout};
    if (path == NULL || strcmp(path, "-") == 0)
        return 0;
    target->path = path;
    is_there = stat(path, &facts) == 0;
    if (is_there && !can_be_replaced(path, &facts))
        return open_in_place(target);
    target->final = is_there ? realpath(path, NULL) : copy_of(path, strlen(path));
    if (target->final == NULL)
        return cannot(path);
    status = open_beside(target, is_there ? &facts : NULL);
    if (status != 0)
        forget(target);
    return status;
}

static int finish(struct target *target)
{
    const int is_written = fflush(target->stream) == 0 && !ferror(target->stream) &&
                           (target->partial == NULL || fsync(fileno(target->stream)) == 0);

    if (fclose(target->stream) != 0 || !is_written)
        return cannot(target->path);
    if (target->partial != NULL && rename(target->partial, target->final) != 0)
        return cannot(target->path);
    return 0;
}

int target_close(struct target *target, int status)
{
    if (target->path == NULL || target->stream == NULL)
        return status;
    if (status == 0)
        status = finish(target);
    else
        fclose(target->stream);
    partial_file = NULL;
    if (status != 0 && target->partial != NULL)
        unlink(target->partial);
    forget(target);
    return status;
}

int target_open_private(struct target *target, const char *path, const char *what)
{
    struct stat facts;
    int fd;

    *target = (struct target){.stream = stdout};
    if (path == NULL || strcmp(path, "-") == 0) {
        if (fstat(STDOUT_FILENO, &facts) == 0 && S_ISREG(facts.st_mode) &&
            (facts.st_mode & 077) != 0)
            return misuse(
                strcmp(what, "plaintext") == 0 ? "umask 077 first"
                                               : "umask 077 first, or --to FILE",
                "others may read the file that the %s would go to", what);
        return 0;
    }
    target->path = path;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    target->stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    return target->stream != NULL ? 0 : cannot(path);
}
