/* SPDX-License-Identifier: MIT */
/* Parent and child of a fork: neither ever sees the other's rows. */
#include "ask.h"
#include "crowd.h"
#include "timing.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Under a sanitizer a fork takes a hundred times as long. */
enum { ROUNDS = ASK_SLOW ? 100 : 1000, QUERIES = 2, ROWS = 5000 };

#define ROW "{\"id\":1,\"name\":\"a lamp that is so large that its row takes some room\"}"

/* Asks for a number; 1 when the answer is to this very question: the server repeats it. */
static int asks_well(supa_client *client, int number)
{
    char wanted[40];
    supa_response *response = supa_execute(supa_eq(ask_read(client), "id", supa_int(number)));
    const char *location = supa_response_header(response, "Content-Location");
    int well;

    snprintf(wanted, sizeof wanted, "id=eq.%d", number);
    well = supa_response_ok(response) && location != NULL && strstr(location, wanted) != NULL &&
           strlen(strstr(location, wanted)) == strlen(wanted);
    supa_response_free(response);
    return well;
}

/* In the child: what it was left with is refused and may be freed; its own client works. 0 when so. */
static int be_child(supa_client *parents, supa_multi *multi, const char *url, int number)
{
    supa_client_options options = ask_options(url, NULL);
    supa_client *own;
    supa_error error;
    int wrong = 0;

    wrong |= supa_exec(ask_read(parents), &error) != SUPA_ERROR_ARGUMENT ? 1 : 0;
    wrong |= ask(ASK_ROWS, ask_read(parents), &error) != SUPA_ERROR_ARGUMENT ? 2 : 0;
    wrong |= supa_multi_poll(multi, 0) != -1 ? 4 : 0;
    own = supa_client_new(&options, NULL);
    wrong |= own == NULL || !asks_well(own, number) ? 8 : 0;
    supa_multi_free(multi);
    supa_client_unref(parents);
    wrong |= own == NULL || !asks_well(own, number + 1) ? 16 : 0;
    supa_client_unref(own);
    return wrong;
}

static void parent_and_child_never_see_each_others_rows(void)
{
    static const struct crowd_host host = {0};
    struct crowd *crowd = crowd_start(&host, 1, 0);
    supa_client_options options = ask_options(crowd_url(crowd, 0), NULL);
    supa_client *client = ask_client(&options);
    supa_multi *multi = supa_multi_new(NULL, NULL);
    long start = timing_now_ms();
    int in_child = 0, in_parent = 0;

    CU_ASSERT(asks_well(client, 1));
    fflush(stdout);
    for (int i = 0; i < ROUNDS; i++) {
        pid_t child = fork();
        int status = -1;

        if (child == 0)
            _exit(be_child(client, multi, crowd_url(crowd, 0), 1000000 + 10 * i));
        for (int n = 0; n < QUERIES; n++)
            in_parent += !asks_well(client, 2000000 + 10 * i + n);
        waitpid(child, &status, 0);
        in_child += status != 0;
    }
    printf(
        "\n    %d rounds in %ld ms: wrong in %d children, %d times in the parent; %zu connections",
        ROUNDS, timing_now_ms() - start, in_child, in_parent,
        crowd_count(crowd, 0, CROWD_ACCEPTED));
    CU_ASSERT_EQUAL(in_child, 0);
    CU_ASSERT_EQUAL(in_parent, 0);
    /* One for each child, and the parent has kept its own. */
    CU_ASSERT_EQUAL(crowd_count(crowd, 0, CROWD_ACCEPTED), 1 + ROUNDS);
    supa_multi_free(multi);
    supa_client_unref(client);
    crowd_stop(crowd);
}

/* In the child: rows that the parent reads. */
static int close_rows(supa_rows *rows, supa_rows *pages)
{
    supa_row row;
    supa_error error;
    int wrong = 0;

    wrong |= supa_rows_next(rows, &row) ? 1 : 0;
    wrong |= supa_rows_close(rows, &error) != SUPA_ERROR_ARGUMENT ? 2 : 0;
    while (supa_rows_next(pages, &row)) /* the page that is there */
        continue;
    wrong |= supa_rows_close(pages, &error) != SUPA_ERROR_ARGUMENT ? 4 : 0;
    return wrong;
}

static void a_childs_close_of_rows_does_not_end_the_parents(unsigned flags)
{
    struct peer *peer = PEER_START(
        flags,
        PEER_SCRIPT(
            PEER_READ_REQUEST, PEER_ANSWER_HEAD(200), PEER_SEND("["),
            PEER_SEND_REPEATED(ROW ",", ROWS), PEER_WAIT_GO, PEER_SEND(ROW "]")),
        PEER_SCRIPT(
            PEER_READ_REQUEST, PEER_ANSWER(200, "[{\"id\":1},{\"id\":2}]"), PEER_READ_REQUEST,
            PEER_WAIT_GO, PEER_ANSWER(200, "[]"), PEER_LOOP));
    supa_client *client = ask_client_peer(peer);
    supa_rows *rows = supa_rows_open(ask_read(client)), *pages;
    supa_row row;
    int n = 0, status = -1;
    pid_t child;

    CU_ASSERT(supa_rows_next(rows, &row));
    pages = supa_pages(ask_read(client), 2, "id");
    CU_ASSERT(supa_rows_next(pages, &row));
    fflush(stdout);
    child = fork();
    if (child == 0)
        _exit(close_rows(rows, pages));
    waitpid(child, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    peer_go(peer);
    peer_go(peer);
    for (n = 1; supa_rows_next(rows, &row); n++)
        continue;
    CU_ASSERT_EQUAL(n, ROWS + 1);
    CU_ASSERT_EQUAL(supa_rows_close(rows, NULL), SUPA_OK);
    for (n = 1; supa_rows_next(pages, &row); n++)
        continue;
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_EQUAL(supa_rows_close(pages, NULL), SUPA_OK);
    supa_client_unref(client);
    peer_stop(peer);
}

static void closing_rows_in_a_child_does_not_disturb_its_parent(void)
{
    a_childs_close_of_rows_does_not_end_the_parents(PEER_PLAIN);
    a_childs_close_of_rows_does_not_end_the_parents(PEER_TLS);
}

CU_TestInfo fork_tests[] = {
    {"parent and child never see each other's rows, 1,000 rounds",
     parent_and_child_never_see_each_others_rows},
    {"closing rows in a child does not disturb its parent",
     closing_rows_in_a_child_does_not_disturb_its_parent},
    CU_TEST_INFO_NULL,
};
