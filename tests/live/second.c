/* SPDX-License-Identifier: MIT */
#include "live/second.h"

#include "live/stack.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* PostgREST refuses requests above 50 KB, headers included. */
#define MAX_URL 46000

static char url[64];
static long process;

static void fail(const char *what)
{
    fprintf(stderr, "a second PostgREST: %s\n", what);
    exit(1);
}

/* A port that was free a moment ago. */
static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        fail("no free port");
    close(fd);
    return ntohs(address.sin_port);
}

/* The stack's own configuration without the lines that are said anew. It holds a password, so it is
 * readable by its owner only; the server runs as that one, in the directory where the stack finds it. */
static const char script[] =
    "set -eu; umask 077; cd \"$STACK_DIR\"; names=$(printf %s \"$SETTINGS\" | sed 's/ *=.*//'); "
    "{ grep -v -E \"^(server-|$(printf %s \"$names\" | paste -s -d '|' -) *=)\" "
    "conf/tenant_1.postgrest; printf %s \"$SETTINGS\"; "
    "printf 'server-host = \"127.0.0.1\"\\nserver-port = %d\\n' \"$PORT\"; } "
    ">conf/second.postgrest; "
    "chown --reference=conf/tenant_1.postgrest conf/second.postgrest; cd run; as=; "
    "[ \"$(id -u)\" != 0 ] || as='setpriv --reuid postgres --regid postgres --clear-groups'; "
    "$as env -i PATH=\"$PATH\" LANG=C.UTF-8 TZ=UTC "
    "\"$STACK_DIR/bin/postgrest\" \"$STACK_DIR/conf/second.postgrest\" "
    "</dev/null >/dev/null 2>&1 & echo $!";

static void start(const char *settings, int port)
{
    char number[16];
    FILE *shell;

    snprintf(number, sizeof number, "%d", port);
    setenv("SETTINGS", settings, 1);
    setenv("PORT", number, 1);
    shell = popen(script, "r");
    if (shell == NULL || fscanf(shell, "%ld", &process) != 1 || pclose(shell) != 0 || process <= 1)
        fail("it could not be started");
    unsetenv("SETTINGS");
    unsetenv("PORT");
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
}

const char *second_start(const char *settings)
{
    const struct timespec moment = {0, 50000000};
    supa_client *client;
    int i;

    second_stop();
    start(settings, free_port());
    client = second_client();
    for (i = 0; i < 400 && supa_client_ping(client, NULL) != SUPA_OK; i++)
        nanosleep(&moment, NULL);
    supa_client_unref(client);
    if (i == 400)
        fail("it does not answer");
    return url;
}

/* The database's socket as it is in the stack's configuration, and a link to its directory in there. */
static const char on_link[] =
    "set -eu; cd \"$STACK_DIR\"; uri=$(grep '^db-uri' conf/tenant_1.postgrest); "
    "host=$(printf %s \"$uri\" | sed 's/.*host=\\([^&]*\\).*/\\1/'); "
    "ln -sfn \"$(printf %s \"$host\" | sed 's,%2F,/,g')\" run/link; chown -h --reference=conf "
    "run/link; "
    "link=$(printf %s \"$STACK_DIR/run/link\" | sed 's,/,%2F,g'); "
    "printf '%s\\n' \"$uri\" | "
    "sed \"s,host=[^&]*,host=$link,; s,port=5432,port=5432\\&application_name=second,\"";

const char *second_start_on_link(void)
{
    char settings[1024];
    FILE *shell = popen(on_link, "r");
    size_t length = shell != NULL ? fread(settings, 1, sizeof settings - 64, shell) : 0;

    if (length == 0 || pclose(shell) != 0)
        fail("no other way to the database");
    snprintf(settings + length, sizeof settings - length, "db-channel-enabled = false\n");
    return second_start(settings);
}

void second_lose_database(void)
{
    if (system("rm \"$STACK_DIR/run/link\"") != 0)
        fail("the way to the database stays");
    stack_sql(
        "tenant_1", "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where application_name = 'second';");
}

supa_client *second_client(void)
{
    supa_client_options options = stack_options(url, stack_tenant_value(1, "SERVICE_KEY"));
    supa_client *client;

    options.rest_path = "";
    options.max_url = MAX_URL;
    client = supa_client_new(&options, NULL);
    if (client == NULL)
        fail("no client");
    return client;
}

void second_stop(void)
{
    if (process > 1)
        kill((pid_t)process, SIGTERM);
    process = 0;
}
