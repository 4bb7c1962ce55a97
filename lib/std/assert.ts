/**
 * Promises the program makes to itself. A broken one stops the run; expected
 * trouble (bad input, a refused configuration) is a value instead, see
 * `result.ts`.
 */

/** Something the program relies on is not so: a defect in the product, never the learner's doing. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

/** Throws `BrokenPromise` with `message` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BrokenPromise(message);
}

/** The end of an exhaustive `switch`: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new BrokenPromise(`unreachable case: ${String(value)}`);
}
