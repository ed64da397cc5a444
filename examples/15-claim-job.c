/* SPDX-License-Identifier: MIT */
/* Workers that share a queue: each claims the oldest pending job, by an update that succeeds only
 * while it is pending, until none is left. Start several at once. The columns are in lessons.sql.
 *
 *     ./15-claim-job WORKER */
#include <stdio.h>
#include <supa/fluent.h>
#include <supa/supa.h>

static int tell(const supa_error *error)
{
    fprintf(stderr, "15-claim-job: %s\n", error->message);
    return -1;
}

/* @return 1 with the oldest pending job; 0 when there is none; -1 after an error. */
static int find(supa_client *master, char id[40], char name[64])
{
    supa_response *answer = SUPA_RUN(
        master, from("job_queue"), select("id,name"), eq("status", "pending"),
        order("created_at", SUPA_ASC), limit(1), maybe_single());
    supa_row job = supa_response_first(answer);
    int found = supa_response_ok(answer) ? (int)supa_response_row_count(answer)
                                         : tell(supa_response_error(answer));

    snprintf(id, 40, "%s", supa_row_string(job, "id", ""));
    snprintf(name, 64, "%s", supa_row_string(job, "name", ""));
    supa_response_free(answer);
    return found;
}

/* Of two that claim a job at once, PostgreSQL lets one wait for the other, and then it matches no
 * row: not pending any more. @return 1 when it is ours, 0 when another's, -1 after an error. */
static int claim(supa_client *master, const char *id, const char *worker)
{
    supa_response *answer = SUPA_RUN(
        master, from("job_queue"), update_row(), set("status", "running"), set("worker", worker),
        eq("id", id), eq("status", "pending"), returning("id"));
    int claimed = supa_response_ok(answer) ? (int)supa_response_row_count(answer)
                                           : tell(supa_response_error(answer));

    supa_response_free(answer);
    return claimed;
}

/* To write this twice does no harm, so the library may try again when an answer is lost. */
static int finish(supa_client *master, const char *id, const char *worker)
{
    supa_error error;
    supa_query *q = SUPA_QUERY(
        master, from("job_queue"), update_row(), set("status", "done"), eq("id", id),
        eq("worker", worker));

    return supa_exec(supa_idempotent(q), &error) == SUPA_OK ? 1 : tell(&error);
}

/* @return 1 while there is work; 0 when none is left; -1 after an error. A job whose claim was
 * written and whose answer was lost stays with the worker's name, for whoever looks after those. */
static int work(supa_client *master, const char *worker)
{
    char id[40], name[64];
    int found = find(master, id, name);
    int claimed = found == 1 ? claim(master, id, worker) : found;

    if (found != 1 || claimed < 0)
        return claimed;
    if (claimed == 0)
        return 1; /* another was faster: on to the next */
    printf("%s did %s\n", worker, name);
    return finish(master, id, worker);
}

int main(int argc, char **argv)
{
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    int more = 1;

    if (manager == NULL || argc != 2) {
        fprintf(stderr, "15-claim-job: %s\n", manager ? "wanted: WORKER" : error.message);
        supa_manager_free(manager);
        return 1;
    }
    while (more == 1)
        more = work(supa_manager_master(manager), argv[1]);
    supa_manager_free(manager);
    return more == 0 ? 0 : 1;
}
