/* SPDX-License-Identifier: MIT */
/* What the tests measure with. */
#include "bare.h"
#include "bundle.h"
#include "peer.h"
#include "peer_socket.h"
#include "process.h"
#include "timing.h"

#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CERTIFICATES = 150, SOON_MS = 5000, CALLS = 20, AFTER_US = 5000 };

static void descriptors_are_counted(void)
{
    size_t before = process_descriptors();
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    CU_ASSERT(before >= 3);
    CU_ASSERT_EQUAL(process_descriptors(), before + 1);
    close(fd);
    CU_ASSERT_EQUAL(process_descriptors(), before);
}

static void nothing(void *unused)
{
    (void)unused;
}

static void threads_are_counted(void)
{
    size_t before = process_threads();
    struct timing_call call;

    CU_ASSERT_EQUAL_FATAL(timing_start(&call, 100000, nothing, NULL), 0);
    CU_ASSERT_EQUAL(process_threads(), before + 1);
    timing_join(&call);
}

static void a_socket_that_only_the_other_side_closed_is_counted(void)
{
    struct peer *peer = PEER_START(PEER_PLAIN, PEER_SCRIPT(PEER_WAIT_GO, PEER_CLOSE));
    struct sockaddr_in address = peer_socket_address(1, peer_port(peer));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t before = process_close_wait();
    char byte;

    CU_ASSERT_EQUAL(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    CU_ASSERT_EQUAL(process_close_wait(), before);
    peer_go(peer);
    CU_ASSERT_EQUAL(recv(fd, &byte, 1, 0), 0);
    CU_ASSERT_EQUAL(process_close_wait(), before + 1);
    close(fd);
    CU_ASSERT_EQUAL(process_close_wait(), before);
    peer_stop(peer);
}

/* Two connections of one handle. */
static void two_connections(const char *url, const char *bundle, int kept, long cost[2])
{
    struct bare bare;
    size_t loads = process_store_loads();

    bare_open(&bare, url, bundle);
    curl_easy_setopt(bare.curl, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(bare.curl, CURLOPT_CA_CACHE_TIMEOUT, kept ? 60L : 0L);
    curl_easy_setopt(bare.curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(bare.curl, CURLOPT_FRESH_CONNECT, 1L);
    for (int i = 0; i < 2; i++) {
        long start = process_thread_cpu_us();

        CU_ASSERT_EQUAL(bare_ask(&bare), CURLE_OK);
        cost[i] = process_thread_cpu_us() - start;
    }
    printf(
        "\n    store %s: %ld, then %ld us of CPU, read %zu times", kept ? "kept" : "not kept",
        cost[0], cost[1], process_store_loads() - loads);
    CU_ASSERT_EQUAL(process_store_loads() - loads, kept ? 1 : 2);
    bare_close(&bare);
}

static void reading_the_trust_store_is_counted_and_costs(void)
{
    struct peer *peer =
        PEER_START(PEER_TLS, PEER_SCRIPT(PEER_READ_REQUEST, PEER_ANSWER(200, "[]"), PEER_LOOP));
    struct bundle *bundle = bundle_new(CERTIFICATES, peer_ca_file(peer));
    long kept[2], anew[2];

    CU_ASSERT_PTR_NOT_NULL_FATAL(bundle);
    two_connections(peer_url(peer), bundle_file(bundle), 1, kept);
    two_connections(peer_url(peer), bundle_file(bundle), 0, anew);
    CU_ASSERT(kept[1] * 2 < kept[0]);
    CU_ASSERT(kept[1] * 2 < anew[1]);
    bundle_free(bundle);
    peer_stop(peer);
}

static void a_call_comes_when_it_is_due(void)
{
    long late[CALLS];

    for (size_t i = 0; i < CALLS; i++) {
        long start = timing_now_us();
        struct timing_call call;

        CU_ASSERT_EQUAL_FATAL(timing_start(&call, AFTER_US, nothing, NULL), 0);
        late[i] = timing_join(&call) - start - AFTER_US;
        CU_ASSERT(late[i] >= 0);
    }
    timing_print("a call is late by", late, CALLS);
    CU_ASSERT(timing_percentile(late, CALLS, 50) < 10 * AFTER_US);
}

static void percentiles_are_of_the_sorted_values(void)
{
    long values[100];

    for (long i = 0; i < 100; i++)
        values[i] = (i * 37) % 100 + 1;
    CU_ASSERT_EQUAL(timing_percentile(values, 100, 50), 50);
    CU_ASSERT_EQUAL(timing_percentile(values, 100, 99), 99);
    CU_ASSERT_EQUAL(timing_percentile(values, 100, 100), 100);
    CU_ASSERT_EQUAL(timing_percentile(values, 100, 0), 1);
    CU_ASSERT_EQUAL(timing_percentile(values, 1, 50), 1);
}

CU_TestInfo helpers_tests[] = {
    {"descriptors are counted", descriptors_are_counted},
    {"threads are counted", threads_are_counted},
    {"a socket that only the other side closed is counted",
     a_socket_that_only_the_other_side_closed_is_counted},
    {"reading the trust store is counted, and costs", reading_the_trust_store_is_counted_and_costs},
    {"a call comes when it is due", a_call_comes_when_it_is_due},
    {"percentiles are of the sorted values", percentiles_are_of_the_sorted_values},
    CU_TEST_INFO_NULL,
};
