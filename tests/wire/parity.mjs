// SPDX-License-Identifier: MIT
// Says the same chains to libsupa (by drive.c) and to postgrest-js, and compares what they send.
//
//     node parity.mjs DRIVE --chains N --seed S
//
// Ends in "N chains, M unexplained differences": M counts the corpus, too.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { differences, normal, shown } from './compare.mjs';
import { generate } from './generate.mjs';
import { knownMethods, knownOptions, say } from './oracle.mjs';
import { Recorder } from './recorder.mjs';
import { explain, rules } from './rules.mjs';

const EQUAL_AT_LEAST = 0.85,
  RULE_AT_MOST = 0.1,
  SHOWN = 5,
  AT_ONCE = 32;

function corpus() {
  const lines = readFileSync(new URL('corpus.jsonl', import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);
  return lines.map((line, i) => ({ ...JSON.parse(line), id: `corpus-${i + 1}` }));
}

const random = (n, seed) => Array.from({ length: n }, (_, i) => ({ ...generate(seed, i), id: `random-${i}` }));

// libsupa's side: what became of each chain, by id.
async function drive(program, url, chains) {
  const child = spawn(program, [url, '/ours'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const told = new Map();
  child.stdin.on('error', () => {});
  child.stdin.end(chains.map((chain) => `${JSON.stringify(chain)}\n`).join(''));
  for await (const line of createInterface({ input: child.stdout })) {
    const one = JSON.parse(line);
    told.set(one.id, one);
  }
  const status = await ended;
  if (status !== 0) throw new Error(`${program} ended with ${status}`);
  return told;
}

// postgrest-js's side: what it threw, by id.
async function ask(url, chains) {
  const thrown = new Map();
  const left = chains.values();
  const worker = async () => {
    for (const chain of left) await say(chain, `${url}/theirs`).catch((error) => thrown.set(chain.id, error));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return thrown;
}

// The request that a side sent for a chain. The first rollback of a client is preceded by a read that
// asks whether the server knows it; that one is not compared.
function requestOf(recorder, side, chain) {
  const asked = recorder.asked(side, chain.id);
  const isProbe = ({ method, query, headers }) =>
    /^(GET|HEAD)$/.test(method) && /(^|&)limit=0(&|$)/.test(query) && headers.prefer?.includes('tx=rollback');
  if (side === 'ours' && asked.length === 2 && isProbe(asked[0])) return asked[1];
  return asked.length === 1 ? asked[0] : undefined;
}

function judge(recorder, told, thrown, chain) {
  const raw = ['ours', 'theirs'].map((side) => requestOf(recorder, side, chain));
  const verdict = { chain, raw, found: [], names: null };
  if (raw.includes(undefined)) {
    const said = { ours: told.get(chain.id)?.message, theirs: thrown.get(chain.id)?.message };
    verdict.found = ['ours', 'theirs'].flatMap((side, i) =>
      raw[i] === undefined ? [{ part: `${side}: not one request`, key: '', ours: said.ours, theirs: said.theirs }] : [],
    );
    return verdict;
  }
  verdict.found = differences(...raw.map(normal));
  verdict.names = explain(verdict.found, chain);
  return verdict;
}

// The corpus says which rules explain a chain.
function isAsNoted({ chain, names }) {
  return names !== null && names.join() === (chain.rules ?? []).join();
}

function tell({ chain, raw, found, names }) {
  const { id, ...said } = chain;
  console.log(`\n${id}: ${JSON.stringify(said)}`);
  for (const { part, key, ours, theirs } of found)
    console.log(
      `  ${part}${key && ` ${key}`}\n    ours   ${JSON.stringify(ours)}\n    theirs ${JSON.stringify(theirs)}`,
    );
  if (names !== null)
    console.log(`  explained by ${names.join(', ') || 'nothing, being equal'}; the corpus notes another`);
  raw.forEach((request, i) => request && console.log(`  ${i ? 'theirs' : 'ours'}:\n    ${shown(request)}`));
}

// The methods and options of postgrest-js that no chain of the corpus says.
function uncovered(chains) {
  const called = new Set();
  const note = (name, options) => {
    called.add(name);
    for (const option of Object.keys(options ?? {})) called.add(`${name} ${option}`);
  };
  const walk = ([name, ...rest]) => {
    note(name.replace(/^(filter|or)(Raw|Any|All)$/, '$1'), rest.at(-1));
    if (name === 'or' || name === 'and') rest[0].forEach(walk);
    if (name === 'not') walk(rest[0]);
  };
  for (const chain of chains) {
    if (chain.rpc !== undefined) note('rpc', chain.options);
    if (chain.openapi) note('getOpenApiSpec');
    (chain.calls ?? []).forEach(walk);
  }
  const options = Object.entries(knownOptions).flatMap(([name, known]) => known.map((option) => `${name} ${option}`));
  return [...knownMethods(), ...options].filter((name) => !called.has(name));
}

const percent = (n, of) => `${((100 * n) / Math.max(of, 1)).toFixed(1).padStart(6)} %`;

function table(verdicts) {
  const judged = verdicts.filter(({ names }) => names !== null);
  const equal = judged.filter(({ names }) => names.length === 0).length;
  const rows = rules.map(({ name, reason }) => ({
    name,
    reason,
    n: judged.filter(({ names }) => names.includes(name)).length,
  }));
  const line = (name, n, reason = '') =>
    console.log(`  ${name.padEnd(20)} ${String(n).padStart(6)} ${percent(n, verdicts.length)}  ${reason}`.trimEnd());
  line('equal', equal);
  rows.forEach(({ name, n, reason }) => line(name, n, reason));
  line('unexplained', verdicts.length - judged.length);
  const broken = rows
    .filter(({ n }) => n > RULE_AT_MOST * verdicts.length)
    .map(({ name }) => `${name} explains more than 10 %`);
  if (equal < EQUAL_AT_LEAST * verdicts.length) broken.push('fewer than 85 % are equal');
  return broken;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    chains: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    quiet: { type: 'boolean' },
  },
});
const written = corpus(),
  made = random(Number(options.chains), Number(options.seed)),
  all = [...written, ...made];
const recorder = new Recorder();
const url = await recorder.start();
const [told, thrown] = await Promise.all([drive(positionals[0], url, all), ask(url, all)]);
recorder.stop();

const verdicts = made.map((chain) => judge(recorder, told, thrown, chain));
const noted = written.map((chain) => judge(recorder, told, thrown, chain));
const wrong = [...noted.filter((one) => !isAsNoted(one)), ...verdicts.filter(({ names }) => names === null)];
if (!options.quiet) wrong.slice(0, SHOWN).forEach(tell);
if (!options.quiet && wrong.length > SHOWN) console.log(`\n… and ${wrong.length - SHOWN} more`);
const missing = uncovered(written);
console.log(`corpus: ${written.length} chains, ${noted.filter(isAsNoted).length} as noted`);
console.log(`random: ${made.length} chains, seed ${options.seed}`);
const broken = table(verdicts);
if (missing.length > 0) broken.push(`the corpus leaves out ${missing.join(', ')}`);
broken.forEach((what) => console.log(`failed: ${what}`));
console.log(`${all.length - wrong.length} passed, ${wrong.length + broken.length} failed`);
console.log(`${made.length} chains, ${wrong.length} unexplained differences`);
process.exitCode = wrong.length + broken.length > 0 ? 1 : 0;
