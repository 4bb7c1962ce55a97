/**
 * Words of TLS on a `bind` line. Source: HAProxy 2.6 configuration manual §5.1;
 * 2.6.12 `cfgparse-ssl.c`; recorded `haproxy -c` runs.
 */

import { decodeBase64 } from '../../../../std/base64';
import type { BindTls, IgnoredErrors } from '../../config-tls';
import { type Complaint, complaint, leadingInteger, type ParserState } from '../context';
import { loadList, loadLocation, type Loaded } from './locations';
import { applyTlsOption } from './options';
import { withDefaults } from './reading';

/** OpenSSL 3.0 numbers its verification errors up to here. */
const LAST_ERROR = 94;
const TICKET_KEYS = 3;
const TICKET_KEY_SIZES = [48, 80];

/** What became of a word: undefined, it is none of TLS. */
export type BindOutcome = { readonly tls: BindTls; readonly complaint?: Complaint } | undefined;

export function applyBindTls(state: ParserState, tls: BindTls, keyword: string, value: string): BindOutcome {
  const refuse = (text: string): BindOutcome => ({ tls, complaint: complaint(text) });
  switch (keyword) {
    case 'ssl':
      return { tls: { ...tls, options: withDefaults(tls.options, state.tls.bindDefaults) } };
    case 'crt':
      if (value === '') return refuse("'crt' : missing certificate location");
      return taken(tls, loadLocation(state, certificatePath(state, value)));
    case 'crt-list':
      if (value === '') return refuse("'crt-list' : missing certificate location");
      return taken(tls, loadList(state, value), "'crt-list' : ");
    case 'strict-sni':
      return { tls: { ...tls, strictSni: true } };
    case 'generate-certificates':
      return { tls: { ...tls, generates: true } };
    case 'ca-sign-file':
      if (value === '') return refuse(`'${keyword}' : missing CAfile path`);
      return { tls: { ...tls, signer: authorityPath(state, value) } };
    case 'ca-sign-pass':
      return value === '' ? refuse(`'${keyword}' : missing CAkey password`) : { tls };
    case 'ca-ignore-err':
    case 'crt-ignore-err':
      return applyIgnored(tls, keyword, value);
    case 'tls-ticket-keys':
      return { tls, complaint: ticketKeys(state, keyword, value) };
    default: {
      const outcome = applyTlsOption(state, tls.options, { keyword, value, place: 'bind' });
      if (outcome === 'of another kind') return undefined;
      return { tls: { ...tls, options: outcome.options }, complaint: outcome.complaint };
    }
  }
}

/** `crt` and the server's `crt` stand below `crt-base`. */
export function certificatePath(state: ParserState, value: string): string {
  const { certificateBase } = state.tls;
  return value.startsWith('/') || certificateBase === '' ? value : `${certificateBase}/${value}`;
}
function authorityPath(state: ParserState, value: string): string {
  const { authorityBase } = state.tls;
  return value.startsWith('/') || authorityBase === '' ? value : `${authorityBase}/${value}`;
}

function taken(tls: BindTls, { uses, complaint: said }: Loaded, head = ''): BindOutcome {
  return {
    tls: { ...tls, certificates: [...tls.certificates, ...uses] },
    complaint: said === undefined ? undefined : { ...said, text: head + said.text },
  };
}

function applyIgnored(tls: BindTls, keyword: string, value: string): BindOutcome {
  const key = keyword === 'ca-ignore-err' ? 'ignoredIssuerErrors' : 'ignoredLeafErrors';
  if (value === '') return { tls, complaint: complaint(`'${keyword}' : missing error IDs list`) };
  const numbers: IgnoredErrors = value === 'all' ? 'all' : value.split(',').map(leadingInteger);
  const wrong = numbers === 'all' ? undefined : numbers.find((number) => number <= 0 || number > LAST_ERROR);
  if (wrong === undefined) return { tls: { ...tls, [key]: numbers } };
  const text = `'${keyword}' : ID '${wrong}' out of range (1..${LAST_ERROR}) in error IDs list '${value}'`;
  return { tls, complaint: complaint(text) };
}

/** Only what is wrong with the file is modelled: nothing is ever resumed. */
function ticketKeys(state: ParserState, keyword: string, value: string): Complaint {
  if (value === '') return complaint(`'${keyword}' : missing TLS ticket keys file path`);
  const file = state.surroundings.readFile(value);
  if ('error' in file) return complaint(`'${value}' : unable to load ssl tickets keys file`);
  const lines = file.text.split('\n').filter((line, index, all) => index < all.length - 1 || line !== '');
  for (const [index, line] of lines.entries()) {
    const key = line.length % 4 === 0 ? decodeBase64(line) : undefined;
    if (key === undefined) return complaint(`'${value}' : unable to decode base64 key on line ${index + 1}`);
    if (!TICKET_KEY_SIZES.includes(key.length))
      return complaint(`'${value}' : wrong sized key on line ${index + 1}`);
  }
  return lines.length < TICKET_KEYS
    ? complaint(`'${value}' : please supply at least ${TICKET_KEYS} keys in the tls-tickets-file`)
    : undefined;
}
