/** Functions that came with the environment: `BASH_FUNC_name%%=() { … }`. */
import type { Shell } from '../shell';
import { Parser } from '../syntax/parser';
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
    });
  }
}
