/* SPDX-License-Identifier: MIT */
/* What this library is for: an HTTP service that finds out for each request which store its host
 * name belongs to, and answers with that store's products; on a pool of threads.
 *
 *     ./17-http-service 8080 &  curl -H 'Host: www.tulip.example' http://127.0.0.1:8080/ */
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <supa/fluent.h>
#include <supa/supa.h>

/* The host's store is found on the master once, and then known: a request costs one query. The
 * answer is the products, or whichever error there was first. */
static supa_response *products_of(supa_manager *manager, const char *host)
{
    supa_error error;
    supa_client *shop = supa_manager_lease_host(manager, host, &error);
    supa_response *answer;

    if (shop == NULL)
        return supa_response_of_error(&error);
    answer = SUPA_RUN(
        shop, from("products"), select("slug,price"), eq("status", "active"),
        order("slug", SUPA_ASC), limit(24), timeout(2000));
    supa_client_unref(shop);
    return answer;
}

/* A host that is nobody's, and a store that is off, are nothing that is found here. */
static unsigned status_of(const supa_error *error)
{
    if (error->code == SUPA_ERROR_HOST_NOT_FOUND || error->code == SUPA_ERROR_ARGUMENT ||
        error->code == SUPA_ERROR_STORE_INACTIVE || error->code == SUPA_ERROR_STORE_SUSPENDED)
        return MHD_HTTP_NOT_FOUND;
    return error->retryable ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_BAD_GATEWAY;
}

static void release(void *answer)
{
    supa_response_free(answer);
}

/* Called on any thread of the pool: the manager is shared, all else is the request's own. The
 * rows go out as the bytes that came in; an error's text is for the log, its name for others. */
static enum MHD_Result serve(
    void *manager, struct MHD_Connection *to, const char *path, const char *method,
    const char *version, const char *data, size_t *size, void **state)
{
    const char *host = MHD_lookup_connection_value(to, MHD_HEADER_KIND, "Host");
    struct MHD_IoVec body = {0};
    struct MHD_Response *reply;
    supa_response *answer;
    const supa_error *error;
    enum MHD_Result result;

    (void)path, (void)method, (void)version, (void)data, (void)size;
    if (*state == NULL) { /* called with the headers first, then for the answer */
        *state = manager;
        return MHD_YES;
    }
    answer = products_of(manager, host);
    error = supa_response_error(answer);
    body.iov_base = supa_response_body(answer, &body.iov_len);
    if (error != NULL) {
        fprintf(stderr, "%s\n", error->message);
        body.iov_base = supa_code_name((supa_code)error->code);
        body.iov_len = strlen(body.iov_base);
    }
    reply = MHD_create_response_from_iovec(&body, 1, release, answer);
    MHD_add_response_header(
        reply, MHD_HTTP_HEADER_CONTENT_TYPE, error != NULL ? "text/plain" : "application/json");
    result = MHD_queue_response(to, error != NULL ? status_of(error) : MHD_HTTP_OK, reply);
    MHD_destroy_response(reply);
    return result;
}

int main(int argc, char **argv)
{
    supa_error error;
    supa_manager *manager = supa_manager_from_env(&error);
    struct MHD_Daemon *daemon = NULL;
    sigset_t end;

    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &end, NULL); /* also in the threads of the pool */
    if (manager != NULL && argc == 2)
        daemon = MHD_start_daemon(
            MHD_USE_INTERNAL_POLLING_THREAD, (uint16_t)strtoul(argv[1], NULL, 10), NULL, NULL,
            serve, manager, MHD_OPTION_THREAD_POOL_SIZE, 8u, MHD_OPTION_END);
    if (daemon != NULL && sigwait(&end, &(int){0}) == 0)
        MHD_stop_daemon(daemon);
    else
        fprintf(stderr, "17-http-service: %s\n", manager ? "wanted: a free PORT" : error.message);
    supa_manager_free(manager);
    return daemon != NULL ? 0 : 1;
}
