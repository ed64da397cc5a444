/* SPDX-License-Identifier: MIT */
/**
 * @file
 * A supa_multi in a libuv loop. All is in this header; a program that includes it links libuv itself.
 *
 *     struct supa_uv *uv = supa_uv_attach(multi, uv_default_loop());
 *     supa_multi_add(multi, q, done, NULL);
 *     uv_run(uv_default_loop(), UV_RUN_DEFAULT);
 *
 * The loop ends by itself when nothing is in flight. At the end supa_multi_free, then supa_uv_detach,
 * then one more turn of the loop.
 */
#ifndef SUPA_ADAPTERS_UV_H
#define SUPA_ADAPTERS_UV_H

#include <stdlib.h>
#include <supa/multi.h>
#include <uv.h>

#ifdef __cplusplus
extern "C" {
#endif

struct supa_uv;

struct supa_uv_watch {
    uv_poll_t poll; /* the first */
    struct supa_uv_watch *next;
    struct supa_uv *uv;
    int fd;
};

struct supa_uv {
    uv_timer_t timer; /* the first */
    uv_loop_t *loop;
    supa_multi *multi; /* NULL once detached */
    struct supa_uv_watch *watches;
};

static inline void supa_uv_free_handle(uv_handle_t *handle)
{
    free(handle);
}

static inline void supa_uv_is_ready(uv_poll_t *poll, int status, int happened)
{
    struct supa_uv_watch *watch = (struct supa_uv_watch *)poll;
    int events = 0;

    if (status < 0 || (happened & UV_READABLE) != 0)
        events |= SUPA_MULTI_READ;
    if (status < 0 || (happened & UV_WRITABLE) != 0)
        events |= SUPA_MULTI_WRITE;
    if (watch->uv->multi != NULL)
        supa_multi_socket(watch->uv->multi, watch->fd, events);
}

static inline void supa_uv_time_came(uv_timer_t *timer)
{
    struct supa_uv *uv = (struct supa_uv *)timer;

    if (uv->multi != NULL)
        supa_multi_timeout(uv->multi);
}

static inline void supa_uv_forget(struct supa_uv_watch **place)
{
    struct supa_uv_watch *watch = *place;

    *place = watch->next;
    uv_poll_stop(&watch->poll);
    uv_close((uv_handle_t *)&watch->poll, supa_uv_free_handle);
}

static inline void supa_uv_on_socket(void *user, int fd, int events)
{
    struct supa_uv *uv = (struct supa_uv *)user;
    struct supa_uv_watch **place = &uv->watches, *watch;
    int wanted = 0;

    while (*place != NULL && (*place)->fd != fd)
        place = &(*place)->next;
    watch = *place;
    if (events == SUPA_MULTI_NONE) {
        if (watch != NULL)
            supa_uv_forget(place);
        return;
    }
    if (watch == NULL) {
        watch = (struct supa_uv_watch *)calloc(1, sizeof *watch);
        if (watch == NULL || uv_poll_init(uv->loop, &watch->poll, fd) != 0) {
            free(watch); /* the query ends by its deadline */
            return;
        }
        watch->uv = uv;
        watch->fd = fd;
        watch->next = uv->watches;
        uv->watches = watch;
    }
    wanted |= (events & SUPA_MULTI_READ) != 0 ? UV_READABLE : 0;
    wanted |= (events & SUPA_MULTI_WRITE) != 0 ? UV_WRITABLE : 0;
    uv_poll_start(&watch->poll, wanted, supa_uv_is_ready);
}

/* What only waits for a wake-up does not keep the loop alive: the timer does, while queries are in
 * flight. */
static inline void supa_uv_on_timer(void *user, int64_t ms)
{
    struct supa_uv *uv = (struct supa_uv *)user;

    if (ms < 0)
        uv_timer_stop(&uv->timer);
    else
        uv_timer_start(&uv->timer, supa_uv_time_came, (uint64_t)ms, 0);
}

/** Has @p loop drive @p multi. @return for supa_uv_detach; NULL as supa_multi_hooks refuses. */
static inline struct supa_uv *supa_uv_attach(supa_multi *multi, uv_loop_t *loop)
{
    struct supa_uv *uv = (struct supa_uv *)calloc(1, sizeof *uv);

    if (uv == NULL || uv_timer_init(loop, &uv->timer) != 0) {
        free(uv);
        return NULL;
    }
    uv->loop = loop;
    uv->multi = multi;
    if (supa_multi_hooks(multi, supa_uv_on_socket, supa_uv_on_timer, uv) == 0) {
        if (uv->watches != NULL) /* of supa_multi_wakeup */
            uv_unref((uv_handle_t *)&uv->watches->poll);
        return uv;
    }
    uv->multi = NULL;
    uv_close((uv_handle_t *)&uv->timer, supa_uv_free_handle);
    return NULL;
}

/** Ends it, once the multi was freed. The loop has to run once more to free its handles. */
static inline void supa_uv_detach(struct supa_uv *uv)
{
    while (uv->watches != NULL)
        supa_uv_forget(&uv->watches);
    uv->multi = NULL;
    uv_timer_stop(&uv->timer);
    uv_close((uv_handle_t *)&uv->timer, supa_uv_free_handle);
}

#ifdef __cplusplus
}
#endif

#endif
