/* SPDX-License-Identifier: MIT */
#include "fake_tables.h"

#include "base/http_date.h"
#include "manager/manager_internal.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_ROWS = 40000 };

static const char *const tables[] = {
    "store_databases", "stores", "store_hostnames", "custom_domains_lookup"};

static void decode(const char *in, char *out, size_t size)
{
    size_t used = 0;

    for (; *in != '\0' && used + 1 < size; in++) {
        unsigned byte;

        if (*in == '%' && sscanf(in + 1, "%2x", &byte) == 1) {
            out[used++] = (char)byte;
            in += 2;
        } else {
            out[used++] = *in == '+' ? ' ' : *in;
        }
    }
    out[used] = '\0';
}

/* What stands behind @name up to one of @ends; "" when there is none. */
static void part(const char *text, const char *name, const char *ends, char *out, size_t size)
{
    const char *at = strstr(text, name);
    size_t length;

    *out = '\0';
    if (at == NULL)
        return;
    at += strlen(name);
    length = strcspn(at, ends);
    if (*at == '"') {
        at++;
        length = strcspn(at, "\"");
    }
    snprintf(out, size, "%.*s", (int)length, at);
}

static int time_order(const char *a, const char *b)
{
    if (strcmp(b, "-infinity") == 0)
        return 1;
    return strncmp(a, b, 26); /* to the microsecond; all of them are UTC */
}

struct ask {
    char table[64], above[64], at[64], id[64], key_eq[300], key_gt[64], in[16384];
    size_t limit;
    int by_time, descends;
};

static void read_ask(const char *url, struct ask *ask)
{
    static char text[16384];
    char limit[16];

    memset(ask, 0, sizeof *ask);
    decode(url, text, sizeof text);
    part(text, "/rest/v1/", "?", ask->table, sizeof ask->table);
    part(text, "updated_at=gt.", "&", ask->above, sizeof ask->above);
    if (ask->above[0] == '\0') {
        part(text, "(updated_at.gt.", ",)", ask->above, sizeof ask->above);
        part(text, "updated_at.eq.", ",)", ask->at, sizeof ask->at);
        part(text, "id.gt.", ",)", ask->id, sizeof ask->id);
    }
    part(text, "&store_id=eq.", "&", ask->key_eq, sizeof ask->key_eq);
    if (ask->key_eq[0] == '\0')
        part(text, "&hostname=eq.", "&", ask->key_eq, sizeof ask->key_eq);
    if (ask->key_eq[0] == '\0')
        part(text, "&domain=eq.", "&", ask->key_eq, sizeof ask->key_eq);
    part(text, "&store_id=gt.", "&", ask->key_gt, sizeof ask->key_gt);
    part(text, "&store_id=in.(", ")", ask->in, sizeof ask->in);
    part(text, "&limit=", "&", limit, sizeof limit);
    ask->limit = *limit != '\0' ? (size_t)atoi(limit) : SIZE_MAX;
    ask->by_time = strstr(text, "order=updated_at") != NULL;
    ask->descends = strstr(text, "updated_at.desc") != NULL;
}

static int wants(const struct ask *ask, const struct fake_row *row)
{
    if (strcmp(row->table, ask->table) != 0 ||
        (ask->key_eq[0] != '\0' && strcmp(ask->key_eq, row->key) != 0) ||
        (ask->key_gt[0] != '\0' && strcmp(row->key, ask->key_gt) <= 0) ||
        (ask->in[0] != '\0' && strstr(ask->in, row->key) == NULL))
        return 0;
    if (ask->above[0] == '\0')
        return !ask->by_time || row->updated[0] != '\0';
    return row->updated[0] != '\0' && (time_order(row->updated, ask->above) > 0 ||
                                       (ask->at[0] != '\0' && strcmp(row->updated, ask->at) == 0 &&
                                        strcmp(row->id, ask->id) > 0));
}

static int by_time(const void *a, const void *b)
{
    const struct fake_row *x = *(const struct fake_row *const *)a;
    const struct fake_row *y = *(const struct fake_row *const *)b;
    int order = strncmp(x->updated, y->updated, 26);

    return order != 0 ? order : strcmp(x->id, y->id);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(
        (*(const struct fake_row *const *)a)->key, (*(const struct fake_row *const *)b)->key);
}

/* The embedded row of stores. */
static void put_store(struct fake_tables *fake, struct buffer *out, const char *store_id)
{
    struct fake_row *store = fake_find(fake, "stores", store_id);

    buffer_puts(out, ",\"stores\":");
    if (store == NULL) {
        buffer_puts(out, "null");
        return;
    }
    buffer_puts(out, "{");
    buffer_puts(out, store->rest + 1);
    buffer_puts(out, "}");
}

static void
put_row(struct fake_tables *fake, struct buffer *out, const struct fake_row *row, const char *url)
{
    static const char *const keys[] = {"store_id", "own", "hostname", "domain"};
    size_t table = 0;

    while (strcmp(tables[table], row->table) != 0)
        table++;
    buffer_puts(out, "{\"id\":\"");
    buffer_puts(out, row->id);
    buffer_puts(out, row->updated[0] != '\0' ? "\",\"updated_at\":\"" : "\",\"updated_at\":null");
    buffer_puts(out, row->updated);
    buffer_puts(out, row->updated[0] != '\0' ? "\",\"" : ",\"");
    buffer_puts(out, keys[table]);
    buffer_puts(out, "\":\"");
    buffer_puts(out, row->key);
    buffer_puts(out, "\"");
    buffer_puts(out, row->rest);
    if (table == 0 && strstr(url, "stores(") != NULL)
        put_store(fake, out, row->key);
    buffer_puts(out, "}");
}

static void
answer(struct fake_tables *fake, const struct ask *ask, const char *url, struct buffer *out)
{
    static struct fake_row *found[MOST_ROWS];
    size_t count = 0, limit = ask->limit;

    for (size_t i = 0; i < fake->count; i++) {
        if (fake->is_deaf ? strcmp(fake->rows[i].table, ask->table) == 0
                          : wants(ask, &fake->rows[i]))
            found[count++] = &fake->rows[i];
    }
    qsort(found, count, sizeof *found, ask->by_time ? by_time : by_key);
    if (fake->row_limit != 0 && limit > fake->row_limit)
        limit = fake->row_limit;
    if (limit > count)
        limit = count;
    buffer_puts(out, "[");
    for (size_t i = 0; i < limit; i++) {
        if (i > 0)
            buffer_puts(out, ",");
        put_row(fake, out, found[ask->descends ? count - 1 - i : i], url);
    }
    buffer_puts(out, "]");
    fake->given += limit;
}

static void put_date(const struct fake_tables *fake, struct buffer *out)
{
    time_t seconds = (time_t)(fake->server_us / 1000000);
    struct tm parts;
    char date[64];

    gmtime_r(&seconds, &parts);
    strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\n", &parts);
    buffer_puts(out, date);
}

static void fill_reply(struct fake_tables *fake, const char *url, struct reply *reply)
{
    static struct ask ask;

    read_ask(url, &ask);
    fake->calls++;
    snprintf(fake->last_url, sizeof fake->last_url, "%s", url);
    fake->lookups += ask.key_eq[0] != '\0' || ask.in[0] != '\0';
    for (size_t i = 0; i < 4; i++)
        fake->asked[i] += ask.by_time && strcmp(ask.table, tables[i]) == 0;
    if (fake->failing != SUPA_OK) {
        reply->code = fake->failing;
        reply->outcome = SUPA_NOT_SENT;
        return;
    }
    reply->status = 200;
    reply->outcome = SUPA_ANSWERED;
    if (fake->failing_table != NULL && strcmp(fake->failing_table, ask.table) == 0) {
        reply->status = 404;
        buffer_puts(&reply->body, "{\"code\":\"PGRST205\",\"message\":\"no such table\"}");
        return;
    }
    if (!fake->no_date)
        put_date(fake, &reply->headers);
    answer(fake, &ask, url, &reply->body);
    if (buffer_failed(&reply->body) || buffer_failed(&reply->headers))
        reply->code = SUPA_ERROR_NO_MEMORY; /* as the transport has it */
}

static int wait_no_time(struct transport *transport, int64_t until_us, struct supa_cancel *cancel)
{
    (void)transport;
    (void)until_us;
    return supa_cancel_fired(cancel);
}

static void perform(struct transport *transport, const struct call *call, struct reply *reply)
{
    struct fake_tables *fake = (struct fake_tables *)transport;

    reply_clear(reply);
    pthread_mutex_lock(&fake->mutex);
    fill_reply(fake, call->url, reply);
    pthread_mutex_unlock(&fake->mutex);
}

void fake_start(struct fake_tables *fake)
{
    static const unsigned char key[SUPA_KEY_BYTES] = {1, 2, 3};

    memset(fake, 0, sizeof *fake);
    fake->transport.perform = perform;
    fake->transport.wait = wait_no_time;
    pthread_mutex_init(&fake->mutex, NULL);
    fake->rows = calloc(MOST_ROWS, sizeof *fake->rows);
    fake->server_us = FAKE_START_US;
    atomic_init(&fake->now_us, 5000000); /* far from the server's */
    fake->keyring = supa_keyring_new(NULL);
    CU_ASSERT_EQUAL_FATAL(supa_keyring_add(fake->keyring, "k1", key, sizeof key, NULL), SUPA_OK);
}

void fake_end(struct fake_tables *fake)
{
    for (size_t i = 0; i < fake->count; i++)
        free(fake->rows[i].rest);
    free(fake->rows);
    supa_keyring_free(fake->keyring);
    pthread_mutex_destroy(&fake->mutex);
}

static int64_t now(void *user)
{
    return atomic_load(&((struct fake_tables *)user)->now_us);
}

supa_manager *fake_manager(struct fake_tables *fake, supa_manager_options options)
{
    supa_client_options master = SUPA_CLIENT_OPTIONS_INIT;
    supa_manager *manager;
    supa_error error;

    master.url = "https://master.example.test";
    master.key = "master-key";
    master.retries = 0;
    options.master = &master;
    options.keyring = fake->keyring;
    options.clock = now;
    options.clock_user = fake;
    manager = manager_new(&options, &fake->transport, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(manager);
    return manager;
}

void fake_turn(struct fake_tables *fake, int64_t ms)
{
    pthread_mutex_lock(&fake->mutex);
    fake->server_us += ms * 1000;
    atomic_fetch_add(&fake->now_us, ms * 1000);
    pthread_mutex_unlock(&fake->mutex);
}

const char *fake_store(size_t number, char out[40])
{
    snprintf(out, 40, "5f0e0000-0000-4000-8000-%012zx", number & 0xFFFFFFFF);
    return out;
}

struct fake_row *fake_find(struct fake_tables *fake, const char *table, const char *id)
{
    for (size_t i = 0; i < fake->count; i++) {
        if (strcmp(fake->rows[i].table, table) == 0 && strcmp(fake->rows[i].id, id) == 0)
            return &fake->rows[i];
    }
    return NULL;
}

void fake_stamp(struct fake_tables *fake, struct fake_row *row, int64_t ms)
{
    char text[TIME_TEXT_SIZE];

    time_write(fake->server_us + ms * 1000, text);
    snprintf(row->updated, sizeof row->updated, "%.26s+00:00", text);
}

static void
put(struct fake_tables *fake, const char *table, const char *id, const char *key, char *rest)
{
    struct fake_row *row = fake_find(fake, table, id);

    if (row == NULL) {
        CU_ASSERT_FATAL(fake->count < MOST_ROWS);
        row = &fake->rows[fake->count++];
    }
    free(row->rest);
    row->table = table;
    snprintf(row->id, sizeof row->id, "%s", id);
    snprintf(row->key, sizeof row->key, "%s", key);
    row->rest = rest;
    fake_stamp(fake, row, 0);
}

/* The three in one. */
static char *text(const char *before, const char *value, const char *after)
{
    size_t size = strlen(before) + strlen(value) + strlen(after) + 1;
    char *out = malloc(size);

    snprintf(out, size, "%s%s%s", before, value, after);
    return out;
}

void fake_rotate(struct fake_tables *fake, size_t number, int key_number)
{
    char id[40], plaintext[256], *envelope;

    fake_store(number, id);
    snprintf(
        plaintext, sizeof plaintext,
        "{\"projectUrl\":\"https://t%zu.example.test\",\"serviceRoleKey\":\"key-%d\"}", number,
        key_number);
    envelope =
        supa_envelope_seal(fake->keyring, "supabase", id, plaintext, strlen(plaintext), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(envelope);
    put(fake, "store_databases", id, id,
        text(
            ",\"database_type\":\"supabase\",\"is_active\":true,"
            "\"connection_string_encrypted\":\"",
            envelope, "\""));
    supa_text_free(envelope);
}

void fake_set_status(struct fake_tables *fake, size_t number, const char *status)
{
    char id[40];

    fake_store(number, id);
    put(fake, "stores", id, "", text(",\"status\":\"", status, "\",\"is_active\":true"));
}

void fake_put_store(struct fake_tables *fake, size_t number, int key_number)
{
    fake_set_status(fake, number, "active");
    fake_rotate(fake, number, key_number);
}

void fake_touch(struct fake_tables *fake, const char *table, size_t number)
{
    char id[40];
    struct fake_row *row = fake_find(fake, table, fake_store(number, id));

    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    fake_stamp(fake, row, 0);
}

static void take(struct fake_tables *fake, const char *table, const char *id)
{
    struct fake_row *row = fake_find(fake, table, id);

    if (row == NULL)
        return;
    free(row->rest);
    *row = fake->rows[--fake->count];
    fake->rows[fake->count].rest = NULL;
}

void fake_remove(struct fake_tables *fake, size_t number)
{
    char id[40];

    take(fake, "store_databases", fake_store(number, id));
    take(fake, "stores", id);
}

void fake_put_host(
    struct fake_tables *fake, const char *table, const char *id, const char *name, size_t store,
    const char *rest)
{
    char store_id[40], columns[600];

    snprintf(columns, sizeof columns, ",\"store_id\":\"%s\"%s", fake_store(store, store_id), rest);
    put(fake, table, id, name, text("", columns, ""));
}
