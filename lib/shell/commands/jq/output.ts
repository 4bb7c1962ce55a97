/** What filters yield, the scopes they stand in, and what they may ask for. */
import { isObject, type Json, keysOf } from './json';
import type { Definition, Filter } from './tree';
import { described, fail } from './value';

export interface Output {
  readonly value: Json;
  /** undefined: nobody asked, or the value came from nowhere in the input. */
  readonly path: readonly Json[] | undefined;
}
export type Outputs = Generator<Output, void, undefined>;

/** What names mean where a filter stands: the innermost first. */
export type Scope =
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly value: Json;
      readonly next: Scope | undefined;
    }
  | { readonly kind: 'function'; readonly definition: Definition; readonly next: Scope | undefined }
  /** A parameter that is a filter, with the scope it was written in. */
  | {
      readonly kind: 'closure';
      readonly name: string;
      readonly filter: Filter;
      readonly scope: Scope | undefined;
      readonly next: Scope | undefined;
    }
  | { readonly kind: 'label'; readonly name: string; readonly id: number; readonly next: Scope | undefined };

/** What a program can ask of the world around it. */
export interface Surroundings {
  readonly nextInput: () => { value: Json } | undefined;
  readonly note: (text: string) => void;
  readonly environment: () => Json;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly fileName: () => Json;
  readonly lineNumber: () => number;
  readonly definitions: ReadonlyMap<string, Definition>;
}

/** What native functions need of the evaluator. */
export interface Engine {
  readonly surroundings: Surroundings;
  run(filter: Filter, scope: Scope | undefined, input: Output): Outputs;
  values(filter: Filter, scope: Scope | undefined, value: Json): Generator<Json, void, undefined>;
  paths(filter: Filter, scope: Scope | undefined, value: Json): Generator<readonly Json[], void, undefined>;
  recurse(input: Output): Outputs;
}

/** A value that no path leads to. In a path expression it stands where it is, and cannot be followed. */
export function made(value: Json, _input: Output): Output {
  return { value, path: undefined };
}

export function valueOnly(input: Output): Output {
  return input.path === undefined ? input : { value: input.value, path: undefined };
}

export function step(target: Output, index: Json, value: Json): Output {
  return { value, path: target.path === undefined ? undefined : [...target.path, index] };
}

export function* each(target: Output): Outputs {
  const { value } = target;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield step(target, i, item);
  } else if (isObject(value)) {
    for (const key of keysOf(value, false)) yield step(target, key, value.get(key) ?? null);
  } else fail(`Cannot iterate over ${described(value)}`);
}

export function take<T>(values: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  if (count <= 0) return taken;
  for (const value of values) {
    taken.push(value);
    if (taken.length >= count) break;
  }
  return taken;
}
