/**
 * Shell variables: scopes of functions over the global one, attributes, arrays.
 * Plain data. A forked shell shares the values until either side writes.
 */
import { copyArray, type IndexedArray, makeArray, removeElement, setElement } from './arrays';

export const EXPORTED = 1;
export const READONLY = 2;
export const INTEGER = 4;
export const LOWERCASE = 8;
export const UPPERCASE = 16;
export const NAMEREF = 32;
export const TRACED = 64;
export const CAPITALIZED = 128;

export interface Variable {
  /** Value of a scalar; undefined: declared, not set. */
  value: string | undefined;
  list: IndexedArray | undefined;
  table: Map<string, string> | undefined;
  flags: number;
  /** Which shell may write into this object; others copy it first. */
  owner: number;
}

export interface Scope {
  readonly kind: 'global' | 'function' | 'temporary';
  readonly variables: Map<string, Variable>;
}

const MOST_REFERENCES = 8;
/** Scopes that a fork keeps apart. */
const MOST_SCOPES = 12;
let nextOwner = 1;

export class Variables {
  scopes: Scope[];
  #owner = nextOwner++;

  constructor(global: Map<string, Variable> = new Map()) {
    this.scopes = [{ kind: 'global', variables: global }];
  }

  get global(): Map<string, Variable> {
    return this.scopes[0]?.variables ?? new Map();
  }

  /** A copy for a child process; values are shared until one side writes. */
  fork(): Variables {
    const child = new Variables();
    child.scopes =
      this.scopes.length > MOST_SCOPES
        ? this.#flattened()
        : this.scopes.map((scope) => ({ kind: scope.kind, variables: new Map(scope.variables) }));
    this.#owner = nextOwner++;
    return child;
  }

  /** Takes the global variables of a shell that was put away; they are this one's to write. */
  adopt(global: ReadonlyMap<string, Variable>): void {
    const own = new Map([...global].map(([name, variable]) => [name, { ...variable, owner: this.#owner }]));
    this.scopes = [{ kind: 'global', variables: own }];
  }

  /** A child never returns from the functions it was forked in: their scopes can be one, or recursion would cost the square of its depth. */
  #flattened(): Scope[] {
    const inner = new Map<string, Variable>();
    for (const { variables } of this.scopes.slice(1))
      for (const [name, variable] of variables) inner.set(name, variable);
    return [
      { kind: 'global', variables: new Map(this.global) },
      { kind: 'function', variables: inner },
    ];
  }

  // ------------------------------------------------------------------- scopes

  push(kind: 'function' | 'temporary'): Scope {
    const scope: Scope = { kind, variables: new Map() };
    this.scopes.push(scope);
    return scope;
  }

  pop(): void {
    this.scopes.pop();
  }

  /** The scope of the innermost running function. */
  functionScope(): Scope | undefined {
    for (let i = this.scopes.length - 1; i > 0; i--)
      if (this.scopes[i]?.kind === 'function') return this.scopes[i];
    return undefined;
  }

  // ------------------------------------------------------------------- reading

  /** The variable itself, references not followed. */
  find(name: string): Variable | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i]?.variables.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  scopeOf(name: string): Scope | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--)
      if (this.scopes[i]?.variables.has(name) === true) return this.scopes[i];
    return undefined;
  }

  /** Where a name leads through references: a name and perhaps a subscript. */
  resolve(name: string): { name: string; subscript: string | undefined } {
    let current = name;
    for (let i = 0; i < MOST_REFERENCES; i++) {
      const variable = this.find(current);
      if (
        variable === undefined ||
        (variable.flags & NAMEREF) === 0 ||
        variable.value === undefined ||
        variable.value === ''
      )
        break;
      const bracket = variable.value.indexOf('[');
      if (bracket !== -1)
        return { name: variable.value.slice(0, bracket), subscript: variable.value.slice(bracket + 1, -1) };
      if (variable.value === current) break;
      current = variable.value;
    }
    return { name: current, subscript: undefined };
  }

  /** A variable's scalar value: an array gives its element 0. */
  get(name: string): string | undefined {
    let variable = this.find(name);
    if (variable === undefined) return undefined;
    if ((variable.flags & NAMEREF) !== 0) {
      const target = this.resolve(name);
      if (target.subscript !== undefined) return this.element(target.name, target.subscript);
      variable = this.find(target.name);
    }
    return variable === undefined ? undefined : scalarOf(variable);
  }

  element(name: string, key: string): string | undefined {
    const variable = this.find(this.resolve(name).name);
    if (variable === undefined) return undefined;
    if (variable.table !== undefined) return variable.table.get(key);
    const index = Number(key);
    if (variable.list === undefined) return index === 0 ? variable.value : undefined;
    return variable.list.items.get(index < 0 ? variable.list.next + index : index);
  }

  /** Exported variables with a value, for a child's environment. */
  environment(): Map<string, string> {
    const environment = new Map<string, string>();
    for (const scope of this.scopes) {
      for (const [name, variable] of scope.variables) {
        if ((variable.flags & EXPORTED) !== 0 && variable.value !== undefined)
          environment.set(name, variable.value);
        else if (environment.has(name) && scope.kind !== 'global') environment.delete(name);
      }
    }
    return environment;
  }

  /** Names of all variables, sorted. */
  names(): string[] {
    const names = new Set<string>();
    for (const scope of this.scopes) for (const name of scope.variables.keys()) names.add(name);
    return [...names].sort();
  }

  // ------------------------------------------------------------------- writing

  /** The variable to write into, in `scope` or where it is found, else a new global one. */
  writable(name: string, scope: Scope | undefined = this.scopeOf(name)): Variable {
    const target = scope ?? this.scopes[0];
    const variables = target?.variables ?? this.global;
    const known = variables.get(name);
    if (known !== undefined && known.owner === this.#owner) return known;
    const fresh: Variable =
      known === undefined
        ? { value: undefined, list: undefined, table: undefined, flags: 0, owner: this.#owner }
        : {
            value: known.value,
            list: known.list === undefined ? undefined : copyArray(known.list),
            table: known.table === undefined ? undefined : new Map(known.table),
            flags: known.flags,
            owner: this.#owner,
          };
    variables.set(name, fresh);
    return fresh;
  }

  /** Sets a scalar value (element 0 of an array) without looking at attributes. */
  set(name: string, value: string, scope?: Scope): Variable {
    const variable = this.writable(name, scope ?? this.scopeOf(name));
    if (variable.list !== undefined) setElement(variable.list, 0, value);
    else if (variable.table !== undefined) variable.table.set('0', value);
    else variable.value = value;
    return variable;
  }

  setList(name: string, values: readonly string[], scope?: Scope): Variable {
    const variable = this.writable(name, scope ?? this.scopeOf(name));
    variable.value = undefined;
    variable.table = undefined;
    variable.list = makeArray(values);
    return variable;
  }

  /** Takes a variable away; a local one of the running function stays declared. */
  unset(name: string): void {
    const scope = this.scopeOf(name);
    if (scope === undefined) return;
    if (scope.kind === 'function' && scope === this.functionScope()) {
      scope.variables.set(name, {
        value: undefined,
        list: undefined,
        table: undefined,
        flags: 0,
        owner: this.#owner,
      });
    } else scope.variables.delete(name);
  }

  unsetElement(name: string, key: string): void {
    const variable = this.writable(name);
    if (variable.table !== undefined) variable.table.delete(key);
    else if (variable.list !== undefined) {
      const index = Number(key);
      removeElement(variable.list, index < 0 ? variable.list.next + index : index);
    } else if (key === '0') this.unset(name);
  }
}

/** What `$name` gives. */
export function scalarOf(variable: Variable): string | undefined {
  if (variable.list !== undefined) return variable.list.items.get(0);
  if (variable.table !== undefined) return variable.table.get('0');
  return variable.value;
}

/** Whether it has a value, an empty array counting as none. */
export function isSet(variable: Variable): boolean {
  if (variable.list !== undefined) return variable.list.items.size > 0;
  if (variable.table !== undefined) return variable.table.size > 0;
  return variable.value !== undefined;
}
