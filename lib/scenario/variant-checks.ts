/** What a single draw does not show: a condition that no draw meets, a variant that nothing uses, a `not` that excludes nothing. */
import { type Document, isMap, isScalar, isSeq, visit } from 'yaml';
import { nearestWord } from '../text/nearest';
import type { Report } from './kinds';
import type { Variants } from './schema';
import type { ReportAt } from './variants';

/** `if: { cause.id: tpyo }`: a value that the variant never has would leave things out in silence, with every seed. */
export function checkConditions(document: Document, variants: Variants, problem: ReportAt): void {
  visit(document, {
    Pair(_key, { key, value }) {
      if (!isScalar(key) || key.value !== 'if' || !isMap(value)) return;
      for (const item of value.items) {
        const name = isScalar(item.key) ? String(item.key.value) : '';
        const known = valuesOf(variants, name);
        if (known === undefined) continue;
        for (const wanted of isSeq(item.value) ? item.value.items : [item.value])
          if (isScalar(wanted) && !known.has(String(wanted.value)))
            problem(
              wanted.range?.[0] ?? 0,
              `if: ${name} is never "${String(wanted.value)}"${meant(String(wanted.value), known)}`,
            );
      }
    },
  });
}

/** What `variants` says of itself: every name is used somewhere, every `not` excludes something. */
export function checkVariants(
  document: Document,
  variants: Variants,
  { texts, report }: { texts: Readonly<Record<string, string>>; report: Report },
): void {
  const used = namesIn(document, Object.values(texts));
  for (const [name, variant] of Object.entries(variants)) {
    if (!used.has(name)) report(['variants', name], 'nothing uses it');
    variant.not.forEach((other, index) => {
      if (typeof other === 'string' && Object.hasOwn(variants, other)) return;
      const known = valuesOf(variants, name);
      if (known !== undefined && !known.has(String(other)))
        report(
          ['variants', name, 'not', index],
          `excludes nothing: neither a variant nor a value is called "${String(other)}"`,
        );
    });
  }
}

/** Every value that a name can have; undefined when they are not listed (addresses) or the name is none. */
function valuesOf(variants: Variants, name: string): ReadonlySet<string> | undefined {
  const [variantName = '', key] = name.split('.');
  const variant = Object.hasOwn(variants, variantName) ? variants[variantName] : undefined;
  if (variant?.choose !== undefined)
    return new Set(
      variant.choose.flatMap((option) => {
        if (typeof option !== 'object') return key === undefined ? [String(option)] : [];
        return key !== undefined && Object.hasOwn(option, key) ? [String(option[key])] : [];
      }),
    );
  if (variant?.from === undefined || variant.to === undefined) return undefined;
  const { from, to } = variant;
  return new Set(Array.from({ length: Math.min(1_000, to - from + 1) }, (_, index) => String(from + index)));
}

/** Variants that a `${name}`, an `if` or a `not` speaks of. */
function namesIn(document: Document, texts: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (name: string) => names.add(name.split('.')[0] ?? '');
  for (const text of texts)
    for (const [, name = ''] of text.matchAll(/\$\{([a-z][a-z0-9-]*)/g)) names.add(name);
  visit(document, {
    Pair(_key, { key, value }) {
      if (!isScalar(key)) return;
      if (key.value === 'if' && isMap(value))
        for (const item of value.items) if (isScalar(item.key)) add(String(item.key.value));
      if (key.value === 'not' && isSeq(value))
        for (const item of value.items) if (isScalar(item)) add(String(item.value));
    },
  });
  return names;
}

function meant(word: string, known: ReadonlySet<string>): string {
  const nearest = nearestWord(word, [...known]);
  return nearest === undefined
    ? `; it is ${[...known].slice(0, 8).join(', ')}`
    : `; did you mean "${nearest}"?`;
}
