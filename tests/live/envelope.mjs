// SPDX-License-Identifier: MIT
// Envelopes of version 1 between Node's crypto, which older programs wrote them with, and this library:
// node envelope.mjs PROGRAM, where PROGRAM is live/envelope. Ends in the line "N passed, M failed".
import { createCipheriv, createDecipheriv, randomBytes, randomInt } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const store = '6f1c2b3a-0d4e-4f5a-8b6c-7d8e9fa0b1c2';
const key = randomBytes(32);
const plaintexts = Array.from({ length: 300 }, (_, i) =>
  JSON.stringify({
    projectUrl: `https://p${i}.supabase.co`,
    serviceRoleKey: randomBytes(randomInt(200)).toString('base64url'),
    anonKey: null,
    note: ['é', '日本', '🙂', '"\\', ''][i % 5].repeat(i % 7),
  }));

// As the platform's encryption service does it.
function encrypt(text, tagLength = 16, with_key = key) {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-gcm', with_key, iv, { authTagLength: tagLength });
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return [iv, cipher.getAuthTag(), encrypted].map((part) => part.toString('base64')).join(':');
}

function decrypt(envelope) {
  const [iv, tag, encrypted] = envelope.split(':').map((part) => Buffer.from(part, 'base64'));
  const decipher = createDecipheriv('aes-256-gcm', key, iv);
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8');
}

const directory = mkdtempSync(join(tmpdir(), 'envelope-'));
const keyring = join(directory, 'keyring');
writeFileSync(keyring, `k1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });

// One answer for each line: [code, text].
function ask(lines) {
  const run = spawnSync(process.argv[2], [], {
    input: lines.map(([command, text]) => `${command}\t${store}\t${text}\n`).join(''),
    env: { ENCRYPTION_KEY: key.toString('base64'), SUPA_KEYRING_FILE: keyring },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (run.status !== 0) throw new Error(`${process.argv[2]}: status ${run.status}, ${run.stderr}`);
  const answers = run.stdout.split('\n').slice(0, -1).map((line) => line.split('\t'));
  if (answers.length !== lines.length) throw new Error(`${answers.length} answers to ${lines.length} lines`);
  return answers;
}
const all = (command, texts) => ask(texts.map((text) => [command, text]));
const texts = (answers) => answers.map(([code, text]) => (code === 'ok' ? text : `${code}: ${text}`));
const same = (a, b) => a.length === b.length && a.every((text, i) => text === b[i]);
const refused = (answers) => answers.length > 0 && answers.every(([code]) => code === 'credentials');

const swapped = (a, b, part) => a.split(':').map((text, i) => (i === part ? b.split(':')[i] : text)).join(':');
const tests = {
  'what Node encrypts opens': () => same(texts(all('open', plaintexts.map((text) => encrypt(text)))), plaintexts),
  'Node decrypts what is sealed': () => same(texts(all('seal1', plaintexts)).map(decrypt), plaintexts),
  "Node's rows are migrated to version 2": () =>
    all('wrap2', plaintexts.map((text) => encrypt(text))).every(([code, text]) => code === 'ok' && text.startsWith('supa2.k1.')),
  'what was migrated opens, and Node decrypts it once it is migrated back': () => {
    const second = texts(all('wrap2', plaintexts.map((text) => encrypt(text))));
    return same(texts(all('open', second)), plaintexts) && same(texts(all('wrap1', second)).map(decrypt), plaintexts);
  },
  'tags that Node cut short are refused': () =>
    [4, 8, 12, 13, 14, 15].every((length) => refused(all('open', plaintexts.map((text) => encrypt(text, length))))),
  'rows of another key are refused': () =>
    refused(all('open', plaintexts.map((text) => encrypt(text, 16, randomBytes(32))))),
  'ciphertexts, tags and IVs of another row are refused': () =>
    [0, 1, 2].every((part) => refused(all('open', plaintexts.map((text) => swapped(encrypt(text), encrypt(text), part))))),
  'every flipped bit is refused': () => {
    const parts = encrypt(plaintexts[0]).split(':').map((text) => Buffer.from(text, 'base64'));
    const flipped = parts.flatMap((part, p) => Array.from({ length: part.length * 8 }, (_, bit) => {
      const copy = parts.map((bytes) => Buffer.from(bytes));
      copy[p][bit >> 3] ^= 1 << (bit & 7);
      return copy.map((bytes) => bytes.toString('base64')).join(':');
    }));
    return refused(all('open', flipped));
  },
};

let passed = 0, failed = 0;
for (const [name, test] of Object.entries(tests)) {
  const ok = test();
  if (ok) passed++; else failed++;
  console.log(`${name}: ${ok ? 'passed' : 'FAILED'}`);
}
rmSync(directory, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
