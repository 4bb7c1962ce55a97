/**
 * Evaluates jq filters: every filter is a generator of outputs, each with the
 * path that led to it where paths are asked for. Source: jq 1.6 manual.
 */
import { format, toText } from './formats';
import type { Json } from './json';
import {
  each,
  type Engine,
  made,
  type Output,
  type Outputs,
  type Scope,
  step,
  type Surroundings,
  take,
  valueOnly,
} from './output';
import type { Definition, Filter, Pattern } from './tree';
import { callNative, NATIVES } from './natives';
import {
  deletePaths,
  described,
  fail,
  getIndex,
  getPath,
  getSlice,
  isTrue,
  JqError,
  operate,
  setPath,
  shown,
  typeOf,
} from './value';

class Break extends Error {
  constructor(readonly id: number) {
    super('break');
  }
}

/** The host's own stack is what limits the depth of generators. */
const MOST_CALLS = 350;
const MOST_STEPS = 30_000_000;

export class Evaluator implements Engine {
  #labels = 0;
  #depth = 0;
  #steps = 0;
  constructor(readonly surroundings: Surroundings) {}

  *run(filter: Filter, scope: Scope | undefined, input: Output): Outputs {
    if (++this.#steps > MOST_STEPS) throw new JqError('not modelled: a filter that runs this long');
    switch (filter.kind) {
      case 'identity':
        yield input;
        return;
      case 'recurse':
        yield* this.recurse(input);
        return;
      case 'literal':
        yield made(filter.value, input);
        return;
      case 'string':
        yield* this.#string(filter, scope, input);
        return;
      case 'format':
        yield made(format(filter.name, input.value), input);
        return;
      case 'index':
        yield* this.#index(filter, scope, input);
        return;
      case 'slice':
        yield* this.#slice(filter, scope, input);
        return;
      case 'each':
        for (const target of this.run(filter.target, scope, input)) yield* each(target);
        return;
      case 'pipe':
        for (const left of this.run(filter.left, scope, input)) yield* this.run(filter.right, scope, left);
        return;
      case 'comma':
        yield* this.run(filter.left, scope, input);
        yield* this.run(filter.right, scope, input);
        return;
      case 'alternative':
        yield* this.#alternative(filter, scope, input);
        return;
      case 'and':
      case 'or':
        for (const { value: left } of this.run(filter.left, scope, valueOnly(input))) {
          if (isTrue(left) === (filter.kind === 'or')) yield made(filter.kind === 'or', input);
          else
            for (const { value: right } of this.run(filter.right, scope, valueOnly(input)))
              yield made(isTrue(right), input);
        }
        return;
      case 'binary':
        for (const { value: right } of this.run(filter.right, scope, valueOnly(input)))
          for (const { value: left } of this.run(filter.left, scope, valueOnly(input)))
            yield made(operate(filter.operator, left, right), input);
        return;
      case 'negate':
        for (const { value } of this.run(filter.operand, scope, valueOnly(input))) {
          if (typeof value !== 'number') fail(`${described(value)} cannot be negated`);
          else yield made(-value, input);
        }
        return;
      case 'update':
        yield* this.#update(filter, scope, input);
        return;
      case 'array': {
        const items: Json[] = [];
        if (filter.body !== undefined)
          for (const { value } of this.run(filter.body, scope, valueOnly(input))) items.push(value);
        yield made(items, input);
        return;
      }
      case 'object':
        yield* this.#object(filter, scope, input, 0, new Map());
        return;
      case 'if':
        for (const { value } of this.run(filter.test, scope, valueOnly(input))) {
          const branch = isTrue(value) ? filter.yes : filter.no;
          if (branch === undefined) yield input;
          else yield* this.run(branch, scope, input);
        }
        return;
      case 'try':
        yield* this.#try(filter, scope, input);
        return;
      case 'bind':
        yield* this.#bind(filter, scope, input);
        return;
      case 'reduce':
        yield* this.#reduce(filter, scope, input);
        return;
      case 'foreach':
        yield* this.#foreach(filter, scope, input);
        return;
      case 'label': {
        const id = ++this.#labels;
        try {
          yield* this.run(filter.body, { kind: 'label', name: filter.name, id, next: scope }, input);
        } catch (error) {
          if (!(error instanceof Break) || error.id !== id) throw error;
        }
        return;
      }
      case 'break': {
        for (let at = scope; at !== undefined; at = at.next)
          if (at.kind === 'label' && at.name === filter.name) throw new Break(at.id);
        return;
      }
      case 'variable':
        yield made(this.#variable(filter.name, scope), input);
        return;
      case 'define':
        yield* this.run(filter.body, { kind: 'function', definition: filter.definition, next: scope }, input);
        return;
      case 'call':
        yield* this.#call(filter, scope, input);
        return;
    }
  }

  /** The outputs' values. */
  *values(filter: Filter, scope: Scope | undefined, value: Json): Generator<Json, void, undefined> {
    for (const output of this.run(filter, scope, { value, path: undefined })) yield output.value;
  }

  /** The paths of the outputs. */
  *paths(filter: Filter, scope: Scope | undefined, value: Json): Generator<readonly Json[], void, undefined> {
    for (const output of this.run(filter, scope, { value, path: [] })) {
      if (output.path === undefined) fail(`Invalid path expression with result ${shown(output.value)}`);
      else yield output.path;
    }
  }

  *recurse(input: Output): Outputs {
    yield input;
    if (typeof input.value === 'object' && input.value !== null)
      for (const child of each(input)) yield* this.recurse(child);
  }

  #variable(name: string, scope: Scope | undefined): Json {
    for (let at = scope; at !== undefined; at = at.next)
      if (at.kind === 'variable' && at.name === name) return at.value;
    if (name === '$ENV') return this.surroundings.environment();
    return null;
  }

  *#string(filter: Extract<Filter, { kind: 'string' }>, scope: Scope | undefined, input: Output): Outputs {
    for (const text of this.#pieces(filter, filter.parts.length - 1, scope, input)) yield made(text, input);
  }

  /** The pieces up to `index` put together; the last interpolation varies slowest. */
  *#pieces(
    filter: Extract<Filter, { kind: 'string' }>,
    index: number,
    scope: Scope | undefined,
    input: Output,
  ): Generator<string, void, undefined> {
    if (index < 0) {
      yield '';
      return;
    }
    const part = filter.parts[index] ?? '';
    if (typeof part === 'string') {
      for (const before of this.#pieces(filter, index - 1, scope, input)) yield before + part;
      return;
    }
    for (const { value } of this.run(part, scope, valueOnly(input))) {
      const text = filter.format === undefined ? toText(value) : format(filter.format, value);
      for (const before of this.#pieces(filter, index - 1, scope, input)) yield before + text;
    }
  }

  *#index(filter: Extract<Filter, { kind: 'index' }>, scope: Scope | undefined, input: Output): Outputs {
    for (const target of this.run(filter.target, scope, input))
      for (const { value: index } of this.run(filter.index, scope, valueOnly(input)))
        yield step(target, index, getIndex(target.value, index));
  }

  *#slice(filter: Extract<Filter, { kind: 'slice' }>, scope: Scope | undefined, input: Output): Outputs {
    const bound = (part: Filter | undefined): Iterable<Output> =>
      part === undefined ? [{ value: null, path: undefined }] : this.run(part, scope, valueOnly(input));
    for (const target of this.run(filter.target, scope, input))
      for (const { value: to } of bound(filter.to))
        for (const { value: from } of bound(filter.from)) {
          const index: Json = new Map<string, Json>([
            ['start', from],
            ['end', to],
          ]);
          yield step(target, index, getSlice(target.value, from, to));
        }
  }

  *#alternative(
    filter: Extract<Filter, { kind: 'pipe' | 'comma' | 'alternative' | 'and' | 'or' }>,
    scope: Scope | undefined,
    input: Output,
  ): Outputs {
    let any = false;
    const outputs = this.run(filter.left, scope, input);
    for (;;) {
      let next: IteratorResult<Output, void>;
      try {
        next = outputs.next();
      } catch (error) {
        if (!(error instanceof JqError)) throw error;
        break;
      }
      if (next.done === true) break;
      if (!isTrue(next.value.value)) continue;
      any = true;
      yield next.value;
    }
    if (!any) yield* this.run(filter.right, scope, input);
  }

  *#object(
    filter: Extract<Filter, { kind: 'object' }>,
    scope: Scope | undefined,
    input: Output,
    index: number,
    object: ReadonlyMap<string, Json>,
  ): Outputs {
    const entry = filter.entries[index];
    if (entry === undefined) {
      yield made(new Map(object), input);
      return;
    }
    for (const { value: key } of this.run(entry.key, scope, valueOnly(input))) {
      if (typeof key !== 'string') fail(`Object keys must be strings`);
      else
        for (const { value } of this.run(entry.value, scope, valueOnly(input)))
          yield* this.#object(filter, scope, input, index + 1, new Map(object).set(key, value));
    }
  }

  *#try(filter: Extract<Filter, { kind: 'try' }>, scope: Scope | undefined, input: Output): Outputs {
    const outputs = this.run(filter.body, scope, input);
    for (;;) {
      let next: IteratorResult<Output, void>;
      try {
        next = outputs.next();
      } catch (error) {
        if (!(error instanceof JqError)) throw error;
        // `error(break)` ends quietly, as a break out of the try would.
        if (filter.handler !== undefined)
          yield* this.run(filter.handler, scope, { value: error.value, path: undefined });
        return;
      }
      if (next.done === true) return;
      yield next.value;
    }
  }

  // ---------------------------------------------------------------- bindings
  *#bind(filter: Extract<Filter, { kind: 'bind' }>, scope: Scope | undefined, input: Output): Outputs {
    const names = [...new Set(filter.patterns.flatMap(namesOf))];
    for (const { value } of this.run(filter.source, scope, valueOnly(input)))
      for (const [i, pattern] of filter.patterns.entries()) {
        const empty = filter.patterns.length > 1 ? withNulls(names, scope) : scope;
        try {
          for (const bound of this.#match(pattern, value, empty, input))
            yield* this.run(filter.body, bound, input);
          break;
        } catch (error) {
          if (!(error instanceof JqError) || i === filter.patterns.length - 1) throw error;
        }
      }
  }

  *#match(
    pattern: Pattern,
    value: Json,
    scope: Scope | undefined,
    input: Output,
  ): Generator<Scope | undefined, void, undefined> {
    switch (pattern.kind) {
      case 'variable':
        yield { kind: 'variable', name: pattern.name, value, next: scope };
        return;
      case 'array':
        yield* this.#matchItems(pattern.items, 0, value, scope, input);
        return;
      case 'object':
        yield* this.#matchEntries(pattern.entries, 0, value, scope, input);
    }
  }

  *#matchItems(
    items: readonly Pattern[],
    index: number,
    value: Json,
    scope: Scope | undefined,
    input: Output,
  ): Generator<Scope | undefined, void, undefined> {
    const item = items[index];
    if (item === undefined) {
      yield scope;
      return;
    }
    if (value !== null && !Array.isArray(value)) fail(`Cannot index ${typeOf(value)} with number`);
    for (const bound of this.#match(item, getIndex(value, index), scope, input))
      yield* this.#matchItems(items, index + 1, value, bound, input);
  }

  *#matchEntries(
    entries: Extract<Pattern, { kind: 'object' }>['entries'],
    index: number,
    value: Json,
    scope: Scope | undefined,
    input: Output,
  ): Generator<Scope | undefined, void, undefined> {
    const entry = entries[index];
    if (entry === undefined) {
      yield scope;
      return;
    }
    for (const { value: key } of this.run(entry.key, scope, valueOnly(input))) {
      if (typeof key !== 'string') fail(`Cannot index ${typeOf(value)} with ${typeOf(key)}`);
      const part = getIndex(value, key);
      const inner: Scope | undefined =
        entry.variable === undefined
          ? scope
          : { kind: 'variable', name: entry.variable, value: part, next: scope };
      if (entry.pattern === undefined) yield* this.#matchEntries(entries, index + 1, value, inner, input);
      else
        for (const bound of this.#match(entry.pattern, part, inner, input))
          yield* this.#matchEntries(entries, index + 1, value, bound, input);
    }
  }

  *#reduce(filter: Extract<Filter, { kind: 'reduce' }>, scope: Scope | undefined, input: Output): Outputs {
    for (const start of this.run(filter.start, scope, input)) {
      let state: Output | undefined = start;
      for (const { value } of this.run(filter.source, scope, valueOnly(input)))
        for (const bound of this.#match(filter.pattern, value, scope, input)) {
          const before: Output = state ?? { value: null, path: undefined };
          state = undefined;
          for (const output of this.run(filter.update, bound, before)) state = output;
        }
      yield state ?? { value: null, path: undefined };
    }
  }

  *#foreach(filter: Extract<Filter, { kind: 'foreach' }>, scope: Scope | undefined, input: Output): Outputs {
    for (const start of this.run(filter.start, scope, input)) {
      let state = start;
      for (const { value } of this.run(filter.source, scope, valueOnly(input)))
        for (const bound of this.#match(filter.pattern, value, scope, input))
          for (const output of this.run(filter.update, bound, state)) {
            state = output;
            if (filter.extract === undefined) yield output;
            else yield* this.run(filter.extract, bound, output);
          }
    }
  }

  // ---------------------------------------------------------------- assignment
  *#update(filter: Extract<Filter, { kind: 'update' }>, scope: Scope | undefined, input: Output): Outputs {
    const { operator, left, right } = filter;
    if (operator === '|=') {
      yield made(this.#modify(left, right, scope, input.value), input);
      return;
    }
    for (const { value } of this.run(right, scope, valueOnly(input))) {
      let result = input.value;
      for (const path of this.paths(left, scope, input.value)) {
        const old = getPath(result, path);
        let updated = value;
        if (operator === '//=') updated = isTrue(old) ? old : value;
        else if (operator !== '=') updated = operate(operator.slice(0, -1), old, value);
        result = setPath(result, path, updated);
      }
      yield made(result, input);
    }
  }

  /** The first output replaces the value; without one the path is deleted. */
  #modify(left: Filter, right: Filter, scope: Scope | undefined, value: Json): Json {
    let result = value;
    const paths = [...this.paths(left, scope, value)];
    for (const path of paths) {
      const [first] = take(this.values(right, scope, getPath(result, path)), 1);
      result = first === undefined ? deletePaths(result, [[...path]]) : setPath(result, path, first);
    }
    return result;
  }

  // ---------------------------------------------------------------- calls
  *#call(filter: Extract<Filter, { kind: 'call' }>, scope: Scope | undefined, input: Output): Outputs {
    const { name, args } = filter;
    if (name === 'empty' && args.length === 0) return;
    for (let at = scope; at !== undefined; at = at.next) {
      if (at.kind === 'closure' && args.length === 0 && at.name === name) {
        yield* this.run(at.filter, at.scope, input);
        return;
      }
      if (
        at.kind === 'function' &&
        at.definition.name === name &&
        at.definition.parameters.length === args.length
      ) {
        yield* this.#apply(at.definition, at, args, scope, input);
        return;
      }
    }
    const key = `${name}/${args.length}`;
    if (NATIVES.has(key)) {
      yield* callNative(this, key, args, scope, input);
      return;
    }
    const definition = this.surroundings.definitions.get(key);
    if (definition !== undefined) yield* this.#apply(definition, undefined, args, scope, input);
  }

  *#apply(
    definition: Definition,
    home: Scope | undefined,
    args: readonly Filter[],
    scope: Scope | undefined,
    input: Output,
  ): Outputs {
    if (++this.#depth > MOST_CALLS) throw new JqError('not modelled: recursion this deep');
    try {
      yield* this.#bindParameters(definition, 0, home, args, scope, input);
    } finally {
      this.#depth--;
    }
  }

  *#bindParameters(
    definition: Definition,
    index: number,
    inner: Scope | undefined,
    args: readonly Filter[],
    scope: Scope | undefined,
    input: Output,
  ): Outputs {
    const parameter = definition.parameters[index];
    const argument = args[index];
    if (parameter === undefined || argument === undefined) {
      yield* this.run(definition.body, inner, input);
      return;
    }
    if (!parameter.startsWith('$')) {
      const bound: Scope = { kind: 'closure', name: parameter, filter: argument, scope, next: inner };
      yield* this.#bindParameters(definition, index + 1, bound, args, scope, input);
      return;
    }
    for (const { value } of this.run(argument, scope, valueOnly(input))) {
      const asFilter: Scope = {
        kind: 'closure',
        name: parameter.slice(1),
        filter: argument,
        scope,
        next: inner,
      };
      const bound: Scope = { kind: 'variable', name: parameter, value, next: asFilter };
      yield* this.#bindParameters(definition, index + 1, bound, args, scope, input);
    }
  }
}

function namesOf(pattern: Pattern): string[] {
  switch (pattern.kind) {
    case 'variable':
      return [pattern.name];
    case 'array':
      return pattern.items.flatMap(namesOf);
    case 'object':
      return pattern.entries.flatMap(({ variable, pattern: inner }) => [
        ...(variable === undefined ? [] : [variable]),
        ...(inner === undefined ? [] : namesOf(inner)),
      ]);
  }
}

function withNulls(names: readonly string[], scope: Scope | undefined): Scope | undefined {
  let result = scope;
  for (const name of names) result = { kind: 'variable', name, value: null, next: result };
  return result;
}
