// SPDX-License-Identifier: MIT
// An older program, that keeps tenant 1's credentials in version 1 with Node's crypto:
//
//   node v1.mjs write FIRST COUNT   seals those of the field's stores FIRST and on, and writes them into the master
//   node v1.mjs read FIRST COUNT    reads and decrypts them, and compares them with what it wrote
//   node v1.mjs short FIRST COUNT   as write, with tags of 4, 8, 12, 13, 14, 15 bytes in turn
//   node v1.mjs other FIRST COUNT   as write, with another key
//   node v1.mjs mixed FIRST COUNT   as write, each row with the IV, the tag or the ciphertext of another row's
//
// In a stack's environment, with ENCRYPTION_KEY. Prints how many were right.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const [command, first, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const key = Buffer.from(process.env.ENCRYPTION_KEY, 'base64');
const id = (n) => `f1e1d000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const numbers = Array.from({ length: count }, (_, i) => first + i);

const plaintext = (n) =>
  JSON.stringify({
    projectUrl: process.env.STACK_TENANT_1_URL,
    serviceRoleKey: process.env.STACK_TENANT_1_SERVICE_KEY,
    anonKey: null,
    connectionString: null,
    note: `${n}: ${['é', '日本', '🙂', '"\\'][n % 4].repeat(n % 5)}`,
  });

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

function mixed(n) {
  const own = encrypt(plaintext(n)).split(':'), other = encrypt(plaintext(n + 1)).split(':');
  own[n % 3] = other[n % 3];
  return own.join(':');
}

const envelope = {
  write: (n) => encrypt(plaintext(n)),
  short: (n) => encrypt(plaintext(n), [4, 8, 12, 13, 14, 15][n % 6]),
  other: (n) => encrypt(plaintext(n), 16, randomBytes(32)),
  mixed,
}[command];

async function ask(method, query, body) {
  const apikey = process.env.MASTER_SUPABASE_SERVICE_KEY;
  const answer = await fetch(`${process.env.MASTER_SUPABASE_URL}/rest/v1/store_databases?${query}`, {
    method,
    body,
    headers: { apikey, 'Content-Type': 'application/json', Prefer: 'return=representation' },
  });
  if (!answer.ok) throw new Error(`${method}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function write(n) {
  const body = JSON.stringify({ connection_string_encrypted: envelope(n) });
  return (await ask('PATCH', `store_id=eq.${id(n)}&select=store_id`, body)).length === 1;
}

async function read(n) {
  const [row] = await ask('GET', `store_id=eq.${id(n)}&select=connection_string_encrypted`);
  try {
    return decrypt(row.connection_string_encrypted) === plaintext(n);
  } catch {
    return false;
  }
}

let right = 0;
for (const n of numbers) right += Number(await (command === 'read' ? read(n) : write(n)));
console.log(right);
