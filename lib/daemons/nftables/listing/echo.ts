/** `nft -e`: what the kernel was told, as commands. */
import type { FilterTable, Ruleset } from '../../../world/network.contract';
import type { Command } from '../parse/tree';
import type { ListingOptions } from './ruleset';

export function echoText(
  before: Ruleset,
  after: Ruleset,
  commands: readonly Command[],
  options: ListingOptions,
): string {
  let text = '';
  for (const command of commands) {
    if (!('target' in command) || command.target === undefined) continue;
    const { target } = command;
    const find = (tables: readonly FilterTable[]): FilterTable | undefined =>
      tables.find(({ family, name }) => family === target.family && name === target.table);
    const table = find(after.tables);
    if (table === undefined || !['add', 'create', 'insert', 'replace'].includes(command.verb)) continue;
    const handle = (number: number): string => (options.handles ? ` # handle ${number}` : '');
    const where = `${target.family} ${target.table}`;
    if (command.object === 'table') text += `add table ${where}${handle(table.handle)}\n`;
    else if (command.object === 'chain') text += `add chain ${where} ${target.name}\n`;
    else if (command.object === 'rule') {
      const known = new Set(
        find(before.tables)?.chains.flatMap(({ rules }) => rules.map((rule) => rule.handle)),
      );
      const fresh =
        table.chains
          .find(({ name }) => name === target.name)
          ?.rules.filter((rule) => !known.has(rule.handle)) ?? [];
      const [rule] = fresh;
      if (rule !== undefined)
        text += `${command.verb} rule ${where} ${target.name} ${rule.text}${handle(rule.handle)}\n`;
    }
  }
  return text;
}
