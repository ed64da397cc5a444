// SPDX-License-Identifier: MIT
// Seeded mutations of C files: mutate.mjs LIB SEED DRAWS DIRECTORY writes to DIRECTORY/N.c, N from 1 to DRAWS, the
// mutated file, and to DIRECTORY/list a line "N<tab>file<tab>line<tab>operator<tab>what the line is now". An operator
// is drawn first, each alike, and then one of its places, so that the many constants do not crowd out the rest.
import {readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {join, relative} from 'node:path'

const [lib, seed, draws, directory] = process.argv.slice(2)

// mulberry32: the same mutations for the same seed and sources.
let state = Number(seed) >>> 0
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const below = (n) => Math.floor(random() * n)

const files = (folder) =>
  readdirSync(folder, {withFileTypes: true})
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? (entry.name.startsWith('.') ? [] : files(path)) : path.endsWith('.c') ? [path] : []
    })

// The same length, with blanks for what is no code: comments, texts, characters, directives.
const code = (text) =>
  text.replace(/\/\*[^]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^#(?:.*\\\n)*.*/gm, (part) =>
    part.replace(/[^\n]/g, ' '))

// Where the parenthesis that opens at `at` closes.
const closing = (text, at) => {
  for (let i = at, depth = 0; i < text.length; i++) {
    if (text[i] === '(') depth++
    if (text[i] === ')' && --depth === 0) return i
  }
  return -1
}

const each = (text, pattern, make) => [...text.matchAll(pattern)].map(make).filter(Boolean)
const swap = (words) => (text) => each(text, new RegExp(` (${Object.keys(words).map((w) => w.replace(/[+|]/g, '\\$&')).join('|')}) `, 'g'),
  (m) => ({from: m.index + 1, to: m.index + 1 + m[1].length, text: words[m[1]]}))
const conditions = (text, words, wrap) => each(text, new RegExp(`\\b(?:${words}) \\(`, 'g'), (m) => {
  const from = m.index + m[0].length - 1
  const to = closing(text, from)
  return to > 0 && {from, to: to + 1, wrap: wrap(text, to)}
})

// Each: from the code, the places as {from, to, text} or {from, to, wrap}.
const operators = {
  'negate a condition': (text) => conditions(text, 'if|while', () => (inner) => `(!${inner})`),
  'drop a guard': (text) => conditions(text, 'if', (_, to) =>
    /^\s*(\{\s*)?(return|goto|break|continue)\b/.test(text.slice(to + 1))
      ? (inner) => `(0 && ${inner})` : (inner) => `(1 || ${inner})`),
  'move a bound': swap({'<': '<=', '<=': '<', '>': '>=', '>=': '>'}),
  'plus for minus': swap({'+': '-', '-': '+', '+=': '-=', '-=': '+='}),
  'and for or': swap({'&&': '||', '||': '&&'}),
  'equal for unequal': swap({'==': '!=', '!=': '=='}),
  'drop a statement': (text) => each(text, /(?<=[;{})]\s*\n\s+)(?!return|if|for|while|switch)(?:\w+\([^;{}]*\)|[\w.>\[\]-]+ [|&+-]?= [^;{}]+);/g,
    (m) => ({from: m.index, to: m.index + m[0].length, text: ';'})),
  'another constant': (text) => each(text, /\breturn (0|1|-1|SUPA_OK|SUPA_ERROR_\w+);/g, (m) => ({
    from: m.index + 7, to: m.index + 7 + m[1].length,
    text: {0: '1', 1: '0', '-1': '0', SUPA_OK: 'SUPA_ERROR_NETWORK'}[m[1]] ?? 'SUPA_OK'})),
  'off by one': (text) => each(text, /(?<![\w.])([1-9]\d*|0)(?![\w.])/g,
    (m) => ({from: m.index, to: m.index + m[0].length, text: String(Number(m[0]) + (random() < 0.5 || m[0] === '0' ? 1 : -1))})),
  'swap arguments': (text) => each(text, /(?<=\w\((?:[^();]*, )?)([\w>.-]+), ([\w>.-]+)(?=[,)])/g,
    (m) => m[1] !== m[2] && {from: m.index, to: m.index + m[0].length, text: `${m[2]}, ${m[1]}`}),
}

const sources = files(lib).map((path) => {
  const text = readFileSync(path, 'utf8')
  return {path, text, code: code(text)}
})
// Only within functions: the house indents there, and braces of a function stand in the first column.
const bodies = (text) => each(text, /^\{$[^]*?^\}$/gm, (m) => [m.index, m.index + m[0].length])
const places = Object.fromEntries(Object.entries(operators).map(([name, find]) => [name, sources.flatMap((source) => {
  const inside = bodies(source.code)
  return find(source.code).filter((p) => inside.some(([a, b]) => p.from > a && p.to < b)).map((p) => ({...p, source}))
})]))

const list = []
for (let n = 1; n <= Number(draws); n++) {
  const names = Object.keys(places).filter((name) => places[name].length)
  const name = names[below(names.length)]
  const [place] = places[name].splice(below(places[name].length), 1)
  const {path, text} = place.source
  const old = text.slice(place.from, place.to)
  const mutated = text.slice(0, place.from) +
    // No line may move: a statement dropped or two arguments swapped leave their line ends behind.
    (place.wrap ? place.wrap(old) : place.text + '\n'.repeat(old.split('\n').length - place.text.split('\n').length)) +
    text.slice(place.to)
  const line = text.slice(0, place.from).split('\n').length
  writeFileSync(join(directory, `${n}.c`), mutated)
  list.push([n, relative(lib, path), line, name,
    `${text.split('\n')[line - 1].trim()} -> ${mutated.split('\n')[line - 1].trim()}`].join('\t'))
}
writeFileSync(join(directory, 'list'), list.join('\n') + '\n')
