/** The subject and attributes of a request: asked on the terminal, or taken from the configuration (prompt = no). Source: apps/req.c make_REQ. */
import { type Name, oidOfName, utf8Der } from '../../protocols/x509/index';
import type { Config } from './config-file';
import type { Session, Step } from './session';
import { type Entry, nameOfEntries } from './subject-name';

export interface Answers {
  readonly subject: Name;
  readonly attributes: readonly { readonly oid: string; readonly value: Uint8Array }[];
}
export interface Questions {
  readonly config: Config;
  /** `req`, or -section. */
  readonly section: string;
  /** Takes the defaults. */
  readonly batch: boolean;
  /** Asks for attributes too: not for a certificate. */
  readonly attributes: boolean;
  readonly utf8: boolean;
}

const INTRODUCTION = `You are about to be asked to enter information that will be incorporated
into your certificate request.
What you are about to enter is what is called a Distinguished Name or a DN.
There are quite a few fields but you can leave some blank
For some fields there will be a default value,
If you enter '.', the field will be left blank.
-----
`;
const EXTRA = `
Please enter the following 'extra' attributes
to be sent with your certificate request
`;

/** The subject and attributes; ends the command when there are none. */
export function* askSubject(session: Session, questions: Questions): Step<Answers> {
  const { config, section } = questions;
  const fields = yield* sectionOf(session, questions, 'distinguished_name');
  const extras = questions.attributes ? yield* sectionOf(session, questions, 'attributes') : [];
  if (config.get(section, 'prompt') === 'no') return yield* given(session, questions, fields, extras);
  if (!questions.batch) yield* session.say(INTRODUCTION);
  const entries = yield* answered(session, questions, {
    settings: fields,
    section: fieldSection(questions, 'distinguished_name'),
  });
  // An empty section is no template; that none is named shows below.
  if (fields.length === 0 && config.get(section, 'distinguished_name') !== undefined)
    return yield* failed(session, 'No template, please set one up.\n');
  if (entries.length === 0) return yield* failed(session, 'Error: No objects specified in config file\n');
  if (extras.length > 0 && !questions.batch) yield* session.say(EXTRA);
  const attributes = yield* answered(session, questions, {
    settings: extras,
    section: fieldSection(questions, 'attributes'),
  });
  return yield* made(session, questions, entries, attributes);
}

function fieldSection({ config, section }: Questions, setting: string): string {
  return config.get(section, setting) ?? '';
}
function* sectionOf(
  session: Session,
  questions: Questions,
  setting: string,
): Step<readonly (readonly [string, string])[]> {
  const name = questions.config.get(questions.section, setting);
  if (name === undefined) return [];
  const settings = questions.config.section(name);
  return settings ?? (yield* failed(session, `Unable to get '${name}' section\n`));
}
function* failed(session: Session, text: string): Step<never> {
  return yield* session.fail(`${text}Error making certificate request\n`);
}

/** prompt = no: the settings are the values. */
function* given(
  session: Session,
  questions: Questions,
  fields: readonly (readonly [string, string])[],
  extras: readonly (readonly [string, string])[],
): Step<Answers> {
  const entries = fields.flatMap(([setting, value]) => entryOf(setting, value));
  if (entries.length === 0) return yield* failed(session, 'Error: No objects specified in config file\n');
  return yield* made(
    session,
    questions,
    entries,
    extras.flatMap(([setting, value]) => entryOf(setting, value)),
  );
}
/** `0.OU` and `+OU` are OU; unknown types are left out. */
function entryOf(setting: string, value: string): Entry[] {
  const type = setting.replace(/^[^:,.]*[:,.](?=.)/, '');
  const joins = type.startsWith('+');
  const oid = oidOfName(joins ? type.slice(1) : type);
  if (oid === undefined) return [];
  return [joins ? { oid, value, joins } : { oid, value }];
}

function* answered(
  session: Session,
  { config, batch }: Questions,
  { settings, section }: { settings: readonly (readonly [string, string])[]; section: string },
): Step<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const [setting, prompt] of settings) {
    if (/_(min|max|default|value)$/.test(setting)) continue;
    const [entry] = entryOf(setting, '');
    if (entry === undefined) continue;
    const own = (ending: string): string | undefined => config.get(section, `${setting}_${ending}`);
    const value = yield* ask(session, {
      prompt,
      batch,
      fallback: own('default') ?? '',
      fixed: own('value'),
      least: Number(own('min') ?? -1),
      most: Number(own('max') ?? -1),
    });
    if (value !== undefined) entries.push({ ...entry, value });
  }
  return entries;
}

interface Question {
  readonly prompt: string;
  readonly batch: boolean;
  readonly fallback: string;
  readonly fixed: string | undefined;
  readonly least: number;
  readonly most: number;
}
/** One answer; undefined for an empty field. Asks again when the answer is too short or too long. */
function* ask(session: Session, question: Question): Step<string | undefined> {
  const { prompt, batch, fallback, fixed, least, most } = question;
  for (;;) {
    if (!batch) yield* session.say(`${prompt} [${fallback}]:`);
    if (fixed !== undefined) yield* session.say(`${fixed}\n`);
    const line = fixed !== undefined ? `${fixed}\n` : batch ? '\n' : yield* session.context.readLine();
    if (line === '') return yield* failed(session, '');
    if (!line.endsWith('\n')) return yield* failed(session, 'Missing newline at end of input\n');
    if (line === '.\n') return undefined;
    const value = line === '\n' ? fallback : line.slice(0, -1);
    if (value === '') return undefined;
    const problem =
      least > 0 && value.length < least
        ? `String too short, must be at least ${least} bytes long\n`
        : most >= 0 && value.length > most
          ? `String too long, must be at most ${most} bytes long\n`
          : undefined;
    if (problem === undefined) return value;
    yield* session.say(problem);
    if (batch || fixed !== undefined) return yield* failed(session, '');
  }
}

function* made(
  session: Session,
  { utf8 }: Questions,
  entries: readonly Entry[],
  attributes: readonly Entry[],
): Step<Answers> {
  const subject = nameOfEntries(entries, utf8);
  if ('name' in subject)
    return {
      subject: subject.name,
      attributes: attributes.map(({ oid, value }) => ({ oid, value: utf8Der(value) })),
    };
  yield* session.say('Error making certificate request\n');
  return yield* session.fail('', [subject.error]);
}
