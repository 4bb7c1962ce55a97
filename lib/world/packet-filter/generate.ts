/**
 * Numbers that rules make: in turn, at random, and hashes of what a packet has.
 * Sources: linux/net/netfilter/nft_numgen.c, nft_hash.c.
 */
import type { BitOperation, FilterStep } from '../packet-filter.contract';
import { fieldValue } from './fields';
import { jenkins } from './jenkins';
import type { FilterInput } from './input';

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

/** A field's value with its bits changed; undefined when the packet lacks it. */
export function computed(step: FilterStep & { step: 'compute' }, input: FilterInput): number | undefined {
  let value = fieldValue(step.field, input);
  if (typeof value !== 'number') return undefined;
  for (const { operator, value: by } of step.operations) value = applied(operator, value, by);
  return value;
}
export function applied(operator: BitOperation['operator'], value: number, by: number): number {
  switch (operator) {
    case '&':
      return (value & by) >>> 0;
    case '|':
      return (value | by) >>> 0;
    case '^':
      return (value ^ by) >>> 0;
    case '<<':
      return by > 31 ? 0 : (value << by) >>> 0;
    case '>>':
      return by > 31 ? 0 : value >>> by;
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
