/** Regular expressions of a configuration. They are the learner's, so they run in linear time. */

import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS | undefined>();
const MOST_KEPT = 1_000;

/** undefined: not a regular expression that is modelled (back references, look-around). */
export function regularExpression(text: string, options: { ignoreCase: boolean }): RE2JS | undefined {
  const key = `${options.ignoreCase ? 'i' : 's'}${text}`;
  if (compiled.has(key)) return compiled.get(key);
  if (compiled.size > MOST_KEPT) compiled.clear();
  let made: RE2JS | undefined;
  try {
    made = RE2JS.compile(text, options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    made = undefined;
  }
  compiled.set(key, made);
  return made;
}

export function matches(text: string, pattern: string, options: { ignoreCase: boolean }): boolean {
  return regularExpression(pattern, options)?.matcher(text).find() ?? false;
}

/** `\0` … `\9` of a replacement stand for what was found. Replaces the first match, or all. */
export function replace(
  text: string,
  pattern: string,
  replacement: string,
  options: { all: boolean; ignoreCase: boolean },
): string | undefined {
  const matcher = regularExpression(pattern, options)?.matcher(text);
  if (matcher === undefined) return undefined;
  let out = '';
  let end = 0;
  let found = false;
  while (matcher.find()) {
    found = true;
    out +=
      text.slice(end, matcher.start()) +
      replacement.replace(/\\(\d)/g, (_, digit: string) => matcher.group(Number(digit)) ?? '');
    end = matcher.end();
    if (!options.all) break;
  }
  return found ? out + text.slice(end) : undefined;
}

/** A template with `\0` … `\9` filled from the first match. */
export function expand(text: string, pattern: string, template: string): string | undefined {
  const matcher = regularExpression(pattern, { ignoreCase: false })?.matcher(text);
  if (matcher?.find() !== true) return undefined;
  return template.replace(/\\(\d)/g, (_, digit: string) => matcher.group(Number(digit)) ?? '');
}
