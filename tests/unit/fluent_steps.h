/* SPDX-License-Identifier: MIT */
/* Every step of supa/fluent.h, for a function in C11 and one in C++11, which say what SENT is:
 *
 *     SENT(method, url, body, steps…)
 *
 * C++ reserves `or`, `and` and `not`: OR, AND and NOT are what each language writes. */

SENT("GET", "t", NULL, from("t"))
SENT("POST", "rpc/f", "{}", rpc("f"))
SENT("GET", "t?select=a,b", NULL, from("t"), select("a, b"))
SENT("POST", "t?select=a", "{}", from("t"), insert("{}"), returning("a"))
SENT("POST", "t?columns=a", "{\"a\":1}", from("t"), insert("{\"a\":1}"), columns("a"))
SENT("POST", "t", "{}", from("t"), insert("{}"), missing_default())
SENT("POST", "t", "{}", from("t"), insert("{}"), return_headers())
SENT("POST", "t?on_conflict=a,b", "{}", from("t"), upsert("{}", "a,b"))
SENT("POST", "t", "{}", from("t"), upsert("{}", NULL), ignore_duplicates())
SENT("PATCH", "t?a=eq.1", "{}", from("t"), update("{}"), eq("a", 1))
SENT("PUT", "t?a=eq.1", "{}", from("t"), put("{}"), eq("a", 1))
SENT("DELETE", "t", NULL, from("t"), delete (), all_rows())
SENT(
    "POST", "t?columns=%22a%22,%22b%22", "[{\"a\":\"x\"},{\"b\":0.5}]", from("t"), insert_row(),
    set("a", "x"), insert_row(), set("b", 0.5))
SENT("PATCH", "t", "{\"a\":null}", from("t"), update_row(), set("a", supa_null()), all_rows())
SENT("HEAD", "t", NULL, from("t"), head(), head_reason(), count(SUPA_COUNT_EXACT))
SENT("POST", "rpc/f", "{\"a\":1}", rpc("f"), args("{\"a\":1}"))
SENT("POST", "rpc/f", "{\"a\":1,\"v\":[]}", rpc("f"), arg("a", 1), arg_variadic("v", EMPTY))
SENT("GET", "rpc/f?a=x", NULL, rpc("f"), rpc_get(), arg("a", "x"))
SENT(
    "GET", "t?a=eq.x&b=neq.1&c=gt.2&d=gte.3&e=lt.4&f=lte.0.5&g=isdistinct.true", NULL, from("t"),
    eq("a", "x"), neq("b", 1), gt("c", 2U), gte("d", 3L), lt("e", 4LL), lte("f", 0.5F),
    is_distinct("g", supa_bool(1)))
SENT("GET", "t?a=in.(1,2)&b=not.in.(1,2)", NULL, from("t"), in("a", LIST), not_in("b", LIST))
SENT(
    "GET", "t?a=like(any).%7B%7D&b=like(all).%7B%7D&c=ilike(any).%7B%7D&d=ilike(all).%7B%7D", NULL,
    from("t"), like_any("a", EMPTY), like_all("b", EMPTY), ilike_any("c", EMPTY),
    ilike_all("d", EMPTY))
SENT(
    "GET", "t?a=cs.%5B1%5D&b=cd.x&c=ov.%7B%7D", NULL, from("t"), contains("a", supa_json("[1]")),
    contained_by("b", "x"), overlaps("c", EMPTY))
SENT(
    "GET", "t?a=is.null&b=like.x&c=ilike.x&d=match.x&e=imatch.x", NULL, from("t"),
    is("a", SUPA_IS_NULL), like("b", "x"), ilike("c", "x"), regex("d", "x"), iregex("e", "x"))
SENT(
    "GET", "t?a=sr.x&b=nxl.x&c=sl.x&d=nxr.x&e=adj.x", NULL, from("t"), range_gt("a", "x"),
    range_gte("b", "x"), range_lt("c", "x"), range_lte("d", "x"), range_adjacent("e", "x"))
SENT(
    "GET", "t?a=wfts(english).x", NULL, from("t"), text_search("a", "x", SUPA_WEBSEARCH, "english"))
SENT(
    "GET", "t?a=eq.1&b=eq(any).%7B%7D&c=eq(all).%7B%7D&d=eq.1&or=(e.eq.1)", NULL, from("t"),
    filter("a", "eq", 1), filter_any("b", "eq", EMPTY), filter_all("c", "eq", EMPTY),
    filter_raw("d", "eq.1"), or_raw("e.eq.1"))
SENT(
    "GET", "t?or=(a.eq.1,not.and(b.eq.2))", NULL, from("t"), OR, eq("a", 1), NOT, AND, eq("b", 2),
    end(), end())
SENT(
    "GET", "t?or=(a.eq.1,not.and(b.eq.2))", NULL, from("t"), any_of(), eq("a", 1), none(), all_of(),
    eq("b", 2), end(), end())
SENT(
    "GET", "t?r.or=(a.eq.1)&r.and=(a.eq.1)", NULL, from("t"), or_on("r"), eq("a", 1), end(),
    and_on("r"), eq("a", 1), end())
SENT(
    "GET", "t?order=a.desc.nullslast&limit=3", NULL, from("t"),
    order("a", SUPA_DESC | SUPA_NULLS_LAST), limit(3))
SENT("GET", "t?offset=1&limit=2", NULL, from("t"), range(1, 2))
SENT(
    "GET", "t?r.order=a.asc&r.limit=3&s.offset=1&s.limit=2", NULL, from("t"),
    order_on("r", "a", SUPA_ASC), limit_on("r", 3), range_on("s", 1, 2))
SENT("GET", "t", NULL, from("t"), single())
SENT("GET", "t?limit=2", NULL, from("t"), maybe_single())
SENT("GET", "t", NULL, from("t"), csv())
SENT("GET", "t", NULL, from("t"), geojson())
SENT("GET", "t", NULL, from("t"), strip_nulls())
SENT("GET", "t", NULL, from("t"), accept("a/b"))
SENT("GET", "t", NULL, from("t"), explain(SUPA_EXPLAIN_ANALYZE, SUPA_PLAN_JSON))
SENT("POST", "t", "{}", from("t"), insert("{}"), max_affected(1), strict(), timezone("UTC"))
SENT("GET", "t", NULL, from("t"), schema("s"), header("X", "y"), token("z"), timeout(1000))
SENT(
    "GET", "t?a=in.(1,2)", NULL, from("t"), in("a", LIST), split(), retry(0),
    deadline_by(supa_deadline_in(60000)))
SENT("POST", "t", "{}", from("t"), insert("{}"), idempotent())
SENT("GET", "t", NULL, from("t"), own_copy(), any_store())
SENT(
    "GET",
    "t?a=eq.1&a=eq.1&a=eq.1&a=eq.1&a=eq.1&a=eq.1&a=eq.1&a=eq.1&a=eq.1&a=eq.1&a=eq.1&a=eq.1"
    "&a=eq.1&a=eq.1&a=eq.1&a=eq.1&a=eq.1&a=eq.1&limit=1",
    NULL, from("t"), eq("a", 1), eq("a", 1), eq("a", 1), eq("a", 1), eq("a", 1), eq("a", 1),
    eq("a", 1), eq("a", 1), eq("a", 1), eq("a", 1), eq("a", 1), eq("a", 1), eq("a", 1), eq("a", 1),
    eq("a", 1), eq("a", 1), eq("a", 1), eq("a", 1), limit(1))
