/* SPDX-License-Identifier: MIT */
/* The platform's functions. */
#include "sweep.h"

#include <string.h>

static supa_client *master(struct place *place)
{
    return supa_manager_master(place->manager);
}

static int ended(supa_response *response, supa_error *error)
{
    const supa_error *cause = supa_response_error(response);
    int code = cause != NULL ? (int)cause->code : SUPA_OK;

    if (cause != NULL)
        *error = *cause;
    supa_response_free(response);
    return code;
}

static int find(struct place *place, supa_error *error)
{
    return ended(supa_find(master(place), "stores", SWEEP_STORE, NULL), error);
}

static int find_all(struct place *place, supa_error *error)
{
    const supa_condition filters[] = {{"slug", "eq", supa_text("x")}};

    return sweep_rows(supa_find_all(master(place), "stores", "slug", filters, 1), 1, error);
}

static int put(struct place *place, supa_error *error)
{
    supa_store_database it = SUPA_STORE_DATABASE_INIT;

    it.credentials = SWEEP_PLAIN;
    it.length = strlen(it.credentials);
    it.extra = "{\"port\":1,\"database_name\":\"x\"}";
    return supa_store_put(place->manager, SWEEP_STORE, &it, error);
}

static int rotate(struct place *place, supa_error *error)
{
    return supa_store_rotate(
        place->manager, SWEEP_STORE, "{\"serviceRoleKey\":\"new\"}", 24, NULL, error);
}

static int test(struct place *place, supa_error *error)
{
    supa_store_report report;
    int code = supa_store_test(place->manager, SWEEP_STORE, 20000, &report, error);

    if (code != SUPA_OK)
        return code;
    if (report.verdict == SUPA_VERDICT_OK)
        return SUPA_OK;
    *error = report.cause;
    return report.cause.code;
}

static int activate(struct place *place, supa_error *error)
{
    return supa_store_activate(place->manager, SWEEP_STORE, error);
}

static int deactivate(struct place *place, supa_error *error)
{
    return supa_store_deactivate(place->manager, SWEEP_STORE, error);
}

static int remove_store(struct place *place, supa_error *error)
{
    supa_store_left left;

    return supa_store_remove(place->manager, SWEEP_STORE, &left, error);
}

static int list(struct place *place, supa_error *error)
{
    return sweep_rows(supa_store_list(place->manager, SUPA_STORES_OPERATING, NULL, 0), 1, error);
}

static int info(struct place *place, supa_error *error)
{
    return ended(supa_store_info(place->manager, SWEEP_STORE), error);
}

static int pending(struct place *place, supa_error *error)
{
    int64_t newest;

    return sweep_rows(supa_store_pending(place->manager, SUPA_STORES_ALL, &newest), 1, error);
}

static int rekey(struct place *place, supa_error *error)
{
    supa_rekey_options options = SUPA_REKEY_OPTIONS_INIT;
    supa_rekey_report report;
    int code;

    options.version = place->sealed_v1[0] != '\0' ? SUPA_ENVELOPE_V1 : SUPA_ENVELOPE_V2;
    options.dry_run = place->sealed_v1[0] == '\0';
    code = supa_registry_rekey(place->manager, &options, &report, error);
    return code == SUPA_OK && report.rows != 1 ? SWEEP_WRONG : code;
}

static int create(struct place *place, supa_error *error)
{
    supa_new_store store = SUPA_NEW_STORE_INIT;

    store.user_id = SWEEP_USER;
    store.slug = "x";
    return ended(supa_store_create(place->manager, &store), error);
}

static int set_status(struct place *place, supa_error *error)
{
    return supa_store_set_status(place->manager, SWEEP_STORE, "active", "demo", 1, error);
}

static int set_provisioning(struct place *place, supa_error *error)
{
    return supa_store_set_provisioning(
        place->manager, SWEEP_STORE, "pending", "running", "{\"step\":1}", error);
}

static int of_master(struct place *place, supa_error *error)
{
    int code = ended(supa_master_store(place->manager, SWEEP_STORE), error);

    if (code == SUPA_OK)
        code = ended(supa_master_user(place->manager, SWEEP_USER), error);
    return code == SUPA_OK ? ended(supa_master_subscription(place->manager, SWEEP_STORE), error)
                           : code;
}

static int credit(struct place *place, supa_error *error)
{
    supa_credit it;
    int code = supa_master_credit(place->manager, SWEEP_STORE, &it, error);

    return code == SUPA_OK && it.cents != 150 ? SWEEP_WRONG : code;
}

/* What was written is not told to have failed. */
static int debit(struct place *place, supa_error *error)
{
    const size_t before = server_writes();
    supa_debit result = supa_master_debit(place->manager, SWEEP_USER, "1", NULL, NULL, error);

    if (result == SUPA_DEBIT_DONE)
        return SUPA_OK;
    if (result == SUPA_DEBIT_FAILED && server_writes() != before)
        return SWEEP_WRONG;
    return error->code != SUPA_OK ? error->code : SWEEP_WRONG;
}

static int check(struct place *place, supa_error *error)
{
    return supa_store_check(place->manager, SWEEP_STORE, error);
}

static int access_of(struct place *place, supa_error *error)
{
    char role[SUPA_ROLE_SIZE];
    supa_access result =
        supa_store_access(place->manager, SWEEP_STORE, SWEEP_OTHER, NULL, role, error);

    if (result == SUPA_ACCESS_ROLE)
        return strcmp(role, "admin") == 0 ? SUPA_OK : SWEEP_WRONG;
    return result == SUPA_ACCESS_FAILED ? error->code : SWEEP_WRONG;
}

static int products(struct place *place, supa_error *error)
{
    supa_product_filter filter = SUPA_PRODUCT_FILTER_INIT;

    filter.status = "active";
    filter.category_id = "c";
    filter.search = "x";
    return sweep_rows(supa_tenant_products(place->manager, SWEEP_STORE, &filter), 1, error);
}

static int customers(struct place *place, supa_error *error)
{
    supa_customer_filter filter = SUPA_CUSTOMER_FILTER_INIT;

    filter.email = "x*y";
    return sweep_rows(supa_tenant_customers(place->manager, SWEEP_STORE, &filter), 1, error);
}

static int orders(struct place *place, supa_error *error)
{
    supa_order_filter filter = SUPA_ORDER_FILTER_INIT;

    filter.counted = 1;
    return sweep_rows(supa_tenant_orders(place->manager, SWEEP_STORE, &filter), 1, error);
}

static int single(struct place *place, supa_error *error)
{
    int code = ended(supa_tenant_order(place->manager, SWEEP_STORE, SWEEP_USER), error);

    if (code == SUPA_OK)
        code = ended(supa_tenant_product(place->manager, SWEEP_STORE, SWEEP_USER), error);
    return code == SUPA_OK
               ? ended(supa_tenant_customer(place->manager, SWEEP_STORE, SWEEP_USER), error)
               : code;
}

static void count_answer(void *user, const char *store_id, supa_response *response)
{
    (void)store_id;
    ++*(int64_t *)user;
    supa_response_free(response);
}

/* However much memory there is, each store that is known is called back once. */
static int fan_out(struct place *place, const char *const *ids, size_t n, supa_error *error)
{
    supa_fanout_options options = SUPA_FANOUT_OPTIONS_INIT;
    supa_query *q = supa_template("products");
    supa_fanout_report report;
    int64_t told = 0;
    int code;

    options.store_ids = ids;
    options.count = n;
    options.in_flight = 2;
    supa_manager_forget(place->manager, NULL);
    code = supa_fanout(place->manager, q, &options, count_answer, &told, &report, error);
    supa_query_free(q);
    if (told != report.asked + report.skipped || report.asked != report.ok + report.failed)
        return SWEEP_WRONG;
    if (code == SUPA_OK && report.first_error.code != SUPA_OK)
        *error = report.first_error;
    if (code != SUPA_OK || report.first_error.code != SUPA_OK)
        return code != SUPA_OK ? code : report.first_error.code;
    return report.ok == (int64_t)(ids != NULL ? n : 1) ? SUPA_OK : SWEEP_WRONG;
}

static int fan_out_list(struct place *place, supa_error *error)
{
    const char *const ids[] = {SWEEP_STORE, SWEEP_STORE, SWEEP_STORE};

    return fan_out(place, ids, 3, error);
}

static int fan_out_registry(struct place *place, supa_error *error)
{
    return fan_out(place, NULL, 0, error);
}

static int together(struct place *place, supa_error *error)
{
    supa_question questions[] = {
        {supa_from(master(place), "stores"), NULL, NULL},
        {supa_template("products"), SWEEP_STORE, NULL},
    };
    int code = supa_together(place->manager, questions, 2, supa_deadline_in(20000), NULL, error);

    for (size_t i = 0; i < 2; i++) {
        const supa_error *cause = supa_response_error(questions[i].response);

        if (questions[i].query != NULL || questions[i].response == NULL)
            code = SWEEP_WRONG;
        else if (code == SUPA_OK && cause != NULL)
            code = cause->code, *error = *cause;
        supa_response_free(questions[i].response);
    }
    return code;
}

#define ROW  "[{\"store_id\":\"" SWEEP_STORE "\",\"id\":\"" SWEEP_STORE "\"}]"
#define JSON "Content-Type: application/json\r\n"
#define WHOLE(match)                                                                               \
    {                                                                                              \
        match, 200, JSON "Content-Range: 0-0/1\r\n", ROW                                           \
    }

static const struct server_answer whole[] = {
    SWEEP_JSON("store_id=gt.", "[]"),
    SWEEP_JSON("/migrations", "[{\"version\":3}]"),
    WHOLE("GET /t/"),
    WHOLE("GET /rest/v1/stores"),
    WHOLE("select=store_id,database_type,host"),
    SWEEP_JSON("PATCH ", ROW),
    SWEEP_JSON("POST ", ROW),
    SWEEP_END};
static const struct server_answer one[] = {
    SWEEP_JSON("/rest/v1/stores", "{\"id\":\"" SWEEP_STORE "\"}"),
    SWEEP_JSON("/rest/v1/users", "{\"id\":\"" SWEEP_USER "\"}"),
    SWEEP_JSON("/rest/v1/subscriptions", "{\"id\":1}"),
    SWEEP_JSON("GET /rest/v1/store_databases", "{\"store_id\":\"" SWEEP_STORE "\"}"), SWEEP_END};
static const struct server_answer of_tenant[] = {SWEEP_JSON("/t/", "{\"id\":\"x\"}"), SWEEP_END};
static const struct server_answer changed[] = {
    SWEEP_JSON("store_id=gt.", "[]"), SWEEP_JSON("PATCH ", ROW), SWEEP_JSON("POST ", ROW),
    SWEEP_JSON("DELETE ", ROW), SWEEP_END};
static const struct server_answer created[] = {SWEEP_JSON("POST ", "{\"id\":\"x\"}"), SWEEP_END};
static const struct server_answer balance[] = {
    SWEEP_JSON("/stores", "[{\"owner\":{\"id\":\"u\",\"credits\":1.5}}]"),
    SWEEP_JSON("GET /rest/v1/users", "{\"id\":\"u\",\"credits\":1.50}"), SWEEP_JSON("PATCH ", ROW),
    SWEEP_END};
static const struct server_answer checked[] = {
    SWEEP_JSON(
        "/stores", "[{\"status\":\"active\",\"is_active\":true,\"store_databases\":"
                   "{\"is_active\":true,\"database_type\":\"supabase\"}}]"),
    SWEEP_END};
static const struct server_answer team[] = {
    SWEEP_JSON("/stores", "[{\"user_id\":\"" SWEEP_USER "\",\"is_active\":true}]"),
    SWEEP_JSON("/store_teams", "[{\"role\":\"admin\"}]"), SWEEP_END};

static const struct scenario all[] = {
    {"supa_find", NEEDS_MANAGER, find, one, 0, 0},
    {"supa_find_all", NEEDS_MANAGER, find_all, whole, 0, 0},
    {"supa_store_put", NEEDS_MANAGER, put, changed, 1, 0},
    {"supa_store_rotate", NEEDS_MANAGER, rotate, changed, 1, SWEEP_FLOW},
    {"supa_store_test", NEEDS_MANAGER, test, whole, 1, SWEEP_FLOW},
    {"supa_store_activate", NEEDS_MANAGER, activate, changed, 1, 0},
    {"supa_store_deactivate", NEEDS_MANAGER, deactivate, changed, 1, 0},
    {"supa_store_remove", NEEDS_MANAGER, remove_store, changed, 1, SWEEP_FLOW},
    {"supa_store_list", NEEDS_MANAGER, list, whole, 0, 0},
    {"supa_store_info", NEEDS_MANAGER, info, one, 0, 0},
    {"supa_store_pending", NEEDS_MANAGER, pending, whole, 0, 0},
    {"supa_registry_rekey", NEEDS_MANAGER, rekey, changed, 1, SWEEP_FLOW},
    {"supa_store_create", NEEDS_MANAGER, create, created, 1, 0},
    {"supa_store_set_status", NEEDS_MANAGER, set_status, changed, 1, 0},
    {"supa_store_set_provisioning", NEEDS_MANAGER, set_provisioning, changed, 1, 0},
    {"the master's store, user, subscription", NEEDS_MANAGER, of_master, one, 0, 0},
    {"supa_master_credit", NEEDS_MANAGER, credit, balance, 0, 0},
    {"supa_master_debit", NEEDS_MANAGER, debit, balance, 1, SWEEP_FLOW},
    {"supa_store_check", NEEDS_MANAGER, check, checked, 0, 0},
    {"supa_store_access", NEEDS_MANAGER, access_of, team, 0, 0},
    {"supa_tenant_products", NEEDS_LEASE, products, whole, 0, 0},
    {"supa_tenant_customers", NEEDS_LEASE, customers, whole, 0, 0},
    {"supa_tenant_orders", NEEDS_LEASE, orders, whole, 0, 0},
    {"one of a tenant's", NEEDS_LEASE, single, of_tenant, 0, 0},
    {"supa_fanout over a list", NEEDS_LEASE, fan_out_list, whole, 0, 0},
    {"supa_fanout over the registry", NEEDS_MANAGER, fan_out_registry, whole, 0, 0},
    {"supa_together", NEEDS_LEASE, together, whole, 0, 0},
};

const struct scenarios sweep_platforms = SCENARIOS("platforms", all);
