/** The client's side of a handshake. RFC 8446 §2; RFC 5246 §7.3 for older versions. */
import { tlsError } from '../../protocols/tls/errors';
import { canSign } from '../../protocols/tls/negotiate';
import {
  certificateRequestSize,
  certificateSize,
  certificateVerifySize,
  CHANGE_CIPHER_SPEC,
  CLIENT_KEY_EXCHANGE,
  clientHelloSize,
  encryptedExtensionsSize,
  FINISHED_OLD,
  finishedSize,
  recordsSize,
  SERVER_HELLO_DONE,
  serverHelloSize,
  serverKeyExchangeSize,
} from '../../protocols/tls/sizes';
import { alertForVerifyCode } from '../../protocols/tls/verify-alert';
import type { TlsClientSettings, TlsInfo, TlsMessageName, TlsVerifyResult } from '../tls.contract';
import { type Line, note, refuse, versionOf } from './line';
import {
  HANDSHAKE_COST,
  preparedClient,
  nameLengths,
  preparedIdentity,
  type PreparedIdentity,
} from './prepared';
import { type Agreed, makeRecord, type RecordData } from './state';
import { verifyPeer } from './verify';

type Flight = Extract<RecordData, { of: 'flight' }>;
type Sized = [TlsMessageName, number];
const SHOWS_NOTHING = { certificates: [], key: 'RSA', keyBits: 0 } as const;

/** Sends the hello; false when there is nothing to offer. */
export function sayHello(line: Line, settings: TlsClientSettings): boolean {
  const { hello } = preparedClient(settings);
  if ('error' in hello) return false;
  const bytes = clientHelloSize(hello, settings.padsHello === true ? 'padded' : 'bare');
  note(line, 'out', versionOf(line.secure), [['client_hello', bytes]]);
  const record = makeRecord('client_hello', recordsSize([bytes], 0), { of: 'hello', hello });
  record.hello = hello;
  line.send(record);
  return true;
}
export function nothingToOffer(line: Line, settings: TlsClientSettings): void {
  const { hello } = preparedClient(settings);
  if ('error' in hello)
    line.fail({
      kind: 'nothing-to-offer',
      openssl: hello.error,
      reason: 'this side has no TLS version or cipher that it may use',
    });
}

/** The server's hello, certificates and all that comes with them. */
export function gotFlight(line: Line, settings: TlsClientSettings, flight: Flight): void {
  const { secure, host } = line;
  const { agreed, chain } = flight;
  const { own, identity } = preparedClient(settings);
  const server = preparedIdentity({ chain });
  const parts = flightParts(flight, server);
  note(line, 'in', versionOf(secure), parts.slice(0, 1));
  secure.agreed = agreed;
  const shown = parts.findIndex(([message]) => message === 'certificate') + 1;
  note(line, 'in', agreed.version, parts.slice(1, shown));
  if (secure.owner.pid !== 0) host.compute(secure.owner.pid, HANDSHAKE_COST);
  const verified = verdict(line, settings, chain, own.list.level);
  if (verified.code !== 0 && settings.invalid === 'refuse')
    return refuse(
      line,
      {
        alert: alertForVerifyCode(verified.code),
        error: tlsError('certificate verify failed'),
        reason: `the server's certificate is not accepted: ${verified.text}`,
      },
      { verified, peerChain: chain },
    );
  if (!canSign(agreed.version, own.list.level)) {
    note(line, 'in', agreed.version, parts.slice(shown, shown + 1));
    return refuse(line, {
      alert: 'internal_error',
      error: tlsError('legacy sigalg disallowed or unsupported'),
      reason: `${agreed.version} signs with MD5 and SHA-1, which this side's security level ${own.list.level} forbids`,
    });
  }
  note(line, 'in', agreed.version, parts.slice(shown));
  answer(line, flight, identity);
  if (agreed.version === 'TLSv1.3') line.open(infoOf(line, flight, verified));
  else {
    secure.phase = 'awaits-finished';
    secure.info = infoOf(line, flight, verified);
  }
}

function verdict(line: Line, settings: TlsClientSettings, chain: string, level: number): TlsVerifyResult {
  const { roots, crls, depth, expectedName, invalid } = settings;
  return verifyPeer(
    {
      chain,
      roots,
      crls,
      purpose: 'sslserver',
      level,
      depth,
      expectedName,
      which: invalid === 'report-last' ? 'last' : 'first',
    },
    line.host.clock(),
  );
}

/** Finished; with the own certificate when the server asks for one. */
function answer(line: Line, { agreed, asks }: Flight, identity: PreparedIdentity | undefined): void {
  const { version } = agreed;
  const certificate: Sized[] =
    asks === undefined ? [] : [['certificate', certificateSize(version, identity?.size ?? SHOWS_NOTHING)]];
  const proof: Sized[] =
    asks === undefined || identity === undefined
      ? []
      : [['certificate_verify', certificateVerifySize(identity.size)]];
  const parts: Sized[] =
    version === 'TLSv1.3'
      ? [
          ['change_cipher_spec', CHANGE_CIPHER_SPEC],
          ...certificate,
          ...proof,
          ['finished', finishedSize(agreed.cipher)],
        ]
      : [
          ...certificate,
          ['client_key_exchange', CLIENT_KEY_EXCHANGE],
          ...proof,
          ['change_cipher_spec', CHANGE_CIPHER_SPEC],
          ['finished', FINISHED_OLD],
        ];
  note(line, 'out', version, parts);
  if (identity !== undefined && asks !== undefined && line.secure.owner.pid !== 0)
    line.host.compute(line.secure.owner.pid, identity.signs);
  line.send(
    makeRecord(version === 'TLSv1.3' ? 'finished' : 'client_key_exchange', bytesOf(parts, agreed), {
      of: 'client-finished',
      chain: asks === undefined ? '' : (identity?.chain ?? ''),
    }),
  );
}
/** Over TLS 1.3 all but the first is enciphered, before only the last is. */
function bytesOf(parts: readonly Sized[], { version, overhead }: Agreed): number {
  const enciphered = version === 'TLSv1.3' ? parts.length - 1 : 1;
  return (
    recordsSize(
      parts.map(([, bytes]) => bytes),
      0,
    ) +
    overhead * enciphered
  );
}

/** Before TLS 1.3 the server has the last word. */
export function gotServerFinished(line: Line): void {
  const { info, agreed } = line.secure;
  if (info === undefined || agreed === undefined) return;
  note(line, 'in', agreed.version, [['finished', FINISHED_OLD]]);
  line.open(info);
}
function infoOf(line: Line, { agreed, chain, asks }: Flight, verified: TlsVerifyResult): TlsInfo {
  const { version, cipher, alpn, serverName, bits } = agreed;
  const { steps } = line.secure;
  return {
    version,
    cipher,
    bits,
    serverName,
    alpn,
    peerChain: chain,
    verified,
    steps,
    ...(asks === undefined ? {} : { authorities: asks }),
  };
}

/** The messages of the server's flight in order. */
export function flightParts({ agreed, asks }: Flight, server: PreparedIdentity | undefined): Sized[] {
  const { version, alpn, serverName, cipher } = agreed;
  const size = server?.size ?? SHOWS_NOTHING;
  const hello: Sized = ['server_hello', serverHelloSize(version, alpn)];
  const certificate: Sized = ['certificate', certificateSize(version, size)];
  const request: Sized[] =
    asks === undefined ? [] : [['certificate_request', certificateRequestSize(version, nameLengths(asks))]];
  if (version === 'TLSv1.3')
    return [
      hello,
      ['encrypted_extensions', encryptedExtensionsSize(serverName, alpn)],
      ...request,
      certificate,
      ['certificate_verify', certificateVerifySize(size)],
      ['finished', finishedSize(cipher)],
    ];
  const keys: Sized[] = isForwardSecret(cipher) ? [['server_key_exchange', serverKeyExchangeSize(size)]] : [];
  return [hello, certificate, ...keys, ...request, ['server_hello_done', SERVER_HELLO_DONE]];
}
/** With RSA key exchange there is no message of the server's for it. */
function isForwardSecret(cipher: string): boolean {
  return cipher.startsWith('ECDHE-') || cipher.startsWith('DHE-');
}
