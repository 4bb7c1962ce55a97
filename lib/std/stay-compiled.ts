/**
 * Engines throw away what they compiled for objects of a class as soon as none of them is left. Of what is made
 * once for each reading of a file, none is left in between: every reading would be as slow as the first.
 */
const kept: object[] = [];

/** Keeps an object, for as long as the program runs, so that code for its class stays compiled. */
export function stayCompiled(example: object): void {
  kept.push(example);
}
