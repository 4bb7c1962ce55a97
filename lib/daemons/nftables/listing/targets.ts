/** Whether what `list` and `reset` name is there. Source: recorded messages of 1.0.6. */
import type { FilterTable } from '../../../world/packet-filter.contract';
import { refuse } from '../evaluate/values';
import { KernelTrouble } from '../kernel/trouble';
import { hasObject } from '../kernel/objects';
import { type Command, isObject } from '../parse/tree';

const NO_ENTRY = 'No such file or directory';

/** Throws where the table holds nothing of that kind and name. */
export function checkListed(
  command: Command,
  table: FilterTable | undefined,
  like: string | undefined,
): void {
  if (!('target' in command) || command.target === undefined) return;
  const { target, object } = command;
  switch (object) {
    case 'chain':
      if (table?.chains.some(({ name }) => name === target.name) !== true)
        throw refuse(target.namePlace, NO_ENTRY);
      return;
    case 'set':
    case 'map': {
      const set = table?.sets.find(({ name, anonymous }) => name === target.name && anonymous !== true);
      if (set === undefined || (set.map === undefined) !== (object === 'set'))
        throw refuse(target.namePlace, NO_ENTRY);
      return;
    }
    default:
      if (!isObject(object) || (table !== undefined && hasObject(table, object, target.name))) return;
      if (command.verb === 'reset') throw new KernelTrouble(NO_ENTRY, command.place, false);
      throw refuse(target.namePlace, like === undefined ? NO_ENTRY : `${NO_ENTRY}; ${like}`);
  }
}
