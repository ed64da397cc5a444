/* SPDX-License-Identifier: MIT */
/* The crowd, seen with bare libcurl. */
#include "bare.h"
#include "crowd.h"
#include "timing.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HOSTS = 50, EACH = 10, SOON_MS = 5000, SHORT_MS = 200, DELAY_MS = 100 };

static struct crowd *start(const struct crowd_host *hosts, size_t n, int idle_ms)
{
    struct crowd *crowd = crowd_start(hosts, n, idle_ms);

    CU_ASSERT_PTR_NOT_NULL_FATAL(crowd);
    return crowd;
}

/* The crowd may see a client after the client is done. */
static int accepts(struct crowd *crowd, size_t i)
{
    long end = timing_now_ms() + SOON_MS;

    while (crowd_count(crowd, i, CROWD_ACCEPTED) == 0 && timing_now_ms() < end)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    return crowd_count(crowd, i, CROWD_ACCEPTED) == 1;
}

static void each_host_answers_with_its_name(void)
{
    static const struct crowd_host hosts[3] = {0};
    struct crowd *crowd = start(hosts, 3, 0);
    struct bare bare;
    char port[8];

    snprintf(port, sizeof port, ":%d", crowd_port(crowd, 2));
    CU_ASSERT_PTR_NOT_NULL(strstr(crowd_url(crowd, 2), port));
    bare_open(&bare, crowd_url(crowd, 0), NULL);
    for (size_t i = 0; i < 6; i++) {
        curl_easy_setopt(bare.curl, CURLOPT_URL, crowd_url(crowd, i % 3));
        CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
        CU_ASSERT_EQUAL(bare_status(&bare), 200);
        CU_ASSERT_STRING_EQUAL(bare.body, crowd_body(crowd, i % 3));
        CU_ASSERT_PTR_NOT_NULL(strstr(bare.body, crowd_url(crowd, i % 3) + strlen("http://")));
    }
    CU_ASSERT_STRING_NOT_EQUAL(crowd_body(crowd, 0), crowd_body(crowd, 1));
    CU_ASSERT_EQUAL(crowd_count(crowd, 1, CROWD_ACCEPTED), 1);
    CU_ASSERT_EQUAL(crowd_count(crowd, 1, CROWD_ANSWERED), 2);
    CU_ASSERT_EQUAL(crowd_sum(crowd, CROWD_ALL_ANSWERED), 6);
    CU_ASSERT_EQUAL(crowd_sum(crowd, CROWD_OPEN), 3);
    bare_close(&bare);
    crowd_stop(crowd);
}

static void bodies_are_read_and_targets_repeated(void)
{
    static const struct crowd_host host = {0};
    struct crowd *crowd = start(&host, 1, 0);
    struct curl_header *header = NULL;
    char *body = calloc(1, 200001);
    char url[80];
    struct bare bare;

    CU_ASSERT_PTR_NOT_NULL_FATAL(body);
    memset(body, 'x', 200000);
    snprintf(url, sizeof url, "%s/products?select=id", crowd_url(crowd, 0));
    bare_open(&bare, url, NULL);
    bare_method(&bare, "POST", body);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
        CU_ASSERT_STRING_EQUAL(bare.body, crowd_body(crowd, 0));
    }
    CU_ASSERT_EQUAL(
        curl_easy_header(bare.curl, "Content-Location", 0, CURLH_HEADER, -1, &header), CURLHE_OK);
    CU_ASSERT_STRING_EQUAL(header->value, "/products?select=id");
    CU_ASSERT_EQUAL(crowd_count(crowd, 0, CROWD_ACCEPTED), 1);
    bare_close(&bare);
    crowd_stop(crowd);
    free(body);
}

static void a_dead_host_is_dead_in_its_way(void)
{
    static const struct crowd_host hosts[] = {
        {.kind = CROWD_REFUSES}, {.kind = CROWD_SILENT}, {.kind = CROWD_MUTE}};
    static const CURLcode results[] = {
        CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_OPERATION_TIMEDOUT};
    struct crowd *crowd = start(hosts, 3, 0);

    for (size_t i = 0; i < 3; i++) {
        struct bare bare;
        curl_off_t connected = 0;

        bare_open(&bare, crowd_url(crowd, i), NULL);
        curl_easy_setopt(bare.curl, CURLOPT_TIMEOUT_MS, (long)SHORT_MS);
        CU_ASSERT_EQUAL(bare_ask(&bare), results[i]);
        curl_easy_getinfo(bare.curl, CURLINFO_CONNECT_TIME_T, &connected);
        CU_ASSERT_EQUAL(connected != 0, hosts[i].kind == CROWD_MUTE);
        bare_close(&bare);
    }
    CU_ASSERT(accepts(crowd, 2));
    CU_ASSERT_EQUAL(crowd_sum(crowd, CROWD_MOST_OPEN), 1);
    CU_ASSERT_EQUAL(crowd_sum(crowd, CROWD_ALL_ANSWERED), 0);
    crowd_stop(crowd);
}

static void idle_connections_are_closed_and_busy_ones_kept(void)
{
    static const struct crowd_host hosts[2] = {[1] = {.delay_ms = 3 * DELAY_MS}};
    struct crowd *crowd = start(hosts, 2, DELAY_MS);
    struct bare bare;
    long end;

    bare_open(&bare, crowd_url(crowd, 1), NULL);
    CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
    end = timing_now_ms() + SOON_MS;
    while (crowd_sum(crowd, CROWD_IDLE_CLOSED) == 0 && timing_now_ms() < end)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    CU_ASSERT_EQUAL(crowd_sum(crowd, CROWD_IDLE_CLOSED), 1);
    CU_ASSERT_EQUAL(crowd_sum(crowd, CROWD_OPEN), 0);
    bare_close(&bare);
    crowd_stop(crowd);
}

/* Drives until all are done, or no longer than SOON_MS. Returns how many ended well. */
static size_t drive(CURLM *multi, size_t all)
{
    long end = timing_now_ms() + SOON_MS;
    size_t done = 0, well = 0;
    int left = 0;

    while (done < all && timing_now_ms() < end) {
        CURLMsg *message;

        curl_multi_perform(multi, &left);
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            done++;
            well += message->data.result == CURLE_OK;
        }
        curl_multi_poll(multi, NULL, 0, 10, NULL);
    }
    return well;
}

static void hundreds_of_requests_are_in_flight_at_once(void)
{
    struct crowd_host hosts[HOSTS];
    struct bare *bares = calloc(HOSTS * EACH, sizeof *bares);
    CURLM *multi = curl_multi_init();
    struct crowd *crowd;
    long start_ms;
    size_t wrong = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(bares);
    for (size_t i = 0; i < HOSTS; i++)
        hosts[i] = (struct crowd_host){CROWD_ALIVE, 10 * DELAY_MS};
    crowd = start(hosts, HOSTS, 0);
    start_ms = timing_now_ms();
    for (size_t i = 0; i < HOSTS * EACH; i++) {
        bare_open(&bares[i], crowd_url(crowd, i % HOSTS), NULL);
        curl_multi_add_handle(multi, bares[i].curl);
    }
    CU_ASSERT_EQUAL(drive(multi, HOSTS * EACH), HOSTS * EACH);
    printf(
        "\n    %zu answers of %d hosts in %ld ms, %zu waiting at once, %zu connections",
        crowd_sum(crowd, CROWD_ALL_ANSWERED), HOSTS, timing_now_ms() - start_ms,
        crowd_sum(crowd, CROWD_MOST_WAITING), crowd_sum(crowd, CROWD_MOST_OPEN));
    CU_ASSERT(crowd_sum(crowd, CROWD_MOST_WAITING) > HOSTS * EACH / 2);
    CU_ASSERT(timing_now_ms() - start_ms < SOON_MS);
    for (size_t i = 0; i < HOSTS * EACH; i++) {
        wrong += strcmp(bares[i].body, crowd_body(crowd, i % HOSTS)) != 0;
        curl_multi_remove_handle(multi, bares[i].curl);
        bare_close(&bares[i]);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    curl_multi_cleanup(multi);
    crowd_stop(crowd);
    free(bares);
}

CU_TestInfo crowd_tests[] = {
    {"each host answers with its name", each_host_answers_with_its_name},
    {"bodies are read and targets repeated", bodies_are_read_and_targets_repeated},
    {"a dead host is dead in its way", a_dead_host_is_dead_in_its_way},
    {"idle connections are closed and busy ones kept",
     idle_connections_are_closed_and_busy_ones_kept},
    {"hundreds of requests are in flight at once", hundreds_of_requests_are_in_flight_at_once},
    CU_TEST_INFO_NULL,
};
