/* SPDX-License-Identifier: MIT */
#include "gateway.h"

#include "peer_socket.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SOON_MS = 5000, STEP_MS = 5, TRIES = 5, MOST_FILES = 1024 };

static const char *const programs[] = {
    "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/nginx/sbin/nginx", "/usr/bin/nginx"};

struct gateway {
    pid_t process;
    char program[64];
    char folder[200];
    char url[40];
};

static const char *program(void)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        if (access(programs[i], X_OK) == 0)
            return programs[i];
    }
    return NULL;
}

int gateway_is_here(void)
{
    return program() != NULL;
}

const char *gateway_url(const struct gateway *gateway)
{
    return gateway->url;
}

static int make_folder(struct gateway *gateway)
{
    const char *parent = getenv("TMPDIR");

    snprintf(
        gateway->folder, sizeof gateway->folder, "%s/supa-gateway-XXXXXX",
        parent == NULL || *parent == '\0' ? "/tmp" : parent);
    return mkdtemp(gateway->folder) == NULL ? -1 : 0;
}

static int write_configuration(const struct gateway *gateway, int port, const char *upstream)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/nginx.conf", gateway->folder);
    file = fopen(path, "w");
    if (file == NULL)
        return -1;
    fprintf(
        file,
        "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr crit;\n"
        "events { worker_connections 256; }\n"
        "http {\n  access_log off;\n  client_body_temp_path body;\n  proxy_temp_path proxy;\n"
        "  fastcgi_temp_path fastcgi;\n  uwsgi_temp_path uwsgi;\n  scgi_temp_path scgi;\n"
        "  server {\n    listen 127.0.0.1:%d;\n    location / { proxy_pass %s; }\n  }\n}\n",
        port, upstream);
    return fclose(file) == 0 ? 0 : -1;
}

/* Between fork and exec: only calls that signal handlers may make, too. */
static void become(char *const *arguments, pid_t parent)
{
    char *const environment[] = {NULL};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    for (int fd = STDERR_FILENO + 1; fd < MOST_FILES; fd++)
        close(fd);
    execve(arguments[0], arguments, environment);
    _exit(127);
}

static int start_process(struct gateway *gateway)
{
    char path[] = "nginx.conf", prefix[] = "-p", file[] = "-c", errors[] = "-e", out[] = "stderr";
    char *const arguments[] = {
        gateway->program, prefix, gateway->folder, file, path, errors, out, NULL};
    pid_t parent = getpid();

    gateway->process = fork();
    if (gateway->process == 0)
        become(arguments, parent);
    return gateway->process < 0 ? -1 : 0;
}

static int listens(int port)
{
    struct sockaddr_in address = peer_socket_address(1, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int connected = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

    close(fd);
    return connected;
}

/* 0 when it serves, −1 when it has ended, because another has got the port, or is late. */
static int await_process(struct gateway *gateway, int port)
{
    struct timespec step = {0, STEP_MS * 1000000};

    for (int i = 0; i < SOON_MS / STEP_MS; i++) {
        if (waitpid(gateway->process, NULL, WNOHANG) == gateway->process) {
            gateway->process = -1;
            return -1;
        }
        if (listens(port))
            return 0;
        nanosleep(&step, NULL);
    }
    return -1;
}

static int free_port(void)
{
    int fd = peer_socket_bound(1, 0);
    int port = fd < 0 ? 0 : peer_socket_port(fd);

    if (fd >= 0)
        close(fd);
    return port;
}

static void end_process(struct gateway *gateway)
{
    if (gateway->process <= 0)
        return;
    kill(gateway->process, SIGKILL);
    waitpid(gateway->process, NULL, 0);
    gateway->process = -1;
}

static int try_port(struct gateway *gateway, const char *upstream)
{
    int port = free_port();

    snprintf(gateway->url, sizeof gateway->url, "http://127.0.0.1:%d", port);
    if (port != 0 && write_configuration(gateway, port, upstream) == 0 &&
        start_process(gateway) == 0 && await_process(gateway, port) == 0)
        return 0;
    end_process(gateway);
    return -1;
}

static int open_gateway(struct gateway *gateway, const char *upstream)
{
    if (program() == NULL || make_folder(gateway) != 0)
        return -1;
    snprintf(gateway->program, sizeof gateway->program, "%s", program());
    for (int i = 0; i < TRIES; i++) {
        if (try_port(gateway, upstream) == 0)
            return 0;
    }
    return -1;
}

struct gateway *gateway_start(const char *upstream)
{
    struct gateway *gateway = calloc(1, sizeof *gateway);

    if (gateway == NULL)
        return NULL;
    gateway->process = -1;
    if (open_gateway(gateway, upstream) != 0) {
        gateway_stop(gateway);
        return NULL;
    }
    return gateway;
}

static int remove_one(const char *path, const struct stat *what, int type, struct FTW *where)
{
    (void)what;
    (void)type;
    (void)where;
    return remove(path);
}

void gateway_stop(struct gateway *gateway)
{
    if (gateway == NULL)
        return;
    end_process(gateway);
    if (gateway->folder[0] != '\0')
        nftw(gateway->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(gateway);
}
