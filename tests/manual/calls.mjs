// SPDX-License-Identifier: MIT
// The tables of from-supabase-js.md whose rows are a call there, a call here, and a remark.
//   calls.mjs program GUIDE            a C program that prints the request of each row, a form feed behind it
//   calls.mjs compare GUIDE REQUESTS   runs the other side of each row, and compares
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [, , mode, guide, requests] = process.argv;

function rows() {
  const found = [];
  for (const line of readFileSync(guide, "utf8").split("\n")) {
    const cells = line.replaceAll("\\|", "\0").split("|").map((cell) => cell.trim().replaceAll("\0", "|"));
    if (cells.length !== 5 || !/^`(t|f|supabase)\./.test(cells[1])) continue;
    found.push({ there: cells[1].slice(1, -1), here: cells[2].slice(1, -1), other: cells[3].startsWith("**other**") });
  }
  return found;
}

function program() {
  const calls = rows().map(
    ({ here }) => `    {\n        supa_query *q = supa_from(client, "products");\n        supa_query *said = ${here};\n` +
      `        char *text = supa_query_describe(said);\n        printf("%s\\f", text);\n        supa_text_free(text);\n` +
      `        supa_query_free(said);\n        if (said != q)\n            supa_query_free(q);\n    }\n`);
  return `#include <stdio.h>\n#include <supa/supa.h>\n\nint main(void)\n{\n` +
    `    supa_client_options options = SUPA_CLIENT_OPTIONS_INIT;\n    options.url = "https://abc.supabase.co";\n` +
    `    options.key = "key";\n    supa_client *client = supa_client_new(&options, NULL);\n` +
    calls.join("") + "    supa_client_unref(client);\n}\n";
}

// What a request means: select=* is what is sent without it, quotes around the elements of `in` are the
// same to PostgREST, and so is white space in select.
function meaning({ method, url, accept, body }) {
  const parameters = [...new URL(url).searchParams]
    .filter(([name, value]) => !(name === "select" && value === "*"))
    .filter(([name]) => name !== "columns")
    .map(([name, value]) => `${name}=${/^in\./.test(value) ? value.replace(/"(\w+)"/g, "$1") : value}`);
  const path = new URL(url).pathname.replace("/rest/v1", "");
  return [method, path, parameters.sort().join("&"), accept, body ? JSON.stringify(JSON.parse(body)) : ""].join(" ");
}

function ours(text) {
  if (text.startsWith("# not sent")) return "not sent";
  const [head, ...rest] = text.replace(/^(#.*\n)+/, "").split("\n\n");
  const [first, ...headers] = head.split("\n");
  const [method, url] = first.split(" ");
  const accept = headers.find((line) => /^accept:/i.test(line))?.slice(8);
  return meaning({ method, url, accept, body: rest.join("\n\n").trim() });
}

async function theirs(code, PostgrestClient) {
  let seen;
  const supabase = new PostgrestClient("https://abc.supabase.co/rest/v1", {
    fetch: async (url, init) => {
      const headers = new Headers(init.headers);
      seen = { method: init.method, url: String(url), accept: headers.get("accept") ?? "application/json", body: init.body };
      return new Response("[]", { status: 200 });
    },
  });
  const t = supabase.from("products");
  const f = supabase.from("products").select();
  await new Function("supabase", "t", "f", `return ${code}`)(supabase, t, f);
  return meaning(seen);
}

async function compare() {
  const { PostgrestClient } = createRequire(join(here, "../wire/package.json"))("@supabase/postgrest-js");
  const texts = readFileSync(requests, "utf8").split("\f");
  let passed = 0, failed = 0;
  for (const [i, row] of rows().entries()) {
    const [a, b] = [await theirs(row.there, PostgrestClient), ours(texts[i])];
    if ((a === b) !== row.other) passed++;
    else {
      failed++;
      console.log(`${row.there}\n  there ${a}\n  here  ${b}\n  ${row.other ? "said to be other" : "said to be the same"}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 30 ? 0 : 1;
}

if (mode === "program") process.stdout.write(program());
else await compare();
