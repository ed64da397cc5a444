// SPDX-License-Identifier: MIT
// postgrest-js as a side (side.h has the protocol): node peer.mjs ROW. The work is that of the library's
// own sides; what an answer contains is compared with the same oracle, by sums that a number can hold.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { PostgrestClient } from '@supabase/postgrest-js'

const fail = (text) => {
  process.stdout.write(`error ${text}\n`.replace(/\n(?=.)/g, ' '))
  process.exit(1)
}
const setting = (name) => process.env[name] ?? fail(`${name} is not set: tests/bench/run.sh does`)
const key = setting('BENCH_KEY')
const headers = { apikey: key, Authorization: `Bearer ${key}` }
const client = (url) => new PostgrestClient(`${url}/rest/v1`, { headers })

const oracle = (name) => {
  const line = readFileSync(`${setting('BENCH_CANNED')}/oracle.txt`, 'utf8').split('\n').find((l) => l.startsWith(`${name} `))
  const [, rows, , , , , ids, cents, units, allUnits] = line.split(' ').map(Number)
  return { rows, ids, cents, units, allUnits }
}
const expect = (name, got, wanted) => got === wanted || fail(`${name} is ${got}, not ${wanted}`)
const answer = ({ data, error, status }) => (error ? fail(`postgrest-js: ${status} ${JSON.stringify(error)}`) : data)

let shop = client(setting('BENCH_URL'))
const one = async (i) => {
  const data = answer(await shop.from('one').select('*').eq('id', 1 + (i % 10000)))
  if (data.length !== 1 || data[0].id !== 42) fail('another answer than one.json')
}

const chain = (i) =>
  shop.from('products').select('*').eq('store_id', i).eq('status', 'active')
    .order('created_at', { ascending: false }).range(0, 19)

// Every field of every row, as the other side reads them.
const page = oracle('page')
const readPage = (rows) => {
  let ids = 0, cents = 0, units = 0, others = 0
  for (const r of rows) {
    ids += r.id
    cents += Math.round(r.price * 100)
    units += r.sku.length + r.name.length + r.description.length + r.status.length + r.created_at.length
    others += r.store_id + r.stock + r.tags.length + r.attrs.dims.length + (r.updated_at === null)
  }
  expect('rows', rows.length, page.rows)
  expect('the sum of ids', ids, page.ids)
  expect('the sum of prices', cents, page.cents)
  expect('the length of all texts', units, page.allUnits)
  return others
}

const big = oracle('rows_100000')
const readThree = (rows) => {
  let ids = 0, cents = 0, units = 0
  for (const r of rows) {
    ids += r.id
    cents += Math.round(r.price * 100)
    units += r.name.length
  }
  expect('rows', rows.length, big.rows)
  expect('the sum of ids', ids, big.ids)
  expect('the sum of prices', cents, big.cents)
  expect('the length of names', units, big.units)
}
const stream = async (count) => {
  for (let i = 0; i < count; i++) readThree(answer(await shop.from('rows_100000').select('*').eq('store_id', 1 + (i % 50))))
}

let sink = 0
const row = { id: 42, name: 'Product number 42', price: 19.99, stock: 12, status: 'active' }
const rows = {
  build: {
    open: () => {
      shop = client('http://127.0.0.1:58000')
      expect('the URL', decodeURIComponent(chain(7).url.toString()),
        'http://127.0.0.1:58000/rest/v1/products?select=*&store_id=eq.7&status=eq.active&order=created_at.desc&offset=0&limit=20')
    },
    run: (count) => {
      for (let i = 0; i < count; i++) sink += chain(i).url.toString().length
    },
  },
  get: {
    run: async (count) => {
      for (let i = 0; i < count; i++) await one(i)
    },
  },
  // windows of 32: quicker than 32 loops
  multi32: {
    run: async (count) => {
      for (let i = 0; i < count; i += 32) await Promise.all(Array.from({ length: Math.min(32, count - i) }, (_, k) => one(i + k)))
    },
  },
  write: {
    run: async (count) => {
      for (let i = 0; i < count; i++) answer(await shop.from('notes').insert(row))
    },
  },
  page100: {
    run: async (count) => {
      for (let i = 0; i < count; i++) sink += readPage(answer(await shop.from('page').select('*').eq('store_id', 1 + (i % 50))))
    },
  },
  stream: { run: stream },
  'stream-memory': { run: stream },
}

const memory = (status, what) => Number(status.match(new RegExp(`${what}:\\s*(\\d+)`))[1])
const measure = async (side, count) => {
  const cpu = process.cpuUsage(), wall = process.hrtime.bigint()
  await side.run(count)
  const took = process.hrtime.bigint() - wall, { user, system } = process.cpuUsage(cpu)
  const status = readFileSync('/proc/self/status', 'utf8')
  return `ok ${(user + system) * 1000} ${took} ${memory(status, 'VmRSS')} ${memory(status, 'VmHWM')} 0\n`
}

const side = rows[process.argv[2]] ?? fail(`postgrest-js has no ${process.argv[2]}`)
side.open?.()
process.stdout.write('ready 0\n')
for await (const line of createInterface({ input: process.stdin })) {
  if (!line.startsWith('run ')) fail(`not a command: ${line}`)
  try {
    process.stdout.write(await measure(side, Number(line.slice(4))))
  } catch (error) {
    fail(`${error}`)
  }
}
