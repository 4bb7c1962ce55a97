/** The server's side of a handshake. RFC 8446 §2; RFC 5246 §7.3 for older versions. */
import { tlsError } from '../../protocols/tls/errors';
import { type Agreement, answerTo, type Refusal } from '../../protocols/tls/negotiate';
import {
  CHANGE_CIPHER_SPEC,
  cipherOverhead,
  FINISHED_OLD,
  recordsSize,
  ticketSize,
} from '../../protocols/tls/sizes';
import { alertForVerifyCode } from '../../protocols/tls/verify-alert';
import type { Micros } from '../../std/instant';
import type { ClientHello, TlsInfo, TlsServerSettings, TlsVerifyResult } from '../tls.contract';
import { flightParts } from './client';
import { type Line, refuse } from './line';
import { HANDSHAKE_COST, preparedIdentity, preparedServer } from './prepared';
import { type Agreed, makeRecord, type RecordData } from './state';
import { verifyPeer } from './verify';

type Finished = Extract<RecordData, { of: 'client-finished' }>;

/** @returns when the processor is done with the answer; undefined when the client was refused */
export function gotHello(line: Line, settings: TlsServerSettings, hello: ClientHello): Micros | undefined {
  const { own, identities, answers } = preparedServer(settings);
  const answer = answers.get(hello) ?? answerTo(hello, own);
  answers.set(hello, answer);
  if ('alert' in answer) {
    refuse(line, { ...answer, reason: refusalReason(answer, hello, settings) });
    return undefined;
  }
  line.secure.agreed = agreedOf(answer, hello);
  return line.host.compute(line.secure.owner.pid, HANDSHAKE_COST + (identities[answer.key]?.signs ?? 0));
}

function agreedOf({ version, cipher, alpn, key }: Agreement, { serverName }: ClientHello): Agreed {
  return {
    version,
    cipher: cipher.name,
    bits: cipher.bits,
    alpn,
    serverName,
    key,
    overhead: cipherOverhead(version, cipher.encryption, cipher.mac),
  };
}
function refusalReason({ error }: Refusal, hello: ClientHello, settings: TlsServerSettings): string {
  switch (error.reason) {
    case 'unsupported protocol':
      return `no TLS version in common: the client offers ${hello.versions.join(', ')}, the server has ${settings.versions.join(', ')}`;
    case 'no protocols available':
      return 'the server has no TLS version to offer';
    case 'no shared cipher':
      return settings.identities.length === 0
        ? 'the server has no certificate to show'
        : 'client and server have no cipher in common that goes with the certificate';
    case 'no application protocol':
      return `no application protocol in common: the client offers ${hello.alpn.join(', ')}`;
    default:
      return `the version in common signs with MD5 and SHA-1, which the server's security level forbids`;
  }
}

/** The signature is made: hello, certificate and the rest go out together. */
export function sendFlight(line: Line, settings: TlsServerSettings): void {
  const { agreed } = line.secure;
  if (agreed === undefined) return;
  const { identities } = preparedServer(settings);
  const identity = identities[agreed.key];
  const flight = {
    of: 'flight',
    agreed,
    chain: identity?.chain ?? '',
    asks: settings.clients?.roots,
  } as const;
  const parts = flightParts(flight, identity);
  const sizes = parts.map(([, bytes]) => bytes);
  const bytes =
    agreed.version === 'TLSv1.3'
      ? recordsSize([...sizes, CHANGE_CIPHER_SPEC], 0) + agreed.overhead * (sizes.length - 1)
      : recordsSize(sizes, 0);
  line.secure.phase = 'awaits-client';
  line.send(makeRecord('server_hello', bytes, flight));
}

/** The client's Finished, and its certificate when it was asked for one. */
export function gotClientFinished(line: Line, settings: TlsServerSettings, { chain }: Finished): void {
  const { secure } = line;
  const { agreed } = secure;
  if (agreed === undefined) return;
  const verified = chain === '' ? undefined : clientVerdict(line, settings, chain);
  if (refusesClient(line, settings, agreed, chain, verified)) return;
  if (agreed.version === 'TLSv1.3') sendTickets(line, agreed, chain);
  else
    line.send(
      makeRecord('finished', recordsSize([CHANGE_CIPHER_SPEC, FINISHED_OLD], 0) + agreed.overhead, {
        of: 'server-finished',
      }),
    );
  const { version, cipher, bits, alpn, serverName } = agreed;
  const info: TlsInfo = { version, cipher, bits, alpn, serverName, peerChain: chain, verified, steps: [] };
  line.open(info);
}

function clientVerdict(line: Line, settings: TlsServerSettings, chain: string): TlsVerifyResult | undefined {
  const { clients } = settings;
  return (
    clients &&
    verifyPeer(
      {
        chain,
        roots: clients.roots,
        crls: clients.crls,
        purpose: 'sslclient',
        level: preparedServer(settings).own.list.level,
        depth: clients.depth,
        expectedName: undefined,
        which: clients.invalid === 'report' ? 'last' : 'first',
        ...(clients.ignored === undefined ? {} : { ignored: clients.ignored }),
      },
      line.host.clock(),
    )
  );
}
function refusesClient(
  line: Line,
  { clients }: TlsServerSettings,
  { version }: Agreed,
  chain: string,
  verified: TlsVerifyResult | undefined,
): boolean {
  if (clients === undefined) return false;
  if (chain === '' && clients.missing === 'refuse') {
    refuse(line, {
      alert: version === 'TLSv1.3' ? 'certificate_required' : 'handshake_failure',
      error: tlsError('peer did not return a certificate'),
      reason: 'the client showed no certificate',
    });
    return true;
  }
  if (
    verified === undefined ||
    verified.code === 0 ||
    verified.passed !== undefined ||
    clients.invalid === 'report'
  )
    return false;
  refuse(
    line,
    {
      alert: alertForVerifyCode(verified.code),
      error: tlsError('certificate verify failed'),
      reason: `the client's certificate is not accepted: ${verified.text}`,
    },
    { verified, peerChain: chain },
  );
  return true;
}

/** Two, as OpenSSL sends them; nobody here comes back with one. */
function sendTickets(line: Line, { serverName, alpn, overhead }: Agreed, chain: string): void {
  const client = chain === '' ? undefined : preparedIdentity({ chain })?.size;
  const bytes = ticketSize(serverName, alpn, client);
  line.send(
    makeRecord('new_session_ticket', recordsSize([bytes, bytes], overhead), { of: 'tickets', bytes }),
  );
}
