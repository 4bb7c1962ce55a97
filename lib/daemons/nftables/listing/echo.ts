/** `nft -e`: what the kernel was told, as commands. Nothing is said of what was taken away. */
import type { FilterChain, FilterSet, FilterTable, Ruleset } from '../../../world/packet-filter.contract';
import { elementText } from '../evaluate/elements';
import { dataTypesOf, keyTypesOf } from '../evaluate/set-types';
import { sameKey } from '../evaluate/elements';
import type { Command } from '../parse/tree';
import { durationText } from '../parse/time';
import { baseText, counterLines, type ListingOptions, liveText, objectLines, setLines } from './ruleset';

const SAID = new Set(['add', 'create', 'insert', 'replace']);

export function echoText(
  before: Ruleset,
  after: Ruleset,
  commands: readonly Command[],
  options: ListingOptions,
): string {
  let text = '';
  for (const command of commands) {
    if (!('target' in command) || command.target === undefined || !SAID.has(command.verb)) continue;
    const { target } = command;
    const find = (tables: readonly FilterTable[]): FilterTable | undefined =>
      tables.find(({ family, name }) => family === target.family && name === target.table);
    const table = find(after.tables);
    if (table !== undefined) text += commandText(command, { table, before: find(before.tables) }, options);
  }
  return text;
}

interface Tables {
  readonly table: FilterTable;
  readonly before: FilterTable | undefined;
}

function commandText(command: Command, { table, before }: Tables, options: ListingOptions): string {
  if (!('target' in command) || command.target === undefined) return '';
  const { target } = command;
  const where = `${target.family} ${target.table}`;
  const handle = (number: number): string => (options.handles ? ` # handle ${number}` : '');
  const inner = (number: number): string => (options.handles ? ` # handle ${number}` : '');
  switch (command.object) {
    case 'table': {
      const flags = table.flags.length === 0 ? '' : ` { flags ${table.flags.join(',')}; }`;
      return `add table ${where}${flags}${handle(table.handle)}\n`;
    }
    case 'chain': {
      const chain = table.chains.find(({ name }) => name === target.name);
      return chain === undefined
        ? ''
        : `add chain ${where} ${chain.name}${hookText(table, chain, options)}${handle(chain.handle)}\n`;
    }
    case 'rule': {
      const known = new Set(before?.chains.flatMap(({ rules }) => rules));
      const rule = table.chains
        .find(({ name }) => name === target.name)
        ?.rules.find((each) => !known.has(each));
      if (rule === undefined) return '';
      const said = `${target.name} ${liveText(rule.text, rule, options)}${handle(rule.handle)}`;
      return command.verb === 'replace'
        ? `delete rule ${where} ${target.name} handle ${rule.handle}\nadd rule ${where} ${said}\n`
        : `${command.verb === 'insert' ? 'insert' : 'add'} rule ${where} ${said}\n`;
    }
    case 'set':
    case 'map': {
      const set = table.sets.find(({ name }) => name === target.name);
      if (set === undefined) return '';
      const lines = setLines(set).map((line) => `${line}; `);
      return `add ${command.object} ${where} ${set.name} {${inner(set.handle)} ${lines.join('')}} \n`;
    }
    case 'element': {
      const set = table.sets.find(({ name }) => name === target.name);
      const old = before?.sets.find(({ name }) => name === target.name);
      return set === undefined ? '' : elementsText(set, old, where, options);
    }
    case 'counter': {
      const counter = table.counters.find(({ name }) => name === target.name);
      return counter === undefined
        ? ''
        : `add counter ${where} ${counter.name} {${inner(counter.handle)} ${counterLines(counter, options).join(' ')} } \n`;
    }
    default: {
      const object = table.objects.find(({ type, name }) => type === command.object && name === target.name);
      if (object === undefined) return '';
      const lines = objectLines(object, options);
      const body = lines.length > 1 ? lines.map((line) => `${line};`).join(' ') : lines.join('');
      return `add ${object.type} ${where} ${object.name} {${inner(object.handle)} ${body} } \n`;
    }
  }
}
function hookText(table: FilterTable, chain: FilterChain, options: ListingOptions): string {
  return chain.base === undefined ? '' : ` { ${baseText(table, chain.base, options)} }`;
}
function elementsText(
  set: FilterSet,
  old: FilterSet | undefined,
  where: string,
  options: ListingOptions,
): string {
  const types = { key: keyTypesOf(set), data: dataTypesOf(set) };
  const live = {
    now: options.now,
    timeoutMicros: set.timeoutMicros,
    stateless: options.stateless,
    text: durationText,
  };
  return set.elements
    .filter((element) => old?.elements.some((each) => sameKey(each, element)) !== true)
    .map(
      (element) =>
        `add element ${where} ${set.name} { ${elementText(options.values, element, types, live)} }\n`,
    )
    .join('');
}
