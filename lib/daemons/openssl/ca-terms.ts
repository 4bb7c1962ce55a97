/** What all requests of one call of `openssl ca` share: dates, policy, extensions, the next number. */
import { type Digest, parseTime, randomSerial, type Seconds } from '../../protocols/x509/index';
import { FileError } from '../../world/files.contract';
import { type Config, loadConfig } from './config-file';
import { addSection } from './extension-sections';
import type { Options } from './options';
import { readSerial } from './serial-numbers';
import type { Session, Step } from './session';
import { signingDigest } from './signing';
import { required, type Authority } from './ca-authority';

const DAY = 86_400;

/** What all requests of one call share. */
export interface Terms {
  readonly digest: Digest;
  readonly policy: readonly (readonly [string, string])[];
  readonly notBefore: Seconds;
  readonly notAfter: Seconds;
  /** As the message counts them. */
  readonly days: number;
  readonly extensions:
    | { readonly file: Config; readonly section: string; readonly isOwnFile: boolean }
    | undefined;
  readonly serialFile: string | undefined;
  readonly serial: bigint;
}

export function* termsOf(session: Session, { options, config, section }: Authority): Step<Terms> {
  const extensionFile = options.value('extfile');
  const ownFile = extensionFile === undefined ? undefined : yield* loadConfig(session, extensionFile);
  const digestName = options.value('md') ?? (yield* required(session, config, section, 'default_md'));
  const digest = yield* signingDigest(session, digestName);
  const policyName = options.value('policy') ?? (yield* required(session, config, section, 'policy'));
  const isRandom = options.has('rand_serial') || config.get(section, 'rand_serial') !== undefined;
  const serialFile = isRandom ? undefined : yield* required(session, config, section, 'serial');
  const extensions = yield* extensionSection(session, { options, config, section }, ownFile);
  const dates = yield* datesOf(session, { options, config, section });
  const serial = yield* serialOf(session, options, serialFile);
  const policy = config.section(policyName);
  if (policy === undefined) return yield* session.fail(`unable to find 'section' for ${policyName}\n`);
  return { digest, policy, extensions, serialFile, serial, ...dates };
}

type Place = Pick<Authority, 'options' | 'config' | 'section'>;
function* extensionSection(
  session: Session,
  { options, config, section }: Place,
  ownFile: Config | undefined,
): Step<Terms['extensions']> {
  const file = ownFile ?? config;
  const named =
    options.value('extensions') ??
    (ownFile === undefined
      ? config.get(section, 'x509_extensions')
      : (ownFile.get('default', 'extensions') ?? 'default'));
  if (named === undefined) return undefined;
  const tried = addSection(file, named, { section: (name) => file.section(name) }, []);
  if (tried.ok) return { file, section: named, isOwnFile: ownFile !== undefined };
  const complaint =
    ownFile === undefined
      ? 'Error checking certificate extension config section'
      : 'Error checking certificate extensions from extfile section';
  return yield* session.fail(`${complaint} ${named}\n`, tried.error);
}

function* datesOf(
  session: Session,
  { options, config, section }: Place,
): Step<Pick<Terms, 'notBefore' | 'notAfter' | 'days'>> {
  const FORM = 'is invalid, it should be YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ';
  const start = options.value('startdate') ?? config.get(section, 'default_startdate');
  const end = options.value('enddate') ?? config.get(section, 'default_enddate');
  const notBefore = start === undefined || start === 'today' ? session.now : parseTime(start);
  if (notBefore === undefined) return yield* session.fail(`start date ${FORM}\n`);
  const given = end === undefined ? undefined : parseTime(end);
  if (end !== undefined && given === undefined) return yield* session.fail(`end date ${FORM}\n`);
  const days = Number(options.value('days') ?? config.get(section, 'default_days') ?? 0);
  if (given === undefined && days === 0)
    return yield* session.fail('cannot lookup how many days to certify for\n');
  const notAfter = given ?? session.now + days * DAY;
  return { notBefore, notAfter, days: given === undefined ? days : Math.trunc((given - session.now) / DAY) };
}

function* serialOf(session: Session, options: Options, path: string | undefined): Step<bigint> {
  if (path === undefined) return randomSerial(session.random);
  if (session.readFile(path) instanceof FileError && options.has('create_serial'))
    return randomSerial(session.random);
  return yield* readSerial(session, path, 'error while loading serial number\n');
}
