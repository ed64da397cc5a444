// SPDX-License-Identifier: MIT
// Says a chain to postgrest-js. Where it takes PostgREST's own words (or, not, filter), they are written
// as a careful user writes them: every operand that is more than a plain word in quotes.
import { PostgrestClient, PostgrestFilterBuilder, PostgrestQueryBuilder } from '@supabase/postgrest-js';

const escaped = (text) => text.replace(/["\\]/g, '\\$&');
const quoted = (value) => (/^[A-Za-z0-9_-]+$/.test(`${value}`) ? `${value}` : `"${escaped(`${value}`)}"`);
const list = (values) => `(${values.map(quoted).join(',')})`;
const array = (values) => `{${values.map((v) => (v === null ? 'NULL' : `"${escaped(`${v}`)}"`)).join(',')}}`;

// prettier-ignore
const operators = {
  eq: 'eq', neq: 'neq', gt: 'gt', gte: 'gte', lt: 'lt', lte: 'lte', isDistinct: 'isdistinct', is: 'is',
  in: 'in', notIn: 'not.in', like: 'like', ilike: 'ilike', likeAnyOf: 'like(any)', likeAllOf: 'like(all)',
  ilikeAnyOf: 'ilike(any)', ilikeAllOf: 'ilike(all)', regexMatch: 'match', regexIMatch: 'imatch',
  contains: 'cs', containedBy: 'cd', overlaps: 'ov', rangeGt: 'sr', rangeGte: 'nxl', rangeLt: 'sl',
  rangeLte: 'nxr', rangeAdjacent: 'adj',
};
const searches = { plain: 'plfts', phrase: 'phfts', websearch: 'wfts' };

const isPlainObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const unmarked = (value) => (isPlainObject(value) && '$json' in value ? value.$json : value);

// A condition as [column, operator, value].
function parts([name, column, ...rest]) {
  if (name === 'textSearch') {
    const { type, config } = rest[1] ?? {};
    return [column, (searches[type] ?? 'fts') + (config === undefined ? '' : `(${config})`), rest[0]];
  }
  if (name === 'filter') return [column, ...rest];
  if (name === 'filterAny' || name === 'filterAll')
    return [column, `${rest[0]}(${name.slice(6).toLowerCase()})`, rest[1]];
  if (!(name in operators)) throw new Error(`no condition is named ${name}`);
  return [column, operators[name], rest[0]];
}

function operand(operator, value) {
  if (Array.isArray(value)) return /(^|\.)in$/.test(operator) ? list(value) : array(value);
  return isPlainObject(value) ? JSON.stringify(unmarked(value)) : `${value}`;
}

// A condition inside of a group.
function condition([name, ...rest], negation = '') {
  if (name === 'not') return condition(rest[0], 'not.');
  if (name === 'or' || name === 'and')
    return `${negation}${name}(${rest[0].map((inner) => condition(inner)).join(',')})`;
  if (name === 'filterRaw') return `${rest[0]}.${negation}${rest[1]}`;
  const [column, operator, value] = parts([name, ...rest]);
  const text = operand(operator, value);
  const isBare = operator === 'is' || /(^|\.)in$/.test(operator);
  return `${column}.${negation}${operator}.${isBare ? text : quoted(text)}`;
}

// What is not said by a method of the same name and arguments.
const said = {
  not(q, inner) {
    const [column, operator, value] = parts(inner);
    return q.not(column, operator, operand(operator, value));
  },
  or: (q, conditions, options) => q.or(conditions.map((inner) => condition(inner)).join(','), options),
  orRaw: (q, text) => q.or(text),
  filter: (q, column, operator, value) => q.filter(column, operator, operand(operator, value)),
  filterRaw: (q, column, text) => q.filter(column, ...text.split(/\.(.*)/s, 2)),
  filterAny: (q, column, operator, value) => q.filter(column, `${operator}(any)`, array(value)),
  filterAll: (q, column, operator, value) => q.filter(column, `${operator}(all)`, array(value)),
};

function builder(client, chain) {
  let q = chain.rpc === undefined ? client.from(chain.from) : client.rpc(chain.rpc, chain.args, chain.options);
  for (const [name, ...rest] of chain.calls ?? [])
    q = name in said ? said[name](q, ...rest) : q[name](...rest.map(unmarked));
  return q;
}

// Sends the chain to a PostgREST at @url. The answer is postgrest-js's.
export async function say(chain, url, headers = {}) {
  const client = new PostgrestClient(url, {
    headers: { 'X-Chain': chain.id, ...headers },
    schema: chain.schema,
    retry: false,
  });
  return chain.openapi ? client.getOpenApiSpec() : builder(client, chain);
}

// Methods that change nothing of what is sent.
const silent = ['abortSignal', 'returns', 'overrideTypes', 'throwOnError', 'retry', 'then'];
const inner = ['constructor', 'processResponse', 'cloneRequestState', 'decorateFetch'];
const members = ['from', 'schema']; // of a chain, not calls

function methods(prototype) {
  const names = Object.getOwnPropertyNames(prototype);
  const parent = Object.getPrototypeOf(prototype);
  return parent === Object.prototype ? names : names.concat(methods(parent));
}

// The methods of postgrest-js that change a request.
export function knownMethods() {
  const names = [PostgrestFilterBuilder, PostgrestQueryBuilder, PostgrestClient].flatMap(({ prototype }) =>
    methods(prototype),
  );
  return [...new Set(names)].filter(
    (name) => !silent.includes(name) && !inner.includes(name) && !members.includes(name),
  );
}

// Their options; foreignTable is another word for referencedTable.
// prettier-ignore
export const knownOptions = {
  select: ['head', 'count'], insert: ['count', 'defaultToNull'], update: ['count'], delete: ['count'],
  upsert: ['onConflict', 'ignoreDuplicates', 'count', 'defaultToNull'], rpc: ['head', 'get', 'count'],
  or: ['referencedTable'], textSearch: ['config', 'type'], limit: ['referencedTable'], range: ['referencedTable'],
  order: ['ascending', 'nullsFirst', 'referencedTable'],
  explain: ['analyze', 'verbose', 'settings', 'buffers', 'wal', 'format'],
};
