/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS (900 * 1000)
#define FEW         100
#define MANY        600
#define MAX_WORDS   16

static void become(const char *const *command, int in, int out, int core)
{
    cpu_set_t set;

    if (core >= 0) {
        CPU_ZERO(&set);
        CPU_SET((size_t)core, &set);
        sched_setaffinity(0, sizeof set, &set);
    }
    dup2(in, 0);
    dup2(out, 1);
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    execvp(command[0], (char *const *)(const void *)command);
    printf("error %s cannot be started\n", command[0]);
    fflush(stdout);
    _exit(127);
}

static int read_line(struct worker *worker, char *line, int size)
{
    struct pollfd ready = {.fd = fileno(worker->from), .events = POLLIN};

    if (poll(&ready, 1, PATIENCE_MS) != 1) {
        snprintf(worker->why, sizeof worker->why, "no answer in %d s", PATIENCE_MS / 1000);
        return -1;
    }
    if (fgets(line, size, worker->from) == NULL) {
        snprintf(worker->why, sizeof worker->why, "it ended without a word");
        return -1;
    }
    if (strncmp(line, "error ", 6) == 0) {
        snprintf(worker->why, sizeof worker->why, "%.*s", (int)strcspn(line + 6, "\n"), line + 6);
        return -1;
    }
    return 0;
}

int worker_start(struct worker *worker, const char *const *command, int core)
{
    int to[2], from[2];
    char line[512];

    memset(worker, 0, sizeof *worker);
    if (pipe(to) != 0 || pipe(from) != 0) {
        snprintf(worker->why, sizeof worker->why, "no pipe");
        return -1;
    }
    fflush(NULL);
    worker->pid = fork();
    if (worker->pid == 0)
        become(command, to[0], from[1], core);
    close(to[0]);
    close(from[1]);
    worker->to = fdopen(to[1], "w");
    worker->from = fdopen(from[0], "r");
    setvbuf(worker->from, NULL, _IONBF, 0); /* poll would not see what stdio holds */
    if (worker->pid < 0 || read_line(worker, line, sizeof line) != 0)
        return -1;
    if (sscanf(line, "ready %ld", &worker->sent) != 1) {
        snprintf(worker->why, sizeof worker->why, "not ready: %.100s", line);
        return -1;
    }
    return 0;
}

int worker_run(struct worker *worker, long count, struct sample *sample)
{
    char line[512];
    double *of = sample->of;

    memset(sample, 0, sizeof *sample);
    fprintf(worker->to, "run %ld\n", count);
    fflush(worker->to);
    if (read_line(worker, line, sizeof line) != 0)
        return -1;
    if (sscanf(
            line, "ok %lf %lf %lf %lf %lf", &of[CPU], &of[WALL], &of[RSS], &of[PEAK], &of[VALUE]) !=
        5) {
        snprintf(worker->why, sizeof worker->why, "not an answer: %.100s", line);
        return -1;
    }
    of[CPU] /= (double)count;
    of[WALL] /= (double)count;
    return 0;
}

/* At the end of its input a side ends by itself; one that does not answer is ended. */
void worker_stop(struct worker *worker)
{
    if (worker->to != NULL)
        fclose(worker->to);
    if (worker->from != NULL)
        fclose(worker->from);
    if (worker->pid > 0) {
        for (int i = 0; i < 100; i++) {
            if (waitpid(worker->pid, NULL, WNOHANG) == worker->pid) {
                worker->pid = 0;
                break;
            }
            usleep(20000);
        }
    }
    if (worker->pid > 0) {
        kill(worker->pid, SIGKILL);
        waitpid(worker->pid, NULL, 0);
    }
    memset(worker, 0, offsetof(struct worker, why));
}

static double count_once(const char *const *command, int runs)
{
    char line[4096] = "", text[512];
    double counted = -1;
    FILE *valgrind;
    size_t length;

    length = (size_t)snprintf(
        line, sizeof line,
        "valgrind --tool=callgrind --callgrind-out-file=/dev/null '%s' '%s' --once %d", command[0],
        command[1], runs);
    for (int i = 2; i < MAX_WORDS && command[i] != NULL; i++)
        length += (size_t)snprintf(line + length, sizeof line - length, " '%s'", command[i]);
    snprintf(line + length, sizeof line - length, " 2>&1 >/dev/null");
    valgrind = popen(line, "r");
    while (valgrind != NULL && fgets(text, sizeof text, valgrind) != NULL) {
        const char *found = strstr(text, "Collected : ");

        if (found != NULL)
            counted = atof(found + 12);
    }
    return valgrind != NULL && pclose(valgrind) == 0 ? counted : -1;
}

double worker_instructions(const char *const *command, char *why, size_t size)
{
    double few = count_once(command, FEW), many = few < 0 ? -1 : count_once(command, MANY);

    if (many < 0) {
        snprintf(why, size, "callgrind did not count %s %s", command[0], command[1]);
        return -1;
    }
    return (many - few) / (MANY - FEW);
}
