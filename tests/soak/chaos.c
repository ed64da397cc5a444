/* SPDX-License-Identifier: MIT */
#include "soak/chaos.h"

#include "soak/latency.h"
#include "soak/town.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The stack's own pid files are kept right, so that it goes on knowing its servers. */
#define AS_SERVER                                                                                  \
    "as=; [ \"$(id -u)\" != 0 ] || as='setpriv --reuid postgres --regid postgres "                 \
    "--clear-groups'; "
#define START_POSTGREST                                                                            \
    AS_SERVER "cd \"$STACK_DIR/run\"; "                                                            \
              "rm -f \"$(sed -n 's/^server-unix-socket = \"\\(.*\\)\"/\\1/p' "                     \
              "\"$STACK_DIR/conf/$WHAT.postgrest\")\"; "                                           \
              "$as env -i PATH=\"$PATH\" LANG=C.UTF-8 TZ=UTC \"$STACK_DIR/bin/postgrest\" "        \
              "\"$STACK_DIR/conf/$WHAT.postgrest\" </dev/null >/dev/null 2>&1 & "                  \
              "echo $! >\"$STACK_DIR/run/$WHAT.pid\""
#define RESTART_POSTGRESQL                                                                         \
    AS_SERVER "cd /; $as env LANG=C.UTF-8 \"${STACK_PG_BIN:-/usr/lib/postgresql/15/bin}/pg_ctl\" " \
              "-D \"$STACK_DIR/data\" -l \"$STACK_DIR/log/postgresql.log\" -m \"$WHAT\" -t 60 -w " \
              "restart >/dev/null"

static void wait_ms(long ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

/* A command of the shell with a word for $WHAT. Only the thread of the chaos changes the environment. */
static int shell(const char *command, const char *what)
{
    return setenv("WHAT", what, 1) == 0 && system(command) == 0 ? 0 : -1;
}

static const char *tenant_of(int turn, char name[16])
{
    snprintf(name, 16, "tenant_%d", 1 + turn % TOWN_TENANTS);
    return name;
}

static int kill_postgrest(const char *project, long ms)
{
    int failed = shell("kill -KILL \"$(cat \"$STACK_DIR/run/$WHAT.pid\")\"", project);

    wait_ms(ms);
    return shell(START_POSTGREST, project) | failed;
}

static int kill_tenant(struct chaos *chaos, int turn)
{
    char name[16];

    (void)chaos;
    return kill_postgrest(tenant_of(turn, name), 300);
}

static int kill_master(struct chaos *chaos, int turn)
{
    (void)chaos, (void)turn;
    return kill_postgrest("master", 700);
}

static int freeze_tenant(struct chaos *chaos, int turn)
{
    char name[16];
    int failed;

    (void)chaos;
    failed = shell("kill -STOP \"$(cat \"$STACK_DIR/run/$WHAT.pid\")\"", tenant_of(turn, name));
    wait_ms(700);
    return shell("kill -CONT \"$(cat \"$STACK_DIR/run/$WHAT.pid\")\"", name) | failed;
}

static int restart_postgresql(struct chaos *chaos, int turn)
{
    (void)chaos, (void)turn;
    return shell(RESTART_POSTGRESQL, "fast");
}

static int crash_postgresql(struct chaos *chaos, int turn)
{
    (void)chaos, (void)turn;
    return shell(RESTART_POSTGRESQL, "immediate");
}

static int reload_gateway(struct chaos *chaos, int turn)
{
    (void)chaos, (void)turn;
    return shell("kill -HUP \"$(cat \"$STACK_DIR/run/$WHAT.pid\")\"", "nginx");
}

/* Its connections die at once, with what is on them; the master process starts other workers. */
static int kill_gateway(struct chaos *chaos, int turn)
{
    (void)chaos, (void)turn;
    return shell(
        "pid=$(cat \"$STACK_DIR/run/$WHAT.pid\"); kill -KILL $(cat /proc/$pid/task/$pid/children)",
        "nginx");
}

/* The master may be on its way back from the event before. */
static int insist(int (*act)(supa_manager *, int, supa_error *), supa_manager *manager, int store)
{
    supa_error error;

    for (int i = 0; i < 100; i++) {
        if (act(manager, store, &error) == SUPA_OK)
            return 0;
        wait_ms(100);
    }
    fprintf(stderr, "store %d: %s\n", store, error.message);
    return -1;
}

static int rotate_wrongly(supa_manager *manager, int store, supa_error *error)
{
    static const char wrong[] = "{\"serviceRoleKey\":\"of-yesterday\"}";
    char id[40];

    return supa_store_rotate(manager, town_store(store, id), wrong, sizeof wrong - 1, NULL, error);
}

static int remove_store(supa_manager *manager, int store, supa_error *error)
{
    char id[40];
    int code = supa_store_remove(manager, town_store(store, id), NULL, error);

    return code == SUPA_ERROR_STORE_NOT_FOUND ? SUPA_OK : code; /* an attempt before did it */
}

/* The same credentials in a new envelope. */
static int rotate(struct chaos *chaos, int turn)
{
    return insist(town_put, chaos->manager, turn % TOWN_STORES);
}

static int mistake_key(struct chaos *chaos, int turn)
{
    const int store = turn % TOWN_STORES;
    int failed = insist(rotate_wrongly, chaos->manager, store);

    wait_ms(1500);
    return insist(town_put, chaos->manager, store) | failed;
}

static int move_out(struct chaos *chaos, int turn)
{
    const int store = turn % TOWN_STORES;
    int failed = insist(remove_store, chaos->manager, store);

    wait_ms(2500);
    return insist(town_put, chaos->manager, store) | failed;
}

static int forget_all(struct chaos *chaos, int turn)
{
    (void)turn;
    supa_manager_forget(chaos->workers, NULL);
    return 0;
}

static const struct {
    const char *name;
    int (*act)(struct chaos *chaos, int turn);
} events[CHAOS_EVENTS] = {
    {"tenant killed", kill_tenant},
    {"credentials rotated", rotate},
    {"tenant frozen", freeze_tenant},
    {"wrong key", mistake_key},
    {"gateway killed", kill_gateway},
    {"gateway reloaded", reload_gateway},
    {"store removed", move_out},
    {"master killed", kill_master},
    {"cache emptied", forget_all},
    {"PostgreSQL restarted", restart_postgresql},
    {"PostgreSQL crashed", crash_postgresql},
};

const char *chaos_name(int event)
{
    return events[event].name;
}

/* Ends early when all is to stop. */
static void rest(const struct chaos *chaos)
{
    const int64_t end = latency_us() + chaos->each_us;

    while (latency_us() < end && !atomic_load(chaos->stop))
        wait_ms(20);
}

void *chaos_run(void *argument)
{
    struct chaos *chaos = argument;

    rest(chaos);
    for (int turn = 0; !atomic_load(chaos->stop); turn++) {
        const int event = turn % CHAOS_EVENTS;

        if (events[event].act(chaos, turn + turn / CHAOS_EVENTS) != 0)
            chaos->failures++;
        chaos->times[event]++;
        rest(chaos);
    }
    return NULL;
}
