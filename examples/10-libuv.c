/* SPDX-License-Identifier: MIT */
/* Many queries at once in a libuv loop, beside all else that the loop does: here, a clock that
 * ticks while the stores are asked how many products they have.
 *
 *     ./10-libuv STORE… */
#include <stdio.h>
#include <supa/adapters/uv.h>
#include <supa/supa.h>

static supa_multi *multi;
static unsigned ticks;

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
    ticks++;
}

static void on_products(void *user, supa_response *answer)
{
    if (supa_response_ok(answer))
        printf("%s: %zu products\n", (char *)user, supa_response_row_count(answer));
    else
        printf("%s: %s\n", (char *)user, supa_response_error(answer)->message);
    supa_response_free(answer);
}

static void on_lease(void *store, supa_client *shop, const supa_error *error)
{
    if (shop != NULL)
        supa_multi_add(multi, supa_select(supa_from(shop, "products"), "id"), on_products, store);
    else
        printf("%s: %s\n", (char *)store, error->message);
    supa_client_unref(shop);
}

int main(int argc, char **argv)
{
    supa_error error = {.message = "wanted: STORE…"};
    supa_manager *manager = argc > 1 ? supa_manager_from_env(&error) : NULL;
    uv_loop_t *loop = uv_default_loop();
    struct supa_uv *uv;
    uv_timer_t clock;

    multi = manager != NULL ? supa_multi_new(NULL, &error) : NULL;
    uv = multi != NULL ? supa_uv_attach(multi, loop) : NULL;
    if (uv == NULL) {
        fprintf(stderr, "10-libuv: %s\n", multi == NULL ? error.message : "no event loop");
        supa_multi_free(multi);
        supa_manager_free(manager);
        return 1;
    }
    uv_timer_init(loop, &clock);
    uv_timer_start(&clock, on_tick, 0, 1);
    uv_unref((uv_handle_t *)&clock); /* the loop ends with the last answer, not with the clock */

    for (int i = 1; i < argc; i++)
        supa_multi_lease(multi, manager, argv[i], on_lease, argv[i]);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("the clock %s\n", ticks > 1 ? "went on ticking" : "stood still");

    supa_multi_free(multi);
    supa_uv_detach(uv);
    uv_close((uv_handle_t *)&clock, NULL);
    uv_run(loop, UV_RUN_DEFAULT); /* handles end in a turn of the loop */
    supa_manager_free(manager);
    return uv_loop_close(loop) == 0 ? 0 : 1;
}
