/** curl's handshake over a connection that it has: what it says, what it makes of the outcome (curl 7.88 lib/vtls/openssl.c). */
import { OPENSSL } from '../../../protocols/tls/errors';
import {
  commonName,
  curlNameProblem,
  matchesHost,
  matchesIp,
  type Name,
  nameRfc2253,
  readCertificateChain,
  timeText,
} from '../../../protocols/x509';
import type { Certificate } from '../../../protocols/x509';
import { ipOctets } from '../../../protocols/x509/ip-octets';
import type { Micros } from '../../../std/instant';
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';
import type { SecureSocketEvent, TlsFailure, TlsInfo, TlsStep } from '../../../world/tls.contract';
import { errnoText } from '../../host-names';
import type { Mailbox } from '../../mailbox';
import type { CurlCall } from './call';
import { alpnOf, readRoots, tlsSettings, type Trouble, trustPlaces } from './trust';
import type { Verbose } from './verbose';

/** A secured connection, with how much of its messages has been told. */
export interface SecureLine {
  info: TlsInfo;
  told: number;
}
/** X509_V_ERR_UNSPECIFIED: what curl's `ssl_verify_result` is until there is a verdict. */
export const NOT_VERIFIED = 1;

interface Handshake {
  context: ProgramContext;
  call: CurlCall;
  verbose: Verbose;
  box: Mailbox;
  connection: number;
  /** Name and port of the URL. */
  host: string;
  port: number;
  /** When it must be done. */
  until: Micros | undefined;
  /** The verdict on the chain, for `ssl_verify_result`. */
  judged: (code: number) => void;
}
type Outcome = Generator<Wait, SecureLine | Trouble | 'timeout', Wake>;

/** Secures a connection; otherwise what is wrong, or that the time is up. The caller closes it. */
export function* secure(handshake: Handshake): Outcome {
  const { context, call, verbose, connection, host } = handshake;
  const { network } = context.world;
  const settings = tlsSettings(context, call, host);
  if ('code' in settings && settings.code === 35) return yield* told(verbose, settings);
  handshake.judged(NOT_VERIFIED);
  const alpn = alpnOf(call);
  if (alpn.length > 0) yield* verbose.say(`* ALPN: offers ${alpn.join(',')}\n`);
  if ('code' in settings) return yield* told(verbose, settings);
  if (call.ciphers !== undefined) yield* verbose.say(`* Cipher selection: ${call.ciphers}\n`);
  if (call.suites !== undefined) yield* verbose.say(`* TLS 1.3 cipher selection: ${call.suites}\n`);
  const places = trustPlaces(context, call);
  const roots = call.insecure ? '' : readRoots(context, places);
  // The roots are read when the hello is out already: a file that is missing is noticed by the server too.
  network.tls.connect(connection, { ...settings, roots: typeof roots === 'string' ? roots : '' });
  const count = yield* tellHello(handshake);
  if (typeof roots !== 'string') {
    yield* verbose.say(`* ${roots.message}\n* ${roots.message}\n`);
    return roots;
  }
  if (!call.insecure) yield* verbose.say(`*  CAfile: ${places.caFile}\n*  CApath: ${places.caPath}\n`);
  return yield* outcomeOf(handshake, count);
}

/** The hello is told when it is sent, before anything comes back. */
function* tellHello({ context, call, verbose, connection }: Handshake): Generator<Wait, number, Wake> {
  if (!call.verbose) return 0;
  const [hello] = context.world.network.tls.steps(connection, 'client');
  if (hello === undefined) return 0;
  yield* verbose.step(hello);
  return 1;
}

function* outcomeOf(handshake: Handshake, before: number): Outcome {
  const { box, until, verbose } = handshake;
  for (;;) {
    const received = yield* box.next(until);
    if (received.kind !== 'item') return 'timeout';
    const event = received.event as SecureSocketEvent;
    if (event.type === 'failed') {
      const message = `Recv failure: ${errnoText(event.errno)}`;
      yield* verbose.say(
        `* ${message}\n* OpenSSL SSL_connect: ${errnoText(event.errno)} in connection to ${placeOf(handshake)} \n`,
      );
      return { code: 35, message };
    }
    if (event.type === 'tls-failed') {
      yield* tellSteps(verbose, event.failure.steps.slice(before));
      return yield* troubleOf(handshake, event.failure);
    }
    if (event.type === 'secured') {
      const count = event.info.steps.length;
      yield* tellSteps(verbose, event.info.steps.slice(before));
      return (yield* judge(handshake, event.info)) ?? { info: event.info, told: count };
    }
  }
}
export function* tellSteps(verbose: Verbose, steps: readonly TlsStep[]): Generator<Wait, void, Wake> {
  for (const step of steps) yield* verbose.step(step);
}

function* troubleOf(handshake: Handshake, failure: TlsFailure): Generator<Wait, Trouble, Wake> {
  const { verbose } = handshake;
  const openssl = failure.openssl === undefined ? '' : opensslText(failure.openssl);
  switch (failure.kind) {
    case 'closed':
      return yield* told(verbose, {
        code: 35,
        message: `OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to ${placeOf(handshake)} `,
      });
    case 'alert-sent': {
      if (failure.verified === undefined) return yield* told(verbose, { code: 35, message: openssl });
      handshake.judged(failure.verified.code);
      return yield* told(verbose, { code: 60, message: `SSL certificate problem: ${failure.verified.text}` });
    }
    case 'alert-received':
      // Vendor: curl takes this one alert for a verdict on the server's certificate.
      return yield* told(
        verbose,
        failure.alert === 'certificate_expired'
          ? { code: 60, message: 'SSL certificate verification failed' }
          : { code: 35, message: openssl },
      );
    case 'not-tls':
      yield* verbose.record('{');
      return { ...(yield* told(verbose, { code: 35, message: openssl })), unread: true };
    case 'nothing-to-offer':
      return yield* told(verbose, { code: 35, message: openssl });
  }
}
function* told(verbose: Verbose, trouble: Trouble): Generator<Wait, Trouble, Wake> {
  yield* verbose.say(`* ${trouble.message}\n`);
  return trouble;
}
function placeOf({ host, port }: Handshake): string {
  return `${host}:${port}`;
}
/** `OpenSSL/3.0.19: error:0A00042E:SSL routines::tlsv1 alert protocol version` */
export function opensslText({ code, reason }: { code: string; reason: string }): string {
  return `${OPENSSL}: error:${code}:SSL routines::${reason}`;
}

// -------------------------------------------------------------------- the server's certificate
/** Tells about the certificate, and compares its names; undefined when all is well. */
function* judge(handshake: Handshake, info: TlsInfo): Generator<Wait, Trouble | undefined, Wake> {
  const { verbose, call, host } = handshake;
  yield* verbose.say(`* SSL connection using ${info.version} / ${info.cipher}\n`);
  if (alpnOf(call).length > 0)
    yield* verbose.say(
      info.alpn === undefined
        ? '* ALPN: server did not agree on a protocol. Uses default.\n'
        : `* ALPN: server accepted ${info.alpn}\n`,
    );
  const read = readCertificateChain(info.peerChain);
  const leaf = read.ok ? read.value[0] : undefined;
  if (leaf === undefined) return undefined;
  yield* verbose.say(
    `* Server certificate:\n*  subject: ${nameText(leaf.subject)}\n*  start date: ${timeText(leaf.notBefore)}\n*  expire date: ${timeText(leaf.notAfter)}\n`,
  );
  if (!call.insecure) {
    const wrong = yield* compareNames(verbose, leaf, host);
    if (wrong !== undefined) return wrong;
  }
  yield* verbose.say(`*  issuer: ${nameText(leaf.issuer)}\n`);
  const verified = info.verified ?? { code: 0, text: 'ok' };
  handshake.judged(verified.code);
  yield* verbose.say(
    verified.code === 0
      ? '*  SSL certificate verify ok.\n'
      : `*  SSL certificate verify result: ${verified.text} (${verified.code}), continuing anyway.\n`,
  );
  return undefined;
}
function* compareNames(
  verbose: Verbose,
  leaf: Certificate,
  host: string,
): Generator<Wait, Trouble | undefined, Wake> {
  const problem = curlNameProblem(leaf, host);
  if (problem === undefined) {
    yield* verbose.say(`*  ${matchText(leaf, host)}\n`);
    return undefined;
  }
  switch (problem.kind) {
    case 'no-alternative-name':
      yield* verbose.say(`*  subjectAltName does not match ${host}\n`);
      return yield* told(verbose, {
        code: 60,
        message: `SSL: no alternative certificate subject name matches target host name '${host}'`,
      });
    case 'no-common-name':
      return yield* told(verbose, {
        code: 60,
        message: 'SSL: unable to obtain common name from peer certificate',
      });
    case 'common-name':
      return yield* told(verbose, {
        code: 60,
        message: `SSL: certificate subject name '${problem.commonName}' does not match target host name '${host}'`,
      });
  }
}
function matchText(leaf: Certificate, host: string): string {
  if (ipOctets(host) !== undefined && matchesIp(leaf, host))
    return `subjectAltName: host "${host}" matched cert's IP address!`;
  const dns = (leaf.subjectAltNames ?? []).flatMap((name) => (name.kind === 'dns' ? [name.value] : []));
  const matching = dns.find((name) =>
    matchesHost({ ...leaf, subjectAltNames: [{ kind: 'dns', value: name }] }, host),
  );
  return matching === undefined
    ? `common name: ${commonName(leaf.subject) ?? ''} (matched)`
    : `subjectAltName: host "${host}" matched cert's "${matching}"`;
}
/** `C=DE; O=Shop; CN=shop.example` */
function nameText(name: Name): string {
  return name.parts.map((part) => nameRfc2253({ ...name, parts: [part] })).join('; ');
}
