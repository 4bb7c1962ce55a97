/** Decompression of deflate streams. Source: RFC 1951. */

/** What is wrong with a compressed stream. */
export class Corrupt extends Error {}

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Canonical Huffman code as counts and symbols by length. */
interface Huffman {
  readonly counts: number[];
  readonly symbols: number[];
}

function huffman(lengths: readonly number[]): Huffman {
  const counts = new Array<number>(16).fill(0);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const offsets = new Array<number>(16).fill(0);
  for (let i = 1; i < 15; i++) offsets[i + 1] = (offsets[i] ?? 0) + (counts[i] ?? 0);
  const symbols: number[] = [];
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    const at = offsets[length] ?? 0;
    symbols[at] = symbol;
    offsets[length] = at + 1;
  });
  return { counts, symbols };
}

const FIXED_LENGTHS = huffman(
  Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
);
const FIXED_DISTANCES = huffman(new Array<number>(30).fill(5));

/** The bytes, and where the stream ended. */
export function inflate(input: Uint8Array, start: number): { bytes: Uint8Array; end: number } {
  return new Inflater(input, start).run();
}

class Inflater {
  #out = new Uint8Array(4096);
  #length = 0;
  #bits = 0;
  #count = 0;

  constructor(
    private readonly input: Uint8Array,
    private at: number,
  ) {}

  run(): { bytes: Uint8Array; end: number } {
    for (;;) {
      const isLast = this.#take(1) === 1;
      const type = this.#take(2);
      if (type === 0) this.#stored();
      else if (type === 1) this.#block(FIXED_LENGTHS, FIXED_DISTANCES);
      else if (type === 2) this.#dynamic();
      else throw new Corrupt('invalid block type');
      if (isLast) return { bytes: this.#out.slice(0, this.#length), end: this.at };
    }
  }

  #take(count: number): number {
    while (this.#count < count) {
      const byte = this.input[this.at++];
      if (byte === undefined) throw new Corrupt('unexpected end of file');
      this.#bits |= byte << this.#count;
      this.#count += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#count -= count;
    return value;
  }

  #put(byte: number): void {
    if (this.#length === this.#out.length) {
      const larger = new Uint8Array(this.#out.length * 2);
      larger.set(this.#out);
      this.#out = larger;
    }
    this.#out[this.#length++] = byte;
  }

  #stored(): void {
    this.#bits = 0;
    this.#count = 0;
    const length = (this.input[this.at] ?? 0) | ((this.input[this.at + 1] ?? 0) << 8);
    this.at += 4;
    for (let i = 0; i < length; i++) {
      const byte = this.input[this.at++];
      if (byte === undefined) throw new Corrupt('unexpected end of file');
      this.#put(byte);
    }
  }

  #symbol({ counts, symbols }: Huffman): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length < 16; length++) {
      code |= this.#take(1);
      const count = counts[length] ?? 0;
      if (code - count < first) return symbols[index + (code - first)] ?? 0;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Corrupt('invalid code');
  }

  #dynamic(): void {
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const codes = this.#take(4) + 4;
    const codeLengths = new Array<number>(19).fill(0);
    for (let i = 0; i < codes; i++) codeLengths[CODE_ORDER[i] ?? 0] = this.#take(3);
    const code = huffman(codeLengths);
    const lengths: number[] = [];
    while (lengths.length < literals + distances) {
      const symbol = this.#symbol(code);
      if (symbol < 16) lengths.push(symbol);
      else {
        const last = symbol === 16 ? (lengths[lengths.length - 1] ?? 0) : 0;
        let repeat =
          symbol === 16 ? this.#take(2) + 3 : symbol === 17 ? this.#take(3) + 3 : this.#take(7) + 11;
        while (repeat-- > 0) lengths.push(last);
      }
    }
    this.#block(huffman(lengths.slice(0, literals)), huffman(lengths.slice(literals)));
  }

  #block(lengths: Huffman, distances: Huffman): void {
    for (;;) {
      const symbol = this.#symbol(lengths);
      if (symbol === 256) return;
      if (symbol < 256) {
        this.#put(symbol);
        continue;
      }
      const index = symbol - 257;
      const length = (LENGTH_BASE[index] ?? 0) + this.#take(LENGTH_EXTRA[index] ?? 0);
      const far = this.#symbol(distances);
      const distance = (DISTANCE_BASE[far] ?? 1) + this.#take(DISTANCE_EXTRA[far] ?? 0);
      if (distance > this.#length) throw new Corrupt('invalid distance');
      for (let i = 0; i < length; i++) this.#put(this.#out[this.#length - distance] ?? 0);
    }
  }
}

export { DISTANCE_BASE, DISTANCE_EXTRA, LENGTH_BASE, LENGTH_EXTRA };
