/**
 * Words of TLS on `server` and `default-server` lines. Source: HAProxy 2.6
 * configuration manual §5.2; 2.6.12 `cfgparse-ssl.c`; recorded.
 */

import type { ServerSettings } from '../../config';
import { type Complaint, complaint, type ParserState } from '../context';
import { certificatePath } from './bind';
import { applyTlsOption, protocolNames } from './options';
import { withDefaults } from './reading';

/** False: the word is none of TLS. */
export function applyServerTls(
  state: ParserState,
  server: ServerSettings,
  keyword: string,
  value: string,
): Complaint | false {
  const { tls } = server;
  switch (keyword) {
    case 'ssl':
    case 'check-ssl':
      if (keyword === 'ssl') server.usesTls = true;
      server.tls = {
        ...tls,
        ...(keyword === 'check-ssl' ? { checks: 'on' } : {}),
        options: withDefaults(tls.options, state.tls.serverDefaults),
      };
      return undefined;
    case 'no-ssl':
      server.usesTls = false;
      return undefined;
    case 'no-check-ssl':
      server.tls = { ...tls, checks: 'off' };
      return undefined;
    case 'crt':
      if (value === '') return complaint(`'${keyword}' : missing certificate file path`);
      server.tls = { ...tls, certificate: certificatePath(state, value) };
      return undefined;
    case 'verifyhost':
      if (value === '') return complaint(`'${keyword}' : missing hostname to verify against`);
      server.tls = { ...tls, verifyHost: value };
      return undefined;
    case 'sni':
      if (value === '') return complaint(`'${keyword}' : missing sni expression`);
      server.tls = { ...tls, sni: value };
      return undefined;
    case 'check-sni':
      if (value === '') return complaint(`'${keyword}' : missing SNI`);
      server.tls = { ...tls, checkSni: value };
      return undefined;
    case 'check-alpn':
      if (value === '') return complaint(`'${keyword}' : missing the comma-delimited ALPN protocol suite`);
      server.tls = { ...tls, checkAlpn: protocolNames(value) };
      return undefined;
    default: {
      const outcome = applyTlsOption(state, tls.options, { keyword, value, place: 'server' });
      if (outcome === 'of another kind') return false;
      server.tls = { ...tls, options: outcome.options };
      return outcome.complaint;
    }
  }
}
