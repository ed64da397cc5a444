// SPDX-License-Identifier: MIT
// What each rule is for, on a real PostgREST: the same chain, said by libsupa and by postgrest-js, and what
// comes of it. rules_live.sh runs it inside of a stack.
import { execSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { say } from './oracle.mjs';
import { rules } from './rules.mjs';

const { STACK_PSQL: psql, STACK_TENANT_1_URL: url, STACK_TENANT_1_SERVICE_KEY: key } = process.env;

const schema = `
  set client_min_messages = warning;
  drop table if exists wire cascade;
  create table wire (id int primary key, name text, n int, tags text[], doc jsonb, "order" int, "sel""ect" int);
  grant all on wire to service_role;
  create or replace function wire_above(above int) returns setof wire language sql stable as
    'select * from wire where id > above order by id';
  create or replace function wire_count(v text[]) returns int language sql stable as 'select cardinality(v)';
`;
const rows = `
  truncate wire;
  insert into wire (id, name, n, tags, doc, "order") values
    (1, 'a"b,c',   1,    '{"x,y"}',  '[{"a": 1}]', 10),
    (2, 'a\\,b',   1,    '{x,y}',    '[]',         20),
    (3, '"q"',     null, '{x}',      '{"a": 1}',   30),
    (4, ' lead',   2,    '{}',       'null',       40),
    (5, '',        2,    '{y}',      null,         50),
    (6, 'q',       2,    null,       null,         60),
    (7, 'null',    3,    null,       null,         70),
    (8, null,      3,    null,       null,         80);
`;

const sql = (text) =>
  execSync(`${psql} -q -d tenant_1 -v ON_ERROR_STOP=1`, { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
const read = (...calls) => ({ from: 'wire', calls: [['select', 'id'], ...calls, ['order', 'id']] });
const everything = [1, 2, 3, 4, 5, 6, 7, 8];

const deletion = (...filter) => ({ from: 'wire', calls: [['delete'], filter, ['select', 'id'], ['maybeSingle']] });
const calling = (options) => ({ rpc: 'wire_above', args: { above: 6 }, options, calls: [['select', 'id']] });
const counting = { rpc: 'wire_count', args: { v: ['a,b', 'c'] }, options: { get: true } };

// [rule, what about it, chain, what is right (libsupa), what postgrest-js makes of it, rows left behind]
// prettier-ignore
const cases = [
  ['list-quoted', 'a quote and a comma', read(['in', 'name', ['a"b,c']]), [1], []],
  ['list-quoted', 'a backslash', read(['in', 'name', ['a\\,b']]), [2], []],
  ['list-quoted', 'quotes around a word', read(['in', 'name', ['"q"']]), [3], [6]],
  ['list-quoted', 'a blank in front', read(['in', 'name', [' lead']]), [4], []],
  ['list-quoted', 'the empty text alone', read(['in', 'name', ['']]), [5], []],
  ['list-quoted', 'not the empty text', read(['notIn', 'name', ['']]), [1, 2, 3, 4, 6, 7], everything],
  ['array-quoted', 'one element with a comma, not two', read(['contains', 'tags', ['x,y']]), [1], [2]],
  ['array-quoted', 'a pattern with a quote and a comma', read(['likeAnyOf', 'name', ['a"b,c']]), [1], '22P02'],
  ['array-quoted', "a function's array of two", counting, 2, 3],
  ['json-array', 'objects in an array', read(['contains', 'doc', { $json: [{ a: 1 }] }]), [1], '22P02'],
  ['name-quoted', "a column that is PostgREST's word", read(['eq', 'order', 20]).calls.slice(0, 2), [2], 'PGRST100'],
  ['name-quoted', 'a column with a quote in it',
    { from: 'wire', calls: [['insert', [{ id: 9, 'sel"ect': 1 }]], ['select', 'id']] }, [9], 'PGRST204'],
  ['null-is', 'a number that is null', read(['eq', 'n', null]), [3], '22P02'],
  ['null-is', 'a text that is null', read(['eq', 'name', null]), [8], [7]],
  ['null-is', 'a text that is not', read(['neq', 'name', null]), [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6]],
  ['null-is', 'a text distinct from null', read(['isDistinct', 'name', null]),
    [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 8]],
  ['maybe-single-read', 'none', read(['eq', 'n', 9], ['maybeSingle']), [], []],
  ['maybe-single-read', 'one', read(['eq', 'id', 3], ['maybeSingle']), [3], [3]],
  ['maybe-single-read', 'several', read(['eq', 'n', 2], ['maybeSingle']), 'many_rows', 'PGRST116'],
  ['maybe-single-write', 'several: nothing is deleted', deletion('eq', 'n', 2),
    'PGRST116', 'PGRST116', everything, [1, 2, 3, 7, 8]],
  ['maybe-single-write', 'one', deletion('eq', 'id', 3), [3], [3]],
  ['maybe-single-write', 'none', deletion('eq', 'n', 9), [], []],
  ['rpc-representation', "a function's columns", calling({}), [7, 8], [7, 8]],
  ['rpc-representation', 'the same by GET', calling({ get: true }), [7, 8], [7, 8]],
].map(([rule, about, chain, ours, theirs, ...left]) =>
  ({ rule, about, chain: Array.isArray(chain) ? { from: 'wire', calls: chain } : chain, ours, theirs, left }));

// Rows as their ids.
function ids(data) {
  if (data === null) return [];
  if (typeof data !== 'object') return data;
  return [data].flat().map((row) => row.id);
}

class Driver {
  #child;
  #lines;
  constructor(program) {
    this.#child = spawn(program, [url, '/rest/v1'], {
      env: { ...process.env, WIRE_KEY: key },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }
  async ask(chain) {
    this.#child.stdin.write(`${JSON.stringify({ ...chain, id: 'live' })}\n`);
    const { code, server, status, body } = JSON.parse((await this.#lines.next()).value);
    if (code !== undefined) return server || code;
    return status === 406 || body === '' ? [] : ids(JSON.parse(body));
  }
  end() {
    this.#child.stdin.end();
  }
}

async function theirAnswer(chain) {
  const { data, error } = await say({ ...chain, id: 'live' }, `${url}/rest/v1`, {
    apikey: key,
    Authorization: `Bearer ${key}`,
  });
  return error ? error.code : ids(data);
}

async function ready(driver) {
  let answer;
  for (let i = 0; i < 100; i++) {
    answer = await driver.ask({ rpc: 'wire_count', args: { v: ['a'] } });
    if (answer === 1) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`PostgREST does not see the function: ${answer}`);
}

const driver = new Driver(process.argv[2]);
let passed = 0,
  failed = 0;
function check(what, found, wanted) {
  if (isDeepStrictEqual(found, wanted)) {
    passed++;
    return;
  }
  failed++;
  console.log(`failed: ${what}\n  found  ${JSON.stringify(found)}\n  wanted ${JSON.stringify(wanted)}`);
}

sql(schema);
sql("notify pgrst, 'reload schema'");
await ready(driver);
for (const { rule, about, chain, ours, theirs, left } of cases) {
  for (const [side, ask, wanted, leftover] of [
    ['libsupa', (c) => driver.ask(c), ours, left[0]],
    ['postgrest-js', theirAnswer, theirs, left[1]],
  ]) {
    sql(rows);
    check(`${rule}, ${about}: ${side}`, await ask(chain), wanted);
    if (leftover) check(`${rule}, ${about}: what ${side} left`, await driver.ask(read()), leftover);
  }
}
for (const { name } of rules)
  check(
    `${name} has a test`,
    cases.some(({ rule }) => rule === name),
    true,
  );
driver.end();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
