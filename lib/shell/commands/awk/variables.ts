/** Awk's variables: scalars and arrays, global or of a function call. */
import { AwkArray } from './array';
import type { Value } from './value';

/** A fatal error while the program runs. */
export class AwkFatal extends Error {
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message);
  }
}

export class Cell {
  value: Value;
  array: AwkArray | undefined;
  /** The untyped variable that was passed for this parameter: an array made here is made there too. */
  origin: Cell | undefined;
  constructor(
    readonly name: string,
    readonly isParameter: boolean,
  ) {}

  scalar(line: number): Value {
    if (this.array !== undefined)
      throw new AwkFatal(`attempt to use array \`${this.name}' in a scalar context`, line);
    return this.value;
  }

  asArray(line: number): AwkArray {
    if (this.array !== undefined) return this.array;
    if (this.value !== undefined)
      throw new AwkFatal(
        `attempt to use scalar ${this.isParameter ? 'parameter ' : ''}\`${this.name}' as an array`,
        line,
      );
    this.array = this.origin === undefined ? new AwkArray() : this.origin.asArray(line);
    return this.array;
  }
}
