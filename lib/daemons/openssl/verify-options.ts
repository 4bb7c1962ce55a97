/** The options of verification that several commands share. Source: openssl-verification-options(1). */
import { type ChainCheck, type Purpose, PURPOSES } from '../../protocols/x509/index';
import type { Options, OptionTable } from './options';
import type { Session, Step } from './session';

export const VERIFY_OPTIONS: OptionTable = {
  purpose: 's',
  verify_depth: 'n',
  auth_level: 'n',
  attime: 'M',
  no_check_time: '-',
  verify_hostname: 's',
  verify_ip: 's',
  verify_email: 's',
  partial_chain: '-',
  x509_strict: '-',
  trusted_first: '-',
  no_alt_chains: '-',
  check_ss_sig: '-',
  crl_check: '-',
  crl_check_all: '-',
  policy: 's',
  policy_check: '-',
  explicit_policy: '-',
  verify_name: 's',
  ignore_critical: '-',
  suiteB_128: '-',
  allow_proxy_certs: '-',
  use_deltas: '-',
};
/** Change nothing here: they are what is done anyway, or look at what is not there. */
const WITHOUT_EFFECT = ['trusted_first', 'no_alt_chains', 'check_ss_sig', 'allow_proxy_certs'];

/** What the options ask of a verification. */
export function* verificationOf(
  session: Session,
  options: Options,
): Step<Omit<ChainCheck, 'leaf' | 'trusted' | 'untrusted'>> {
  const purpose = options.value('purpose');
  if (purpose !== undefined && !isPurpose(purpose)) {
    if (OTHER_PURPOSES.includes(purpose)) return yield* session.notModelled(`-purpose ${purpose}`);
    return yield* session.fail(`${session.name}: Invalid purpose ${purpose}\n`);
  }
  for (const name of Object.keys(VERIFY_OPTIONS))
    if (options.has(name) && !MODELLED.includes(name) && !WITHOUT_EFFECT.includes(name))
      return yield* session.notModelled(`-${name}`);
  const number = (name: string): number | undefined =>
    options.has(name) ? Number(options.value(name)) : undefined;
  const at = number('attime');
  return {
    at: at ?? session.now,
    ...(purpose === undefined ? {} : { purpose }),
    ...given('host', options.value('verify_hostname')),
    ...given('ip', options.value('verify_ip')),
    ...given('email', options.value('verify_email')),
    ...given('depth', number('verify_depth')),
    ...given('securityLevel', number('auth_level')),
    partialChain: options.has('partial_chain'),
    // -attime asks for the check even when -no_check_time stands beside it.
    ignoreTime: options.has('no_check_time') && at === undefined,
  };
}
const MODELLED = [
  'purpose',
  'verify_hostname',
  'verify_ip',
  'verify_email',
  'verify_depth',
  'auth_level',
  'attime',
  'no_check_time',
  'partial_chain',
];
const OTHER_PURPOSES = ['nssslserver', 'smimesign', 'smimeencrypt', 'crlsign', 'ocsphelper', 'timestampsign'];

function isPurpose(text: string): text is Purpose {
  return PURPOSES.some((purpose) => purpose === text);
}
function given<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  const made: Partial<Record<K, V>> = {};
  if (value !== undefined) made[name] = value;
  return made;
}
