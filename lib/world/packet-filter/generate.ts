/**
 * Numbers that rules make: in turn, at random, and hashes of what a packet has.
 * Sources: linux/net/netfilter/nft_numgen.c, nft_hash.c; linux/include/linux/jhash.h.
 */
import type { FilterStep } from '../network.contract';
import { fieldValue } from './fields';
import type { FilterInput } from './input';

const INITIAL = 0xdeadbeef;

/** The step's number for this packet; undefined when the packet lacks a field. */
export function generate(step: FilterStep & { step: 'generate' }, input: FilterInput): number | undefined {
  const { modulus, offset, mode } = step;
  switch (mode) {
    case 'inc': {
      const { next } = step;
      step.next = (next + 1) % modulus;
      return offset + next;
    }
    case 'random':
      // Each rule has its own sequence: the same run gives the same numbers.
      return offset + scaled(jenkins([step.next++], step.seed), modulus);
    case 'symhash': {
      const { protocol, src, dst, sport, dport } = input.packet;
      const words = [Math.min(src, dst), Math.max(src, dst), Math.min(sport, dport), Math.max(sport, dport)];
      return offset + scaled(jenkins([protocol, ...words], step.seed), modulus);
    }
    case 'jhash': {
      const words: number[] = [];
      for (const field of step.fields) {
        const value = fieldValue(field, input);
        if (typeof value !== 'number') return undefined;
        words.push(field.endsWith('port') ? swapped(value << 16) : swapped(value));
      }
      return offset + scaled(jenkins(words, step.seed), modulus);
    }
  }
}

/** Registers hold values as they are on the wire; a word of them is read on a little-endian machine. */
function swapped(value: number): number {
  return (
    (((value & 0xff) << 24) |
      ((value & 0xff00) << 8) |
      ((value >>> 8) & 0xff00) |
      ((value >>> 24) & 0xff)) >>>
    0
  );
}
/** `reciprocal_scale`: 0 to `modulus` - 1. */
function scaled(hash: number, modulus: number): number {
  return Math.floor((hash * modulus) / 0x1_0000_0000);
}
function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** `jhash` over whole words. */
export function jenkins(words: readonly number[], seed: number): number {
  let a = (INITIAL + words.length * 4 + seed) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (; words.length - at > 3; at += 3) {
    a = (a + (words[at] ?? 0)) | 0;
    b = (b + (words[at + 1] ?? 0)) | 0;
    c = (c + (words[at + 2] ?? 0)) | 0;
    a = ((a - c) | 0) ^ rotated(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotated(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotated(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotated(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotated(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotated(b, 4);
    b = (b + a) | 0;
  }
  if (words.length === at) return c >>> 0;
  a = (a + (words[at] ?? 0)) | 0;
  b = (b + (words[at + 1] ?? 0)) | 0;
  c = (c + (words[at + 2] ?? 0)) | 0;
  c = ((c ^ b) - rotated(b, 14)) | 0;
  a = ((a ^ c) - rotated(c, 11)) | 0;
  b = ((b ^ a) - rotated(a, 25)) | 0;
  c = ((c ^ b) - rotated(b, 16)) | 0;
  a = ((a ^ c) - rotated(c, 4)) | 0;
  b = ((b ^ a) - rotated(a, 14)) | 0;
  c = ((c ^ b) - rotated(b, 24)) | 0;
  return c >>> 0;
}
