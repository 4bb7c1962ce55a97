/** Functions that come and go with the environment: `BASH_FUNC_name%%=() { … }`. */
import type { Shell } from '../shell';
import { hashOrder } from './arrays';
import { Parser } from '../syntax/parser';
import { printExportedFunction } from '../syntax/printer';
import { Source } from '../syntax/source';

export function importFunctions(shell: Shell, environment: ReadonlyMap<string, string>): void {
  for (const [name, value] of environment) {
    const called = /^BASH_FUNC_(.+)%%$/.exec(name)?.[1];
    if (called === undefined || !value.startsWith('() {')) continue;
    const unit = new Parser(new Source(`${called} ${value}`), shell.lexerOptions).unit();
    const command = unit?.list?.items.length === 1 ? unit.list.items[0]?.command : undefined;
    if (command?.type !== 'function') continue;
    shell.functions.set(called, {
      definition: command,
      source: 'environment',
      lineBase: 0,
      exported: true,
      traced: false,
      readonly: false,
    });
  }
}

/** Buckets of bash's tables: of the global variables, of a function's or a command's own ones. */
const GLOBAL_BUCKETS = 1024;
const LOCAL_BUCKETS = 4;

/** What a child of this shell finds in its environment: exported variables, and functions in variables of their own. */
export function childEnvironment(shell: Shell): Map<string, string> {
  const variables = shell.variables.environment();
  const environment = new Map<string, string>();
  if (shell.dialect === 'bash') variables.delete('_');
  const names = shell.dialect === 'dash' ? dashOrder(variables.keys()) : namesInOrder(shell);
  for (const name of names) {
    const value = variables.get(name);
    if (value !== undefined) environment.set(name, value);
  }
  for (const [name, found] of shell.functions)
    if (found.exported) environment.set(`BASH_FUNC_${name}%%`, printExportedFunction(found.definition));
  return environment;
}

/** As bash's tables list them, the innermost first. */
function namesInOrder(shell: Shell): Set<string> {
  const names = new Set<string>();
  for (const { kind, variables } of [...shell.variables.scopes].reverse())
    for (const name of hashOrder(variables.keys(), kind === 'global' ? GLOBAL_BUCKETS : LOCAL_BUCKETS))
      names.add(name);
  return names;
}

const DASH_BUCKETS = 39;
/** As dash's table lists them, the oldest of a bucket first. */
function dashOrder(names: Iterable<string>): string[] {
  const bucketOf = (name: string): number => {
    let hash = name.charCodeAt(0) << 4;
    for (const character of name) hash += character.charCodeAt(0);
    return hash % DASH_BUCKETS;
  };
  return [...names].sort((a, b) => bucketOf(a) - bucketOf(b));
}
