/* SPDX-License-Identifier: MIT */
/* Runs the cases of hostile.h, or those whose name contains what is named on the command line, and
 * ends in the line "N passed, M failed". Of each case that failed, and with VERBOSE set of each, a
 * line tells what was wanted and what came. */
#include "hostile_workers.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
/* What is freed and kept aside would count for the memory of a case. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=2";
}
#endif

static struct {
    struct hostile_case *cases;
    char (*names)[120];
    size_t n;
    int ended_badly;
    int verbose;
} all;

static const char *code_name(int code)
{
    return code == HOSTILE_WRONG_ROW ? "WRONG ROW" : supa_code_name((supa_code)code);
}

static const char *outcome_name(int outcome)
{
    return outcome == HOSTILE_EITHER ? "not sent or unknown"
                                     : supa_outcome_name((supa_outcome)outcome);
}

static void print_wanted(const struct hostile_case *one)
{
    const struct hostile_end end = hostile_wanted(one->fault, one->request);
    const size_t delivered = hostile_delivered(one->fault, one->request);

    printf(
        "    wanted %s, %s, %s%zu delivered, at most %ld ms and %ld KB, next ok, ok, 1\n",
        code_name(end.code), outcome_name(end.outcome), one->request->writes ? "" : "at least ",
        delivered, one->result.most_ms, hostile_most_kilobytes());
}

static void print_got(const struct hostile_case *one)
{
    const struct hostile_result *got = &one->result;

    if (one->state != HOSTILE_DONE) {
        printf("    got    no end: it %s\n", one->state == HOSTILE_HUNG ? "hung" : "died");
        return;
    }
    printf(
        "    got    %s, %s, %d delivered, %ld ms, %ld KB, next %s, %s, %d%s%s\n",
        code_name(got->code), outcome_name(got->outcome), got->delivered, got->ms, got->kilobytes,
        code_name(got->next_read), code_name(got->next_write), got->next_delivered,
        got->message[0] != '\0' ? ": " : "", got->message);
}

static const struct hostile_case *case_named(const char *name)
{
    for (size_t i = 0; i < all.n; i++) {
        if (strcmp(all.names[i], name) == 0)
            return &all.cases[i];
    }
    return NULL;
}

/* Of the case that bears the test's name. */
static void judge(void)
{
    const struct hostile_case *one = case_named(CU_get_current_test()->pName);
    const char *wrong;

    if (one == NULL) {
        CU_FAIL("no case bears the test's name");
        return;
    }
    wrong = one->state == HOSTILE_DONE ? hostile_wrong(one->fault, one->request, &one->result)
                                       : "no end";
    if (wrong != NULL || all.verbose) {
        printf("\n%s: %s\n", all.names[one - all.cases], wrong != NULL ? wrong : "as wanted");
        print_wanted(one);
        print_got(one);
    }
    CU_ASSERT_PTR_NULL(wrong);
}

static void no_process_leaks(void)
{
    CU_ASSERT_EQUAL(all.ended_badly, 0);
}

static int is_named(const char *name, const char *part)
{
    return part == NULL || strstr(name, part) != NULL;
}

static void choose(const char *part)
{
    const size_t most = hostile_fault_count * HOSTILE_REQUESTS;

    all.cases = hostile_cases_new(most);
    all.names = calloc(most, sizeof *all.names);
    if (all.cases == NULL || all.names == NULL)
        abort();
    for (size_t i = 0; i < most; i++) {
        const struct hostile_fault *fault = &hostile_faults[i / HOSTILE_REQUESTS];
        const struct hostile_request *request = &hostile_requests[i % HOSTILE_REQUESTS];
        char *name = all.names[all.n];

        snprintf(name, sizeof all.names[0], "%s, when it %s", request->name, fault->name);
        if (!is_named(name, part))
            continue;
        all.cases[all.n].fault = fault;
        all.cases[all.n++].request = request;
    }
}

/* What the system's configuration of OpenSSL forbids would hide what the library allows. */
static char *allow_old_tls(void)
{
    static const char text[] = "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\n"
                               "system_default = old\n[old]\nMinProtocol = TLSv1\n"
                               "CipherString = DEFAULT:@SECLEVEL=0\n";
    static char file[] = "/tmp/supa-hostile-XXXXXX";
    int fd = mkstemp(file);

    if (fd < 0 || write(fd, text, sizeof text - 1) != (ssize_t)sizeof text - 1 || close(fd) != 0 ||
        setenv("OPENSSL_CONF", file, 1) != 0)
        abort();
    return file;
}

static int add_tests(void)
{
    CU_pSuite suite = CU_add_suite("a hostile peer", NULL, NULL);

    for (size_t i = 0; suite != NULL && i < all.n; i++) {
        if (CU_add_test(suite, all.names[i], judge) == NULL)
            return -1;
    }
    if (suite == NULL || CU_add_test(suite, "no process ends badly", no_process_leaks) == NULL)
        return -1;
    return 0;
}

/* The processes of the cases are gone before. */
static void run(void)
{
    const char *file = allow_old_tls();

    all.ended_badly = hostile_cases_run(all.cases, all.n);
    unlink(file);
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
}

int main(int argc, char **argv)
{
    unsigned ran, failures;

    setvbuf(stdout, NULL, _IOLBF, 0);
    all.verbose = getenv("VERBOSE") != NULL && *getenv("VERBOSE") != '\0';
    choose(argc > 1 ? argv[1] : NULL);
    if (CU_initialize_registry() != CUE_SUCCESS || add_tests() != 0) {
        fprintf(stderr, "%s\n", CU_get_error_msg());
        return 1;
    }
    run();
    ran = CU_get_number_of_tests_run();
    failures = CU_get_number_of_tests_failed();
    CU_cleanup_registry();
    printf("%u passed, %u failed\n", ran - failures, failures);
    return failures != 0 || ran < 2;
}
