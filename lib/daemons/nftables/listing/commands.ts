/** What `nft list …` and `nft reset …` print, by what was asked for. */
import type { FilterTable } from '../../../world/packet-filter.contract';
import type { Command } from '../parse/tree';
import { describeText } from './describe';
import {
  chainText,
  counterText,
  isListed,
  listTableNames,
  listTables,
  type ListingOptions,
  objectText,
  setText,
  wrapInTable,
} from './ruleset';

export function listingText(
  command: Command,
  tables: readonly FilterTable[],
  options: ListingOptions,
): string {
  const within =
    'family' in command && command.family !== undefined
      ? tables.filter(({ family }) => family === command.family)
      : tables;
  const target = 'target' in command ? command.target : undefined;
  const chosen =
    target === undefined
      ? within
      : within.filter(({ family, name }) => family === target.family && name === target.table);
  const [table] = chosen;
  const plain = { ...options, handles: false };
  switch (command.object) {
    case 'ruleset':
      return listTables(chosen, options);
    case 'tables':
      return listTableNames(chosen, options);
    case 'table':
      return listTables(chosen, options);
    case 'chains':
      return chosen
        .map((each) =>
          wrapInTable(each, each.chains.map((chain) => chainText(each, chain, options, false)).join('')),
        )
        .join('');
    case 'chain': {
      const chain = table?.chains.find(({ name }) => name === target?.name);
      return table === undefined || chain === undefined
        ? ''
        : wrapInTable(table, chainText(table, chain, options, true));
    }
    case 'sets':
    case 'maps':
      return chosen
        .map((each) =>
          wrapInTable(
            each,
            each.sets
              .filter((set) => isListed(set) && (set.map !== undefined) === (command.object === 'maps'))
              .map((set) => setText(set, options))
              .join(''),
          ),
        )
        .join('');
    case 'set':
    case 'map': {
      const set = table?.sets.find(({ name }) => name === target?.name);
      return table === undefined || set === undefined ? '' : wrapInTable(table, setText(set, options));
    }
    case 'counters':
      return chosen
        .filter(({ counters, objects }) => counters.length + objects.length > 0)
        .map((each) =>
          wrapInTable(each, each.counters.map((counter) => counterText(counter, options)).join('')),
        )
        .join('');
    case 'counter': {
      const counter = table?.counters.find(({ name }) => name === target?.name);
      return table === undefined || counter === undefined
        ? ''
        : wrapInTable(table, counterText(counter, options));
    }
    case 'quotas':
    case 'limits':
    case 'ct helpers':
    case 'synproxys':
    case 'secmarks': {
      const type = command.object.slice(0, -1);
      return chosen
        .filter(({ counters, objects }) => counters.length + objects.length > 0)
        .map((each) =>
          wrapInTable(
            each,
            each.objects
              .filter((object) => object.type === type)
              .map((object) => objectText(object, options))
              .join(''),
          ),
        )
        .join('');
    }
    case 'quota':
    case 'limit':
    case 'ct helper':
    case 'ct timeout':
    case 'ct expectation':
    case 'synproxy': {
      const object = table?.objects.find(
        ({ type, name }) => type === command.object && name === target?.name,
      );
      return table === undefined || object === undefined
        ? ''
        : wrapInTable(table, objectText(object, options));
    }
    case 'meters':
    case 'flowtables':
      return chosen
        .map((each) =>
          wrapInTable(
            each,
            each.sets
              .filter(({ isMeter }) => command.object === 'meters' && isMeter === true)
              .map((set) => setText(set, options))
              .join(''),
          ),
        )
        .join('');
    case 'expression':
      return describeText(command.expression);
    case 'rule':
    case 'element':
      return listTables([], plain);
  }
}
