// SPDX-License-Identifier: MIT
// Chance that is the same for the same seed.

// A stream of numbers from 0 to 1 (mulberry32).
function stream(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Dice {
  isWrite = false;
  constructor(seed) {
    this.next = stream(seed);
    for (let i = 0; i < 4; i++) this.next();
  }
  chance(part) {
    return this.next() < part;
  }
  int(from, to) {
    return from + Math.floor(this.next() * (to - from + 1));
  }
  one(from) {
    return from[this.int(0, from.length - 1)];
  }
  // @n different ones.
  some(from, n) {
    const left = [...from];
    return Array.from({ length: Math.min(n, left.length) }, () => left.splice(this.int(0, left.length - 1), 1)[0]);
  }
  // One of [[weight, what], …].
  weighted(choices) {
    let at = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    return choices.find(([weight]) => (at -= weight) < 0)[1];
  }
  // The options that @choices gives, each with its chance; none is no argument at all.
  options(choices) {
    const made = {};
    for (const [name, part, value] of choices) if (this.chance(part)) made[name] = value();
    return Object.keys(made).length > 0 ? [made] : [];
  }
}
