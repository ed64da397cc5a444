// SPDX-License-Identifier: MIT
// The differences that are meant. Each rule recognises one kind, exactly: it reads our value back into
// what the caller gave, and claims the difference only when postgrest-js's formula makes theirs from it.
// rules_live.mjs shows each of them on a real server.

const single = 'application/vnd.pgrst.object+json';
const hasCall = (chain, name) => (chain.calls ?? []).some(([call]) => call === name);

// The texts of `"a b",c` between PostgREST's or PostgreSQL's brackets, or null when they are written otherwise.
function elements(text, bare) {
  const found = [];
  const one = new RegExp(`(?:"((?:[^"\\\\]|\\\\.)*)"|(${bare}))(,|$)`, 'sy');
  while (text !== '' && one.lastIndex < text.length) {
    const match = one.exec(text);
    if (match === null) return null;
    const [, quoted, word] = match;
    found.push(quoted === undefined ? (word === 'NULL' ? null : word) : quoted.replace(/\\(.)/gs, '$1'));
    if (match[3] === '') break;
  }
  return found;
}

// The same as postgrest-js writes it.
const theirList = (values) => [...new Set(values)].map((v) => (/[,()]/.test(v) ? `"${v}"` : v)).join(',');

function isListQuoted(ours, theirs) {
  const match = /^((?:not\.)?in\.)\((.*)\)$/s.exec(ours);
  const values = match && elements(match[2], '[A-Za-z0-9_-]+');
  return Boolean(values) && theirs === `${match[1]}(${theirList(values)})`;
}

function isArrayQuoted(ours, theirs) {
  const match = /^((?:(?:cs|cd|ov|i?like\((?:any|all)\))\.)?)\{(.*)\}$/s.exec(ours);
  const values = match && elements(match[2], '[A-Za-z0-9_-]+');
  return Boolean(values) && theirs === `${match[1]}{${values.map((v) => v ?? '').join(',')}}`;
}

// Whether all values of a parameter are there on both sides, and those that differ do so by @kind.
function each(difference, kind) {
  const { part, ours, theirs } = difference;
  return (
    part === 'query' && ours.length === theirs.length && ours.every((v, i) => v === theirs[i] || kind(v, theirs[i]))
  );
}

function isJsonArray(ours, theirs) {
  const match = /^(cs|cd)\.(\[.*\])$/s.exec(ours);
  return match !== null && theirs === `${match[1]}.{${JSON.parse(match[2]).join(',')}}`;
}

// `"a""b"` or `"order"` of ours is the bare name of theirs: in columns=, or as the key of a filter.
function isNameQuoted({ part, key, ours, theirs }, found) {
  if (part !== 'query') return false;
  if (key === 'columns') {
    const names = ours.length === 1 && elements(ours[0], '(?!)');
    return Boolean(names) && theirs.join() === names.map((name) => `"${name}"`).join();
  }
  const bare = (name) => elements(name, '(?!)')?.join();
  const other = found.find(
    (one) =>
      one.part === 'query' && one.key !== key && (ours.length === 0 ? bare(one.key) === key : bare(key) === one.key),
  );
  return other !== undefined && other.ours.join() === theirs.join() && other.theirs.join() === ours.join();
}

const nullWords = { 'eq.null': 'is.null', 'neq.null': 'not.is.null', 'isdistinct.null': 'not.is.null' };

export const rules = [
  {
    name: 'list-quoted',
    reason:
      'elements of in that are more than a word are in quotes: bare, PostgREST cuts them at , and ) and reads " and \\',
    claims: (difference) => each(difference, isListQuoted),
  },
  {
    name: 'array-quoted',
    reason: "elements of an array are in quotes: bare, PostgreSQL's array syntax reads them",
    claims: (difference) => each(difference, isArrayQuoted),
  },
  {
    name: 'json-array',
    reason: 'a JSON array is written as JSON: postgrest-js takes it for an array of objects, {[object Object]}',
    claims: (difference) => each(difference, isJsonArray),
  },
  {
    name: 'name-quoted',
    reason: 'a name is in quotes where it has to be: bare, PostgREST takes its quotes, dots and own words for syntax',
    claims: (difference, _, found) => isNameQuoted(difference, found),
  },
  {
    name: 'null-is',
    reason: 'the null value compares by is: eq.null compares with the text null',
    claims: (difference) => each(difference, (ours, theirs) => nullWords[theirs] === ours),
  },
  {
    name: 'maybe-single-read',
    reason: 'a read of one row or none asks for two: the second tells that there are several, the rest need not travel',
    claims: ({ part, key, ours, theirs }, chain) =>
      part === 'query' &&
      key === 'limit' &&
      hasCall(chain, 'maybeSingle') &&
      ours.join() === '2' &&
      (theirs.length === 0 || (theirs.length === 1 && Number(theirs[0]) > 2)),
  },
  {
    name: 'maybe-single-write',
    reason: 'a write of one row or none asks for an object, so that the server undoes it when there are several',
    claims: ({ part, key, ours, theirs }, chain) =>
      part === 'header' &&
      key === 'accept' &&
      hasCall(chain, 'maybeSingle') &&
      ours.startsWith(single) &&
      theirs === ours.replace(single, ours === single ? 'application/json' : 'application/vnd.pgrst.array+json'),
  },
  {
    name: 'rpc-representation',
    reason: 'a function always returns its result: return=representation says nothing there',
    claims: ({ part, key, ours, theirs }, chain) =>
      part === 'header' &&
      key === 'prefer' &&
      chain.rpc !== undefined &&
      theirs
        .split(', ')
        .filter((one) => one !== 'return=representation')
        .join(', ') === ours,
  },
];

// The names of the rules that explain the differences; null when one is left.
export function explain(found, chain) {
  const names = new Set();
  for (const difference of found) {
    const rule = rules.find((one) => one.claims(difference, chain, found));
    if (rule === undefined) return null;
    names.add(rule.name);
  }
  return [...names];
}
