/**
 * Variants: seeded parameters of a scenario. `${name}` in any text stands for
 * the value drawn; `$${name}` is a plain `${name}`. A mapping with `if:` is left
 * out unless its variants have the values named. Works on the YAML tree, so that
 * every later message still knows line and column.
 */
import { type Document, isMap, isPair, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import { formatIPv4, parseCidr, parseIPv4 } from '../std/ipv4';
import { RandomStream } from '../std/random';
import type { Variants } from './schema';

type Value = string | number | boolean;
/** Values by name; a choice of mappings gives `name.key`. */
export type Drawn = ReadonlyMap<string, Value>;
export type ReportAt = (offset: number, message: string) => void;

const REFERENCE = /\$(\$?)\{([a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)?)\}/g;
const MOST_TRIES = 1_000;

/**
 * Draws a value for each variant. So many seeds in a row as a variant has
 * choices show each of them once, in an order of their own.
 */
export function drawVariants(
  variants: Variants,
  seed: number,
  context: { taken: ReadonlySet<string>; report: (name: string, message: string) => void },
): Drawn {
  const drawn = new Map<string, Value>();
  for (const [name, variant] of Object.entries(variants)) {
    const options = optionsOf(variant, context.taken);
    const forbidden = new Set<string>();
    for (const other of variant.not) {
      const known = typeof other === 'string' ? drawn.get(other) : undefined;
      if (typeof other === 'string' && Object.hasOwn(variants, other) && known === undefined)
        context.report(name, `"${other}" must stand above "${name}" and be a plain value`);
      forbidden.add(String(known ?? other));
    }
    const allowed = options.filter((option) => typeof option === 'object' || !forbidden.has(String(option)));
    const chosen = pick(allowed, seed, name);
    if (chosen === undefined) {
      context.report(name, 'no value is left');
      continue;
    }
    if (typeof chosen === 'object')
      for (const [key, value] of Object.entries(chosen)) drawn.set(`${name}.${key}`, value);
    else drawn.set(name, chosen);
  }
  return drawn;
}
/** So many seeds from 1 on show each choice of each variant. */
export function mostChoices(variants: Variants): number {
  return Math.max(0, ...Object.values(variants).map((variant) => optionsOf(variant, new Set()).length));
}
type Option = NonNullable<Variants[string]['choose']>[number];
function optionsOf(variant: Variants[string], taken: ReadonlySet<string>): readonly Option[] {
  if (variant.choose !== undefined) return variant.choose;
  if (variant.from !== undefined && variant.to !== undefined)
    return Array.from(
      { length: Math.min(MOST_TRIES, variant.to - variant.from + 1) },
      (_, index) => (variant.from ?? 0) + index,
    );
  const cidr = parseCidr(variant['address-in'] ?? '');
  if (cidr === undefined) return [];
  const size = Math.min(MOST_TRIES, 2 ** (32 - cidr.prefix));
  return Array.from({ length: Math.max(0, size - 2) }, (_, index) =>
    formatIPv4((cidr.network + index + 1) >>> 0),
  ).filter((address) => !taken.has(address));
}
function pick(options: readonly Option[], seed: number, name: string): Option | undefined {
  if (options.length === 0) return undefined;
  const count = options.length;
  const turn = (((seed - 1) % count) + count) % count;
  const round = Math.floor((seed - 1) / count);
  return new RandomStream(round, `variant/${name}`).shuffle(options)[turn];
}

/** Addresses that stand in the lab already, which no variant may take. */
export function takenAddresses(text: string): Set<string> {
  return new Set(text.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g)?.filter((word) => parseIPv4(word) !== undefined));
}

/** Puts the values in place of their names, everywhere but in `variants` itself. */
export function substituteTree(document: Document, drawn: Drawn, report: ReportAt): void {
  const walk = (node: unknown): void => {
    if (isScalar(node)) substituteScalar(node, drawn, report);
    else if (isSeq(node)) {
      node.items = node.items.filter((item) => !isMap(item) || isWanted(item, drawn, report));
      for (const item of node.items) walk(item);
    } else if (isMap(node)) {
      node.items = node.items.filter(({ value }) => !isMap(value) || isWanted(value, drawn, report));
      for (const pair of node.items) {
        walk(pair.key);
        walk(pair.value);
      }
    }
  };
  if (!isMap(document.contents)) return;
  for (const pair of document.contents.items)
    if (!isScalar(pair.key) || pair.key.value !== 'variants') walk(pair.value);
}

function substituteScalar(node: Scalar, drawn: Drawn, report: ReportAt): void {
  if (typeof node.value !== 'string' || !node.value.includes('${')) return;
  const whole = /^\$\{([a-z0-9.-]+)\}$/.exec(node.value)?.[1];
  const value = whole === undefined ? undefined : drawn.get(whole);
  if (value !== undefined) {
    node.value = value;
    return;
  }
  node.value = substituteText(node.value, drawn, (message) => report(node.range?.[0] ?? 0, message));
}

/** The text with values in place of names. */
export function substituteText(
  text: string,
  drawn: Drawn,
  report: (message: string, at: number) => void,
): string {
  return text.replaceAll(REFERENCE, (all: string, escape: string, name: string, at: number) => {
    if (escape !== '') return all.slice(1);
    const value = drawn.get(name);
    if (value === undefined)
      report(`there is no variant "${name}"; a plain \${${name}} is written $\${${name}}`, at);
    return value === undefined ? all : String(value);
  });
}

/** Whether the mapping's `if` holds; the key is taken away. */
function isWanted(map: YAMLMap, drawn: Drawn, report: ReportAt): boolean {
  const index = map.items.findIndex((item) => isPair(item) && isScalar(item.key) && item.key.value === 'if');
  if (index < 0) return true;
  const condition = map.items[index]?.value as Node | null | undefined;
  map.items.splice(index, 1);
  if (!isMap(condition)) {
    report(condition?.range?.[0] ?? map.range?.[0] ?? 0, 'if: expected VARIANT: VALUE');
    return true;
  }
  return condition.items.every(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    const actual = drawn.get(name);
    if (actual === undefined) {
      report(isScalar(key) ? (key.range?.[0] ?? 0) : 0, `if: there is no variant "${name}"`);
      return false;
    }
    const wanted = isSeq(value) ? value.items : [value];
    return wanted.some((item) => isScalar(item) && String(item.value) === String(actual));
  });
}
