// SPDX-License-Identifier: MIT
// Random chains from the whole grammar, the same for the same seed. Values are ordinary ones, which
// postgrest-js writes right; what libsupa refuses (a write without a filter, an empty group, a limit on
// a write) is not made.

import { Dice } from './dice.mjs';

// prettier-ignore
const tables = ['products', 'orders', 'customers', 'order_items', 'Settings', 'v_daily_sales', 'price list', 'cafés'];
const functions = ['search_products', 'add_stock', 'total_of', 'nearby', 'ping'];
const schemas = ['shop', 'private', 'tenant_1'];
// prettier-ignore
const embeddable = ['customer', 'items', 'categories', 'prices', 'authors', 'stock', 'reviews'];
const columns = {
  // prettier-ignore
  text: ['name', 'status', 'slug', 'sku', 'email', 'city', 'displayName', 'first name', 'meta->>kind',
    'attributes->size->>unit', 'images->0->>alt'],
  number: ['price', 'stock_quantity', 'sort_order', 'rating', 'total_2024', 'meta->weight'],
  time: ['created_at', 'updated_at', 'published_on'],
  bool: ['is_active', 'featured', 'manage_stock'],
  id: ['id', 'store_id', 'customer_id'],
  array: ['tags', 'labels', 'sizes'],
  json: ['meta', 'attributes', 'dimensions'],
  range: ['during', 'period', 'ages'],
  search: ['search', 'body'],
};
// prettier-ignore
const words = ['active', 'draft', 'archived', 'blue', 'XL', 'Amsterdam', 'tulip', 'new', 'in-stock', 'true',
  'a_b', '42'];
// prettier-ignore
const phrases = ['New York', "O'Brien", 'Café Été', '50% off', 'a+b', 'x=y&z', 'what?', '#1', '🌷 tulip', 'a,b',
  '(x)', '"quoted"', 'C:\\dir', '<b>', 'semi;colon', 'and/or', 'ann@example.com', '+31 20 555', '日本', '{1,2}',
  'eq.5', 'not.is.null', ' padded ', '~', '!important', '[1,2)', 'a:b', "it''s", '$5', 'tab\there', 'line\nbreak', ''];
// The same where postgrest-js writes a list without looking.
const listed = ['New York', "O'Brien", 'Café', 'a,b', '(x)', 'ann@example.com', '2024-05-01T10:00:00Z', 'a:b', '1.5'];
const times = ['2024-05-01', '2024-01-31T23:59:59Z', '2024-06-15 08:30:00+02', '1999-12-31T00:00:00.123456Z'];
const patterns = ['%tulip%', 'a%', '%z', '_b_', "O'B%", '100\\%', '%new york%', '%é%', 'a.b', '%(x)%', '"%"'];
const expressions = ['^tulip', '[a-z]+$', 'a|b', '(x|y)z?', '\\d{3}', '^.b', 'star\\*', 'a"b'];
const ranges = ['[1,5)', '(,10]', '[2024-01-01,2024-02-01)', '[2024-01-01 10:00,)', 'empty', '[0.5,1.5]'];
const documents = [{ kind: 'bulb' }, { a: 1, b: [1, 2] }, { unit: 'cm', 'a b': null }, { deep: { er: true } }, {}];

const uuid = (dice) => `${dice.int(10000000, 99999999)}-0000-4000-8000-${dice.int(100000000000, 999999999999)}`;
const number = (dice) => (dice.chance(0.7) ? dice.int(-10, 5000) : dice.int(1, 9999) / 100);

function text(dice) {
  return dice.chance(0.55) ? dice.one(words) : dice.one(phrases);
}

const scalars = {
  text,
  number,
  time: (dice) => dice.one(times),
  id: (dice) => (dice.chance(0.5) ? uuid(dice) : dice.int(1, 99999)),
};

function comparison(dice) {
  const kind = dice.weighted([
    [5, 'text'],
    [5, 'number'],
    [2, 'time'],
    [2, 'id'],
  ]);
  const name = dice.one(
    kind === 'id' ? ['eq', 'neq', 'isDistinct'] : ['eq', 'eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'isDistinct'],
  );
  return [name, dice.one(columns[kind]), scalars[kind](dice)];
}

function truth(dice) {
  const name = dice.one(['eq', 'is', 'is', 'is', 'isDistinct']);
  const column = dice.one(columns.bool);
  if (name !== 'is') return [name, column, dice.chance(0.5)];
  const value = dice.one([null, true, false]);
  return [name, value === null ? dice.one(columns[dice.one(['text', 'number', 'time', 'bool'])]) : column, value];
}

// An empty list on a write may be refused: its opposite is every row.
function membership(dice) {
  const name = dice.one(['in', 'in', 'notIn']);
  const what = dice.weighted([
    [8, 'number'],
    [8, 'word'],
    [4, 'id'],
    [2, 'listed'],
    [name === 'in' && !dice.isWrite ? 1 : 0, 'none'],
  ]);
  if (what === 'none') return [name, dice.one(columns.text), []];
  if (what === 'listed') return [name, dice.one(columns.text), dice.some(listed, dice.int(1, 3))];
  if (what === 'word') return [name, dice.one(columns.text), dice.some(words, dice.int(1, 5))];
  if (what === 'id') return [name, 'id', Array.from({ length: dice.int(1, 4) }, () => uuid(dice))];
  return [name, dice.one(columns.number), [...new Set(Array.from({ length: dice.int(1, 6) }, () => dice.int(1, 500)))]];
}

function pattern(dice) {
  if (dice.chance(0.35))
    return [dice.one(['regexMatch', 'regexIMatch']), dice.one(columns.text), dice.one(expressions)];
  return [dice.one(['like', 'ilike']), dice.one(columns.text), dice.one(patterns)];
}

function listing(dice) {
  if (dice.chance(0.5))
    return [
      dice.one(['likeAnyOf', 'likeAllOf', 'ilikeAnyOf', 'ilikeAllOf']),
      dice.one(columns.text),
      dice.some(['%tulip%', 'a%', '%z', '_b_', '%new york%'], dice.int(1, 3)),
    ];
  return [
    dice.one(['contains', 'containedBy', 'overlaps']),
    dice.one(columns.array),
    dice.chance(0.5) ? dice.some(words, dice.int(1, 3)) : Array.from({ length: dice.int(0, 3) }, () => dice.int(1, 99)),
  ];
}

function containment(dice) {
  if (dice.chance(0.6)) return [dice.one(['contains', 'containedBy']), dice.one(columns.json), dice.one(documents)];
  return [dice.one(['contains', 'containedBy', 'overlaps']), dice.one(columns.range), dice.one(ranges)];
}

function range(dice) {
  return [
    dice.one(['rangeGt', 'rangeGte', 'rangeLt', 'rangeLte', 'rangeAdjacent']),
    dice.one(columns.range),
    dice.one(ranges),
  ];
}

function search(dice) {
  return [
    'textSearch',
    dice.one(columns.search),
    dice.one(['tulip', 'tulip & blue', "'fat cat' | !rat", 'new york', 'a:b']),
    ...dice.options([
      ['type', 0.6, () => dice.one(['plain', 'phrase', 'websearch'])],
      ['config', 0.4, () => dice.one(['english', 'french'])],
    ]),
  ];
}

// By the operator's name.
function named(dice) {
  const name = dice.one(['filter', 'filterAny', 'filterAll']);
  if (name !== 'filter') {
    const op = dice.one(['eq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'match', 'imatch']);
    const texts = op.endsWith('like')
      ? ['a%', '%new york%', '%"z"']
      : op.endsWith('match')
        ? expressions
        : [...listed, ...words];
    return [name, dice.one(columns.text), op, dice.some(texts, dice.int(1, 3))];
  }
  return dice.weighted([
    [3, [name, dice.one(columns.text), dice.one(['eq', 'neq', 'gt', 'isdistinct']), text(dice)]],
    [2, [name, dice.one(columns.number), dice.one(['eq', 'lte']), number(dice)]],
    [2, [name, dice.one(columns.text), 'in', dice.some([...listed, '"q"', 'back\\slash', ...words], dice.int(1, 3))]],
    [
      1,
      [name, dice.one(columns.array), dice.one(['cs', 'cd', 'ov']), dice.some([...listed, ...words], dice.int(1, 3))],
    ],
    [1, [name, dice.one(columns.search), dice.one(['fts', 'plfts(english)', 'wfts']), 'tulip']],
  ]);
}

// A condition that may stand in a group, too.
function condition(dice, inGroup) {
  // In a group the list is in PostgREST's words, and those are the careful user's.
  return dice.weighted([
    [40, comparison],
    [12, truth],
    [inGroup ? 10 : 7, membership],
    [10, pattern],
    [inGroup ? 6 : 2, listing],
    [5, containment],
    [4, range],
    [4, search],
    [4, named],
  ])(dice);
}

const negatable = (one) => one[0] !== 'notIn' && !(one[0] === 'is' && one[2] === undefined);

function maybeNegated(dice, inGroup, part) {
  const one = condition(dice, inGroup);
  return negatable(one) && dice.chance(part) ? ['not', one] : one;
}

function group(dice, depth) {
  return Array.from({ length: dice.int(1 + (depth === 0), 3) }, () => {
    if (depth >= 2 || !dice.chance(0.25)) return maybeNegated(dice, true, 0.15);
    const nested = [dice.one(['and', 'or']), group(dice, depth + 1)];
    return dice.chance(0.2) ? ['not', nested] : nested;
  });
}

function filter(dice) {
  if (dice.chance(0.12)) return ['or', group(dice, 0)];
  if (dice.chance(0.03))
    return [
      'match',
      Object.fromEntries(dice.some(['status', 'slug', 'sku', 'city'], dice.int(1, 3)).map((k) => [k, text(dice)])),
    ];
  if (dice.chance(0.02))
    return ['filterRaw', dice.one(columns.number), `${dice.one(['eq', 'gt', 'not.lt'])}.${dice.int(1, 99)}`];
  if (dice.chance(0.02)) return ['orRaw', 'status.eq.active,and(price.gt.5,price.lt.50),name.not.is.null'];
  // postgrest-js writes a list after `not` as the user says it.
  return dice.chance(0.08)
    ? ['not', condition(dice, false)].map((c, i) => (i === 1 && !negatable(c) ? comparison(dice) : c))
    : condition(dice, false);
}

const filters = (dice, from, to) => Array.from({ length: dice.int(from, to) }, () => filter(dice));

// select: columns, aliases, casts, JSON paths, aggregates and embedded resources. @embeds gets their paths.
function column(dice) {
  return dice.weighted([
    [10, () => dice.one(['id', 'name', 'price', 'status', 'created_at', 'slug', 'sku'])],
    [2, () => `${dice.one(['label', 'kind', 'n'])}:${dice.one(['name', 'status', 'price'])}`],
    [2, () => `${dice.one(['id', 'price', 'created_at'])}::text`],
    [2, () => dice.one(['meta->kind', 'meta->>kind', 'size:attributes->size->>unit', 'images->0'])],
    [1, () => dice.one(['price.sum()', 'count()', 'avg:price.avg()', 'price.max()::int'])],
    [1, () => dice.one(['"first name"', '"odd,name"', 'prénom'])],
  ])();
}

function embed(dice, path, depth, embeds) {
  const name = dice.one(embeddable);
  const alias = dice.chance(0.3) ? `${dice.one(['main', 'other', 'linked'])}_${name}` : '';
  const spread = alias === '' && depth === 0 && dice.chance(0.1) ? '...' : '';
  const here = [...path, alias || name];
  const before = embeds.length;
  const inner = selection(dice, here, depth + 1, embeds);
  if (spread !== '') embeds.length = before;
  else embeds.push(here.join('.'));
  const hint = dice.weighted([
    [8, ''],
    [1, '!inner'],
    [1, '!left'],
    [1, `!${name}_id_fkey`],
    [1, `!${name}_id_fkey!inner`],
  ]);
  return `${spread}${alias && `${alias}:`}${name}${hint}(${inner})`;
}

function selection(dice, path, depth, embeds) {
  const parts = dice.chance(0.2) ? ['*'] : Array.from({ length: dice.int(1, 4) }, () => column(dice));
  const used = new Set(embeds);
  while (depth < 3 && dice.chance(depth === 0 ? 0.3 : 0.2)) {
    const made = [];
    const one = embed(dice, path, depth, made);
    if (made.some((path) => used.has(path)) || (made.length === 0 && !one.startsWith('...'))) continue;
    made.forEach((path) => used.add(path));
    embeds.push(...made);
    parts.push(one);
  }
  return parts.join(
    dice.weighted([
      [6, ','],
      [2, ', '],
      [1, ',\n  '],
    ]),
  );
}

const orderOptions = (dice, more = []) =>
  dice.options([['ascending', 0.5, () => dice.chance(0.4)], ['nullsFirst', 0.25, () => dice.chance(0.5)], ...more]);

// What is said about the rows of an embedded resource.
function onEmbedded(dice, path) {
  const one = comparison(dice);
  const on = { referencedTable: path };
  return dice.weighted([
    [3, [one[0], `${path}.${one[1]}`, one[2]]],
    [1, ['is', path, null]],
    [2, ['or', group(dice, 1), on]],
    [2, ['order', 'created_at', { ...orderOptions(dice)[0], ...on }]],
    [2, ['limit', dice.int(0, 50), on]],
    [1, ['range', 10, dice.int(10, 40), on]],
  ]);
}

function paging(dice) {
  const calls = [];
  while (dice.chance(0.3))
    calls.push([
      'order',
      dice.one([...columns.number, ...columns.time, 'name', 'customer(city)']),
      ...orderOptions(dice),
    ]);
  if (dice.chance(0.25)) calls.push(['limit', dice.int(0, 1000)]);
  else if (dice.chance(0.15))
    calls.push(['range', ...[dice.int(0, 500)].flatMap((from) => [from, from + dice.int(0, 99)])]);
  return calls;
}

function explanation(dice) {
  return [
    'explain',
    ...dice.options([
      ...['analyze', 'verbose', 'settings', 'buffers', 'wal'].map((name) => [name, 0.3, () => true]),
      ['format', 0.4, () => dice.one(['text', 'json'])],
    ]),
  ];
}

// One form of the answer; explain and stripNulls come on top of some.
function form(dice, isWrite) {
  return dice.weighted([
    [70, []],
    [9, [['single']]],
    [isWrite ? 3 : 4, [['maybeSingle']]],
    [3, [['csv']]],
    [2, [['geojson']]],
    [4, [['stripNulls']]],
    [2, [['single'], ['stripNulls']]],
    [3, [explanation(dice)]],
    [1, [['single'], explanation(dice)]],
  ]);
}

const count = (dice) => dice.one(['exact', 'planned', 'estimated']);
const header = (dice) => (dice.chance(0.05) ? [['setHeader', 'X-Trace', `t-${dice.int(1, 999)}`]] : []);

function read(dice) {
  const embeds = [];
  const columns = selection(dice, [], 0, embeds);
  const calls = [
    [
      'select',
      columns,
      ...dice.options([
        ['count', 0.15, () => count(dice)],
        ['head', 0.06, () => true],
      ]),
    ],
  ];
  if (dice.chance(0.08)) calls[0] = ['select'];
  calls.push(...filters(dice, 0, 4));
  if (calls[0].length > 1) for (const path of embeds) if (dice.chance(0.4)) calls.push(onEmbedded(dice, path));
  calls.push(...paging(dice), ...header(dice));
  return calls[0][2]?.head ? calls : [...calls, ...form(dice, false)];
}

const cells = {
  name: text,
  slug: text,
  price: number,
  stock_quantity: (dice) => dice.int(0, 500),
  is_active: (dice) => dice.chance(0.5),
  meta: (dice) => dice.one([...documents, [1, { a: 'b' }]]),
  tags: (dice) => dice.some(words, dice.int(0, 3)),
  note: () => null,
};

function row(dice) {
  return Object.fromEntries(dice.some(Object.keys(cells), dice.int(1, 5)).map((key) => [key, cells[key](dice)]));
}

// Columns that no filter looks at: an update that returns rows by a group on what it changes is refused.
const change = (dice) => Object.fromEntries(Object.entries(row(dice)).map(([key, value]) => [`new_${key}`, value]));

function rows(dice) {
  return dice.chance(0.55) ? row(dice) : Array.from({ length: dice.int(1, 4) }, () => row(dice));
}

const counted = (dice) => ['count', 0.2, () => count(dice)];
const defaults = (dice) => ['defaultToNull', 0.25, () => dice.chance(0.3)];

const writes = {
  insert: (dice) => [['insert', rows(dice), ...dice.options([counted(dice), defaults(dice)])]],
  upsert: (dice) => [
    [
      'upsert',
      rows(dice),
      ...dice.options([
        counted(dice),
        defaults(dice),
        ['onConflict', 0.5, () => dice.one(['id', 'sku', 'store_id,sku', 'product_id,language_code'])],
        ['ignoreDuplicates', 0.4, () => dice.chance(0.7)],
      ]),
    ],
  ],
  update: (dice) => [['update', change(dice), ...dice.options([counted(dice)])], ...filters(dice, 1, 3)],
  delete: (dice) => [['delete', ...dice.options([counted(dice)])], ...filters(dice, 1, 3)],
};

function write(dice) {
  dice.isWrite = true;
  const name = dice.one(Object.keys(writes));
  const calls = writes[name](dice);
  if (['update', 'delete'].includes(name) && dice.chance(0.1)) calls.push(['maxAffected', dice.int(1, 20)]);
  if (dice.chance(0.05)) calls.push(['rollback']);
  if (dice.chance(0.5))
    calls.push(['select', ...(dice.chance(0.3) ? [] : [selection(dice, [], 1, [])])], ...form(dice, true));
  return [...calls, ...header(dice)];
}

const argumentsOf = {
  term: text,
  n: (dice) => dice.int(-5, 999),
  ratio: (dice) => dice.int(1, 99) / 100,
  flag: (dice) => dice.chance(0.5),
  until: (dice) => dice.one(times),
  ids: (dice) => Array.from({ length: dice.int(0, 3) }, () => dice.int(1, 99)),
};
const bodyArguments = {
  ...argumentsOf,
  doc: (dice) => dice.one(documents),
  nothing: () => null,
  many: (dice) => [{ a: dice.int(1, 9) }],
};
// A list in a URL is an array's text, and a text there must not look like a filter.
const urlArguments = { ...argumentsOf, term: (dice) => dice.one([...words, ...listed]) };

function call(dice) {
  const options = dice.options([
    ['get', 0.3, () => true],
    ['head', 0.08, () => true],
    ['count', 0.2, () => count(dice)],
  ]);
  const inUrl = options[0]?.get || options[0]?.head;
  const from = inUrl ? urlArguments : bodyArguments;
  const names = dice
    .some(Object.keys(from), dice.int(0, 4))
    .filter((name) => !(inUrl && name === 'ids' && dice.chance(0.6)));
  const chain = { rpc: dice.one(functions), calls: [] };
  if (names.length > 0 || options.length > 0)
    chain.args = Object.fromEntries(names.map((name) => [name, from[name](dice)]));
  if (options.length > 0) chain.options = options[0];
  if (dice.chance(0.15)) chain.calls.push(['select', selection(dice, [], 1, [])]);
  if (dice.chance(0.4)) chain.calls.push(...filters(dice, 1, 2));
  if (dice.chance(0.3)) chain.calls.push(...paging(dice));
  if (!options[0]?.head && dice.chance(0.3)) chain.calls.push(...form(dice, false));
  return chain;
}

// Chain @index of @seed.
export function generate(seed, index) {
  const dice = new Dice(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const kind = dice.weighted([
    [60, 'read'],
    [27, 'write'],
    [13, 'rpc'],
    [0.3, 'openapi'],
  ]);
  let chain = { openapi: true };
  if (kind === 'rpc') chain = call(dice);
  else if (kind !== 'openapi') chain = { from: dice.one(tables), calls: kind === 'read' ? read(dice) : write(dice) };
  if (dice.chance(0.15)) chain.schema = dice.one(schemas);
  if (dice.chance(0.4)) chain.style = dice.one(['parts', 'texts']);
  return chain;
}
