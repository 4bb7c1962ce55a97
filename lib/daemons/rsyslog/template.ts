/** Templates: how a message becomes a line, or the name of a file. Source: rsyslog 8.2302 "Templates", "The Property Replacer". */
import { compilePosix, groupText, matchOrNothing, type Pattern } from '../../std/regex/pattern';
import { RegexError } from '../../std/regex/tree';
import { datedProperty, isProperty, type Message } from './properties';

export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'property'; name: string; from: string; to: string; options: string[] };
export type Template = Piece[];

const RAW_BUILT_IN: Readonly<Record<string, string>> = {
  RSYSLOG_FileFormat:
    '%timestamp:::date-rfc3339% %hostname% %syslogtag%%msg:::sp-if-no-1st-sp%%msg:::drop-last-lf%\\n',
  RSYSLOG_TraditionalFileFormat:
    '%timestamp% %hostname% %syslogtag%%msg:::sp-if-no-1st-sp%%msg:::drop-last-lf%\\n',
  RSYSLOG_ForwardFormat:
    '<%pri%>%timestamp:::date-rfc3339% %hostname% %syslogtag:1:32%%msg:::sp-if-no-1st-sp%%msg%',
  RSYSLOG_SyslogProtocol23Format:
    '<%pri%>1 %timestamp:::date-rfc3339% %hostname% %app-name% %procid% %msgid% %structured-data% %msg%\\n',
};
/** The formats that need no template of one's own. */
export const BUILT_IN: Readonly<Record<string, Template>> = Object.fromEntries(
  Object.entries(RAW_BUILT_IN).map(([name, text]) => {
    const parsed = parseTemplate(text);
    return [name, typeof parsed === 'string' ? [] : parsed];
  }),
);

/** The pieces of a template's string; the name of a property that is none. */
export function parseTemplate(source: string): Template | string {
  const pieces: Template = [];
  const text = (part: string): void => {
    if (part !== '') pieces.push({ kind: 'text', text: unescaped(part) });
  };
  let at = 0;
  for (const match of source.matchAll(/%([^%]*)%/g)) {
    text(source.slice(at, match.index));
    at = match.index + match[0].length;
    const [name = '', from = '', to = '', ...options] = (match[1] ?? '').split(':');
    if (!isProperty(name)) return name;
    pieces.push({ kind: 'property', name, from, to, options: options.join(':').toLowerCase().split(',') });
  }
  text(source.slice(at));
  return pieces;
}
/** `\n` and its like in strings of the configuration. */
export function unescaped(text: string): string {
  return text.replace(
    /\\(n|t|r|\\|"|'|%|\?)/g,
    (_whole, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter,
  );
}
export function render(template: Template, message: Message): string {
  let line = '';
  for (const piece of template) line += piece.kind === 'text' ? piece.text : valueOf(piece, message);
  return line;
}
function valueOf(
  { name, from, to, options }: Extract<Piece, { kind: 'property' }>,
  message: Message,
): string {
  const form = options.find((option) => option.startsWith('date-'))?.slice('date-'.length) ?? '';
  let value = datedProperty(name, message, form);
  if (options.includes('sp-if-no-1st-sp')) return value.startsWith(' ') ? '' : ' ';
  value = part(value, from, to);
  for (const option of options)
    switch (option) {
      case 'uppercase':
        value = value.toUpperCase();
        break;
      case 'lowercase':
        value = value.toLowerCase();
        break;
      case 'drop-last-lf':
        value = value.replace(/\n$/, '');
        break;
      case 'json':
        value = JSON.stringify(value).slice(1, -1);
        break;
      case 'csv':
        value = `"${value.replaceAll('"', '""')}"`;
        break;
      case 'secpath-replace':
        value = value.replaceAll('/', '_');
        break;
    }
  return value;
}
/** From character to character, from a field to the end, or what a regular expression finds. */
function part(value: string, from: string, to: string): string {
  const field = /^F(?:,(\d+))?$/i.exec(from);
  if (field !== null) {
    const fields = value.split(String.fromCharCode(Number(field[1] ?? '9')));
    return fields[Number(to) - 1] ?? '**FIELD NOT FOUND**';
  }
  const regex = /^R,(\w+),(\d+)/i.exec(from);
  if (regex !== null) {
    const dialect = /^BRE$/i.test(regex[1] ?? '') ? 'posixBasic' : 'posixExtended';
    const found = matched(to.replace(/--end$/, ''), value, { dialect });
    if (found === undefined) return /BLANK/i.test(from) ? '' : /FIELD/i.test(from) ? value : '**NO MATCH**';
    return found[Number(regex[2])] ?? '';
  }
  const first = /^\d+$/.test(from) ? Number(from) : 1;
  return /^\d+$/.test(to) ? value.slice(first - 1, Number(to)) : value.slice(first - 1);
}
const compiled = new Map<string, Pattern | RegexError>();
const MOST_KEPT = 200;
/**
 * What a regular expression of regcomp(3) finds: the whole, then its groups. undefined: nothing, or it is none.
 * @param options.dialect extended where it is left out
 */
export function matched(
  pattern: string,
  value: string,
  options: { readonly dialect?: 'posixBasic' | 'posixExtended'; readonly ignoreCase?: boolean } = {},
): readonly string[] | undefined {
  const { dialect = 'posixExtended', ignoreCase = false } = options;
  const key = `${dialect}${ignoreCase}${pattern}`;
  if (compiled.size > MOST_KEPT) compiled.clear();
  const expression = compiled.get(key) ?? compilePosix(pattern, { dialect, ignoreCase });
  compiled.set(key, expression);
  const spans = expression instanceof RegexError ? undefined : matchOrNothing(expression, value);
  if (spans === undefined) return undefined;
  return Array.from({ length: spans.length / 2 }, (_, group) => groupText(value, spans, group) ?? '');
}
