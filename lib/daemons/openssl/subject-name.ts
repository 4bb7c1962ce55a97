/** Names as they are typed: -subj, the answers of `req`, the sections of a configuration. Source: apps.c parse_name, a_strnid.c. */
import {
  type Name,
  type NameAttribute,
  nameOfParts,
  type OpensslError,
  oidOfName,
  opensslError,
  stringTypeOf,
} from '../../protocols/x509/index';
import { bytesFromText } from '../../std/bytes';
import type { Session, Step } from './session';

/** Object identifier → least and most characters (X.520's upper bounds). */
const BOUNDS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  '2.5.4.6': [2, 2],
  '2.5.4.3': [1, 64],
  '2.5.4.10': [1, 64],
  '2.5.4.11': [1, 64],
  '2.5.4.7': [1, 128],
  '2.5.4.8': [1, 128],
  '2.5.4.5': [1, 64],
  '1.2.840.113549.1.9.1': [1, 128],
};

export interface Entry {
  readonly oid: string;
  readonly value: string;
  /** Belongs to the set before it (`+`). */
  readonly joins?: boolean;
}

/** A name of entries, or what is wrong with one. @param utf8 without it each byte is a character of its own (Latin-1) */
export function nameOfEntries(
  entries: readonly Entry[],
  utf8: boolean,
): { readonly name: Name } | { readonly entry: Entry; readonly error: OpensslError } {
  const parts: NameAttribute[][] = [];
  for (const entry of entries) {
    const value = utf8 ? entry.value : latin1(entry.value);
    const error = problemOf(entry.oid, value);
    if (error !== undefined) return { entry, error };
    const attribute = { oid: entry.oid, tag: stringTypeOf(entry.oid), value };
    if (entry.joins === true) parts[parts.length - 1]?.push(attribute);
    else parts.push([attribute]);
  }
  return { name: nameOfParts(parts) };
}
function latin1(text: string): string {
  return String.fromCharCode(...bytesFromText(text));
}
function problemOf(oid: string, value: string): OpensslError | undefined {
  const [least, most] = BOUNDS[oid] ?? [1, 32_768];
  const length = [...value].length;
  if (length > most) return opensslError('nameTooLong', `maxsize=${most}`);
  if (length < least) return opensslError('nameTooShort', `minsize=${least}`);
  const type = stringTypeOf(oid);
  const isWrong =
    type === PRINTABLE
      ? !/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value)
      : type === IA5 && /[^\x00-\x7f]/.test(value);
  return isWrong ? opensslError('nameIllegalCharacters') : undefined;
}
const PRINTABLE = 0x13;
const IA5 = 0x16;

/** `/C=DE/CN=shop.example`; a backslash escapes, `+` joins. Ends the command when it cannot be read. */
export function* parseSubject(session: Session, text: string, utf8: boolean): Step<Name> {
  const entries = yield* entriesOf(session, text);
  const made = nameOfEntries(entries, utf8);
  if ('name' in made) return made.name;
  yield* session.sayErrors([made.error]);
  const written = writtenOf(text, made.entry);
  return yield* session.fail(`${session.name}: Error adding subject name attribute "/${written}"\n`);
}
/** The attribute's type as it was typed. */
function writtenOf(text: string, entry: Entry): string {
  const types = [...text.matchAll(/[/+]([^=/+]*)=/g)].map((match) => match[1] ?? '');
  return `${types.find((type) => oidOfName(type) === entry.oid) ?? ''}=${entry.value}`;
}

function* entriesOf(session: Session, text: string): Step<readonly Entry[]> {
  const { name } = session;
  if (!text.startsWith('/'))
    return yield* session.fail(
      `${name}: subject name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may be escaped by \\. This name is not in that format: '${text}'\n`,
    );
  const entries: Entry[] = [];
  let joins = false;
  for (let at = 1; at < text.length; ) {
    const equals = text.indexOf('=', at);
    if (equals < 0)
      return yield* session.fail(
        `${name}: Missing '=' after RDN type string '${text.slice(at)}' in subject name string\n`,
      );
    const type = text.slice(at, equals);
    const [whole = '', body = '', end = ''] =
      /^((?:\\.|[^\\/+])*)([/+\\]?)/s.exec(text.slice(equals + 1)) ?? [];
    if (end === '\\') return yield* session.fail(`${name}: Escape character at end of subject name string\n`);
    at = equals + 1 + whole.length;
    const value = body.replace(/\\(.)/gs, '$1');
    const isMember = joins;
    joins = end === '+';
    const oid = oidOfName(type);
    if (oid === undefined) {
      yield* session.say(`${name} warning: Skipping unknown subject name attribute "${type}"\n`);
      if (isMember)
        yield* session.say(
          `${name} hint: a '+' in a value string needs be escaped using '\\' else a new member of a multi-valued RDN is expected\n`,
        );
    } else if (value === '')
      yield* session.say(
        `${name} warning: No value provided for subject name attribute "${type}", skipped\n`,
      );
    else entries.push(isMember && entries.length > 0 ? { oid, value, joins: true } : { oid, value });
  }
  return entries;
}
