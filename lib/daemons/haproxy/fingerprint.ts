/**
 * "did you mean … maybe ?": HAProxy compares words by how often each character
 * follows each other, not by edit distance, so its suggestions differ from
 * those of `lib/text/nearest`. Source: 2.6.12 `tools.c` `word_fingerprint_distance()`.
 */

/** Letters 1 to 26, digits 27, anything else, start and end 28. */
function classOf(word: string, index: number): number {
  const code = word.charCodeAt(index) | 0x20;
  if (code >= 0x61 && code <= 0x7a) return code - 0x60;
  const digit = word.charCodeAt(index);
  return digit >= 0x30 && digit <= 0x39 ? 27 : 28;
}

function fingerprint(word: string, counts = new Map<number, number>()): Map<number, number> {
  let from = 28;
  for (let i = 0; i < word.length; i++) {
    const to = classOf(word, i);
    counts.set(to, 1);
    const step = 32 * from + to;
    counts.set(step, (counts.get(step) ?? 0) + 1);
    from = to;
  }
  const last = 32 * from + 28;
  counts.set(last, (counts.get(last) ?? 0) + 1);
  return counts;
}

function distance(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [key, count] of a) sum += Math.abs(count - (b.get(key) ?? 0));
  for (const [key, count] of b) if (!a.has(key)) sum += count;
  return sum;
}

/** Several words together. */
export function fingerprintOf(words: readonly string[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const word of words) fingerprint(word, counts);
  return counts;
}
export { distance as fingerprintDistance };

/** A word to compare with; `tolerance` is how far off it may be, per character. */
export interface Candidate {
  readonly word: string;
  readonly tolerance: number;
}

/** The closest candidate, the first of equals; undefined when even that is too far off. */
export function closestWord(word: string, candidates: Iterable<string | Candidate>): string | undefined {
  const own = fingerprint(word);
  let best: Candidate | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const item of candidates) {
    const candidate = typeof item === 'string' ? { word: item, tolerance: 2 } : item;
    const far = distance(own, fingerprint(candidate.word));
    if (far >= least) continue;
    least = far;
    best = candidate;
  }
  if (best === undefined) return undefined;
  const limit = best.tolerance * Math.min(word.length, best.word.length);
  return least > limit ? undefined : best.word;
}
