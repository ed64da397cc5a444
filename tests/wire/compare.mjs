// SPDX-License-Identifier: MIT
// Brings two requests into one form, and says where they differ. What is made equal here is equal to
// PostgREST for every request; what is equal for some requests only is a rule's business (rules.mjs).

// `+` and `%20` are both a blank. The order of one key's values is kept, that of different keys is not.
function parameters(query) {
  const found = new Map();
  for (const [key, value] of new URLSearchParams(query)) found.set(key, [...(found.get(key) ?? []), value]);
  return found;
}

// Preferences are a set: PostgREST reads each kind once, wherever it stands.
const preferences = (value = '') =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
    .sort()
    .join(', ');

// PostgREST answers JSON to `*/*` (fetch's own), to no Accept and to application/json. Blanks around the
// parameters of a media type mean nothing.
function accept(value = '*/*') {
  const tight = value.replace(/\s*;\s*/g, ';').replace(/;$/, '');
  return tight === '*/*' ? 'application/json' : tight;
}

// Keys of an object have no order.
function ordered(value) {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, ordered(value[key])]),
  );
}

function body(text) {
  if (text === '') return '';
  try {
    return JSON.stringify(ordered(JSON.parse(text)));
  } catch {
    return text;
  }
}

function headers(given, text) {
  const kept = { accept: accept(given.accept), prefer: preferences(given.prefer) };
  for (const name of Object.keys(given)) {
    if (name.endsWith('-profile') || (name.startsWith('x-') && name !== 'x-chain')) kept[name] = given[name];
  }
  // Without a body its type means nothing.
  if (text !== '') kept['content-type'] = given['content-type'];
  return kept;
}

export function normal(request) {
  return {
    method: request.method,
    path: decodeURIComponent(request.path),
    query: parameters(request.query),
    headers: headers(request.headers, request.body),
    body: body(request.body),
  };
}

const keysOf = (a, b) => [...new Set([...a, ...b])];

// The differences of two normal requests: {part, key, ours, theirs}, of a query's parameter with all of
// its values, [] when it is not there.
export function differences(ours, theirs) {
  const found = [];
  const look = (part, key, a, b) => {
    if (JSON.stringify(a) !== JSON.stringify(b)) found.push({ part, key, ours: a, theirs: b });
  };
  for (const part of ['method', 'path', 'body']) look(part, '', ours[part], theirs[part]);
  for (const key of keysOf(Object.keys(ours.headers), Object.keys(theirs.headers)))
    look('header', key, ours.headers[key] ?? '', theirs.headers[key] ?? '');
  for (const key of keysOf(ours.query.keys(), theirs.query.keys()))
    look('query', key, ours.query.get(key) ?? [], theirs.query.get(key) ?? []);
  return found;
}

// The request as a person reads it.
export function shown(request) {
  const query = [...new URLSearchParams(request.query)].map(([key, value]) => `\n      ${key} = ${value}`).join('');
  const names = Object.keys(request.headers).filter(
    (name) => /^(accept|prefer|content-type|(accept|content)-profile)$/.test(name) || name.startsWith('x-'),
  );
  const lines = names.map((name) => `\n      ${name}: ${request.headers[name]}`).join('');
  return `${request.method} ${request.path}${query}${lines}${request.body && `\n      ${request.body}`}`;
}
