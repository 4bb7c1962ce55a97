/**
 * Every directive of nginx 1.22.1 as Debian builds it: where it may stand, how many arguments it takes, and how its
 * value is read. The tables themselves stand in `directives/`, a row each:
 * name | contexts | arguments (`{` opens a block) | slot | words; `@name`: the same setting as that one.
 */
import { CORE } from './directives/core';
import { HTTP } from './directives/http';
import { STREAM } from './directives/stream';
import { UPSTREAMS } from './directives/upstreams';

/** Where directives stand. */
export type Context =
  | 'main'
  | 'events'
  | 'http'
  | 'server'
  | 'location'
  | 'upstream'
  | 'if-server'
  | 'if-location'
  | 'limit_except'
  | 'stream'
  | 'stream-server'
  | 'stream-upstream';

/** How a value is read; `own` has a reader of its own. */
export type Slot =
  | 'flag'
  | 'number'
  | 'milliseconds'
  | 'seconds'
  | 'size'
  | 'offset'
  | 'text'
  | 'texts'
  | 'pairs'
  | 'set'
  | 'choice'
  | 'buffers'
  | 'path'
  | 'access'
  | 'value'
  | 'values'
  | 'types'
  | 'bind'
  | 'parameter'
  | 'charset'
  | 'cache-valid'
  | 'cache-path'
  | 'obsolete'
  | 'own';

export interface Directive {
  readonly name: string;
  readonly module: string;
  /** Empty: everywhere. */
  readonly contexts: readonly Context[];
  readonly isBlock: boolean;
  /** Numbers of arguments; `least` when any number from there on will do. */
  readonly counts: readonly number[];
  readonly least: number | undefined;
  readonly slot: Slot;
  /** Words of a choice or set, bounds of a number. */
  readonly words: readonly string[];
  /** Whose value it is: some directives are two names of one setting. */
  readonly target: string;
}

const byName = new Map<string, Directive[]>();
for (const directive of readTable(CORE + HTTP + UPSTREAMS + STREAM)) {
  const known = byName.get(directive.name);
  if (known === undefined) byName.set(directive.name, [directive]);
  else known.push(directive);
}

/** All directives of a name, in the order in which the modules are asked. */
export function directivesNamed(name: string): readonly Directive[] {
  return byName.get(name) ?? [];
}
/** Every name, for suggestions. */
export function directiveNames(): Iterable<string> {
  return byName.keys();
}
export function isStream(directive: Directive): boolean {
  return directive.module.startsWith('ngx_stream_');
}

function* readTable(table: string): Generator<Directive> {
  let owner = '';
  for (const line of table.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('[')) owner = line.slice(1, -1);
    else yield readRow(line, owner);
  }
}
function readRow(line: string, owner: string): Directive {
  const [name = '', contexts = '', count = '', slot = '', rest = ''] = line.split(' | ');
  const numbers = count.replace('{', '');
  const words = rest === '' ? [] : rest.split(' ');
  const target = words.find((word) => word.startsWith('@'));
  return {
    name,
    module: owner,
    contexts: contexts === '*' ? [] : (contexts.split(' ') as Context[]),
    isBlock: count.endsWith('{'),
    counts: numbers.endsWith('+') || numbers === '*' ? [] : numbers.split(',').map(Number),
    least: numbers === '*' ? 0 : numbers.endsWith('+') ? Number(numbers.slice(0, -1)) : undefined,
    slot: slot as Slot,
    words: words.filter((word) => word !== target),
    target: target === undefined ? name : target.slice(1),
  };
}
