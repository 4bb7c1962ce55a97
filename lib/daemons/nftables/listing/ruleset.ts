/**
 * `nft list`: tables, chains, rules, sets and counters as 1.0.6 prints them.
 * Source: nft(8) "RULESET", "OPTIONS"; the layout is that of recorded listings.
 */
import type {
  FilterChain,
  FilterObject,
  FilterRule,
  FilterSet,
  FilterTable,
  FilterStep,
} from '../../../world/packet-filter.contract';
import type { Micros } from '../../../std/instant';
import { BRIDGE_PRIORITIES, type DataType, PRIORITIES } from '../directives';
import { compareElements, elementText } from '../evaluate/elements';
import { dataTypesOf, keyTypesOf } from '../evaluate/set-types';
import { quotaValuesText } from '../evaluate/stateful';
import type { Values } from '../evaluate/values';
import { durationText, secondsText } from '../parse/time';

export interface ListingOptions {
  readonly handles: boolean;
  readonly stateless: boolean;
  readonly terse: boolean;
  readonly numericPriority: boolean;
  readonly numericTime: boolean;
  readonly now: Micros;
  readonly values: Values;
  /** Another text for a rule: `-n`. */
  ruleText(table: FilterTable, rule: FilterRule): string;
}

export function listTables(tables: readonly FilterTable[], options: ListingOptions): string {
  return tables.map((table) => tableText(table, options)).join('');
}
export function listTableNames(tables: readonly FilterTable[], _options: ListingOptions): string {
  return tables.map(({ family, name }) => `table ${family} ${name}\n`).join('');
}

function tableText(table: FilterTable, options: ListingOptions): string {
  const head = [
    ...(table.flags.includes('dormant') ? ['\tflags dormant\n'] : []),
    ...(table.comment === undefined ? [] : [`\tcomment "${table.comment}"\n`]),
  ].join('');
  const parts = [
    ...(head === '' ? [] : [head]),
    ...[
      ...table.counters.map((counter) => ({
        handle: counter.handle,
        text: counterText(counter, options),
      })),
      ...table.objects.map((object) => ({ handle: object.handle, text: objectText(object, options) })),
    ]
      .toSorted((a, b) => a.handle - b.handle)
      .map(({ text }) => text),
    ...table.sets.filter(isListed).map((set) => setText(set, options)),
    ...table.chains.map((chain) => chainText(table, chain, options, true)),
  ];
  return `table ${table.family} ${table.name} {${handleText(table.handle, options)}\n${parts.join('\n')}}\n`;
}
function handleText(handle: number, options: ListingOptions): string {
  return options.handles ? ` # handle ${handle}` : '';
}
/** A table with only some of what it holds. */
export function wrapInTable(table: FilterTable, inner: string, options?: ListingOptions): string {
  const handle = options === undefined ? '' : handleText(table.handle, options);
  return `table ${table.family} ${table.name} {${handle}\n${inner}}\n`;
}

export function counterText(
  counter: { name: string; handle: number; packets: number; bytes: number; comment?: string },
  options: ListingOptions,
): string {
  const body = counterLines(counter, options).map((line) => `\t\t${line}\n`);
  return `\tcounter ${counter.name} {${handleText(counter.handle, options)}\n${body.join('')}\t}\n`;
}
export function counterLines(
  { comment, packets, bytes }: { packets: number; bytes: number; comment?: string },
  { stateless }: ListingOptions,
): string[] {
  return [
    ...(comment === undefined ? [] : [`comment "${comment}"`]),
    ...(stateless ? [] : [`packets ${packets} bytes ${bytes}`]),
  ];
}

export function objectText(object: FilterObject, options: ListingOptions): string {
  const { type, name } = object;
  const body = objectLines(object, options)
    .map((line) => `\t\t${line}\n`)
    .join('');
  return `\t${type} ${name} {${handleText(object.handle, options)}\n${body}\t}\n`;
}
export function objectLines({ comment, state, lines }: FilterObject, options: ListingOptions): string[] {
  return [
    ...(comment === undefined ? [] : [`comment "${comment}"`]),
    ...(state?.step === 'quota' ? [quotaValuesText(state, options.stateless)] : lines),
  ];
}
/** Sets that were declared: not those of rules, nor those of meters. */
export function isListed(set: FilterSet): boolean {
  return set.anonymous !== true && set.isMeter !== true;
}

// ---------------------------------------------------------------- chains
export function chainText(
  table: FilterTable,
  chain: FilterChain,
  options: ListingOptions,
  withRules: boolean,
): string {
  const lines: string[] = [];
  if (chain.comment !== undefined) lines.push(`\t\tcomment "${chain.comment}"\n`);
  const { base } = chain;
  if (base !== undefined) lines.push(`\t\t${baseText(table, base, options)}\n`);
  if (withRules)
    for (const rule of chain.rules)
      lines.push(
        `\t\t${liveText(options.ruleText(table, rule), rule, options)}${handleText(rule.handle, options)}\n`,
      );
  return `\tchain ${chain.name} {${handleText(chain.handle, options)}\n${lines.join('')}\t}\n`;
}

/** Where a base chain is hooked in, and its policy. */
export function baseText(
  table: FilterTable,
  base: NonNullable<FilterChain['base']>,
  options: ListingOptions,
): string {
  const device = devicesText(base.devices ?? []);
  const priority = priorityText(table.family, base.hook, base.priority, options.numericPriority);
  return `type ${base.type} hook ${base.hook}${device} priority ${priority}; policy ${base.policy};`;
}
function devicesText(devices: readonly string[]): string {
  if (devices.length > 1) return ` devices = { ${devices.join(', ')} }`;
  return devices[0] === undefined ? '' : ` device "${devices[0]}"`;
}
/** A priority by its name where one is near: `filter - 1`. */
export function priorityText(family: string, hook: string, value: number, isNumeric: boolean): string {
  if (isNumeric) return String(value);
  const names = family === 'bridge' ? BRIDGE_PRIORITIES : PRIORITIES;
  for (const [name, standard] of Object.entries(names)) {
    const offset = value - standard;
    if (offset < -10 || offset > 10 || !isNamedFor(family, hook, name)) continue;
    if (offset === 0) return name;
    return offset < 0 ? `${name} - ${-offset}` : `${name} + ${offset}`;
  }
  return String(value);
}
/** Where a priority's name may stand: nft(8) "CHAINS", the tables of standard priority names. */
export function isNamedFor(family: string, hook: string, name: string): boolean {
  if (family === 'arp' || family === 'netdev') return name === 'filter';
  if (name === 'dstnat') return hook === 'prerouting';
  if (name === 'srcnat') return hook === 'postrouting';
  if (name === 'out') return hook === 'output';
  return true;
}

/** The rule's text with the numbers its counters and quotas have now; those of a set's elements are told with the set. */
export function liveText(text: string, rule: FilterRule, options: ListingOptions): string {
  return withQuotas(withCounters(text, rule, options), rule, options);
}
function withQuotas(text: string, rule: FilterRule, options: ListingOptions): string {
  if (!text.includes('quota ')) return text;
  const quotas = rule.steps.filter((step) => step.step === 'quota');
  let next = 0;
  return text.replace(/"[^"]*"|\{[^}]*\}|\bquota (?!name)(?:over )?\d+ \w+(?: used \d+ \w+)?/g, (found) => {
    const quota = found.startsWith('quota ') ? quotas[next++] : undefined;
    return quota === undefined ? found : `quota ${quotaValuesText(quota, options.stateless)}`;
  });
}
function withCounters(text: string, rule: FilterRule, options: ListingOptions): string {
  if (options.stateless || !text.includes('counter')) return text;
  const counters = rule.steps.filter(
    (step): step is FilterStep & { step: 'counter' } => step.step === 'counter' && step.named === undefined,
  );
  let next = 0;
  return text.replace(/"[^"]*"|\{[^}]*\}|\bcounter\b(?! name)/g, (found) => {
    if (found !== 'counter') return found;
    const counter = counters[next++];
    return counter === undefined ? found : `counter packets ${counter.packets} bytes ${counter.bytes}`;
  });
}

// ---------------------------------------------------------------- sets
/** How many elements a line of a listing holds, by the type of the key. */
function perLine(types: readonly DataType[]): number {
  const [type] = types;
  if (types.length !== 1 || type === undefined) return 1;
  switch (type) {
    case 'ipv4_addr':
    case 'ct_state':
    case 'ct_status':
    case 'pkt_type':
      return 2;
    case 'nf_proto':
    case 'integer':
    case 'arp_op':
    case 'inet_proto':
    case 'inet_service':
    case 'tcp_flag':
    case 'dccp_pkttype':
    case 'mark':
    case 'iface_index':
    case 'classid':
    case 'uid':
    case 'gid':
    case 'ct_dir':
      return 5;
    default:
      return 1;
  }
}

/** A set's settings, line by line. */
export function setLines(set: FilterSet, seconds = durationText): string[] {
  const declared =
    set.typeOf === undefined
      ? `type ${set.type}${set.map === undefined ? '' : ` : ${set.map}`}`
      : `typeof ${set.typeOf}`;
  const lines = [declared];
  if (set.policy !== undefined) lines.push(`policy ${set.policy}`);
  if (set.size !== undefined) lines.push(`size ${set.size}`);
  // A timeout of its own says that there are timeouts.
  const isSaid = set.timeoutMicros === undefined || set.flags.some((flag) => flag !== 'timeout');
  if (set.flags.length > 0 && isSaid) lines.push(`flags ${set.flags.join(',')}`);
  if (set.autoMerge === true) lines.push('auto-merge');
  if (set.stateText !== undefined) lines.push(set.stateText);
  if (set.timeoutMicros !== undefined) lines.push(`timeout ${seconds(set.timeoutMicros)}`);
  if (set.gcMicros !== undefined) lines.push(`gc-interval ${seconds(set.gcMicros)}`);
  if (set.comment !== undefined) lines.push(`comment "${set.comment}"`);
  return lines;
}

export function setText(set: FilterSet, options: ListingOptions): string {
  const key = keyTypesOf(set);
  const data = dataTypesOf(set);
  const time = options.numericTime ? secondsText : durationText;
  const lines = setLines(set, time);
  const live = set.elements.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > options.now);
  if (live.length > 0 && !options.terse) {
    const isInterval = set.flags.includes('interval');
    const texts = live
      .toSorted((a, b) => compareElements(a, b, isInterval, key))
      .map((element) =>
        elementText(
          options.values,
          element,
          { key, data },
          {
            now: options.now,
            timeoutMicros: set.timeoutMicros,
            stateless: options.stateless,
            text: time,
          },
        ),
      );
    const most = perLine(key);
    const rows: string[] = [];
    for (let at = 0; at < texts.length; at += most) rows.push(texts.slice(at, at + most).join(', '));
    lines.push(`elements = { ${rows.join(',\n\t\t\t     ')} }`);
  }
  const kind = set.isMeter === true ? 'meter' : set.map === undefined ? 'set' : 'map';
  return `\t${kind} ${set.name} {${handleText(set.handle, options)}\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}
