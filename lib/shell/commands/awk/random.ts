/** random(3) of BSD, as gawk brings it along: the same seed gives gawk's numbers. Source: gawk 5.2 `random.c`, TYPE_4. */
const DEGREE = 63;
const SEPARATION = 1;

export class AwkRandom {
  #state = new Int32Array(DEGREE);
  #front = SEPARATION;
  #rear = 0;

  constructor(seed: number) {
    let word = seed >>> 0;
    for (let i = 0; i < DEGREE; i++) {
      this.#state[i] = word;
      word = next(word);
    }
    for (let i = 0; i < 10 * DEGREE; i++) this.#next();
  }

  #next(): number {
    const state = this.#state;
    const sum = ((state[this.#front] ?? 0) + (state[this.#rear] ?? 0)) | 0;
    state[this.#front] = sum;
    this.#front = (this.#front + 1) % DEGREE;
    this.#rear = (this.#rear + 1) % DEGREE;
    return (sum >>> 1) & 0x7fffffff;
  }

  /** In [0, 1). */
  fraction(): number {
    for (;;) {
      const low = this.#next();
      const value = 0.5 + (low / 2147483648 + this.#next()) / 2147483648 - 0.5;
      if (value < 1) return value;
    }
  }
}

/** Park and Miller's "minimal standard" generator. */
function next(word: number): number {
  const x = (word % 0x7ffffffe) + 1;
  const high = Math.trunc(x / 127_773);
  const low = x % 127_773;
  const result = 16_807 * low - 2836 * high;
  return (result < 0 ? result + 0x7fffffff : result) - 1;
}
