/**
 * `openssl s_client`: a TLS connection by hand. Source: OpenSSL 3.0 apps/s_client.c.
 * Not modelled, and named: -starttls, -msg, -debug, sessions. Departs: session tickets of TLS 1.3 are not shown.
 */
import { alertNumber } from '../../protocols/tls/alerts';
import {
  type Certificate,
  certificatePem,
  matchingName,
  type OpensslError,
  opensslError,
  readCertificateChain,
  type Verification,
  verifyChain,
} from '../../protocols/x509/index';
import { byteLength } from '../../std/bytes';
import type { SecureSocketEvent, TlsFailure, TlsInfo } from '../../world/tls.contract';
import { errnoText, lookUpName, servicePort } from '../host-names';
import { Mailbox } from '../mailbox';
import { textOf } from '../../world/message-text';
import { nameStyle } from './name-options';
import { type Call, readCall } from './s-client-settings';
import { briefText, connectionText, type Settled, type Shown, verificationText } from './s-client-text';
import { Quit, type Session, type Step } from './session';
import { trustedFor } from './trust';

/** errno(3) of what connect(2) and read(2) say. */
const ERRNO: Readonly<Record<string, number>> = {
  ENETUNREACH: 101,
  ECONNRESET: 104,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EADDRNOTAVAIL: 99,
};

/** One connection and who speaks over it. */
interface Talk {
  readonly session: Session;
  readonly call: Call;
  readonly box: Mailbox;
  readonly connection: number;
}

export function* sClient(session: Session): Step<number> {
  const call = yield* readCall(session);
  const box = new Mailbox(session.context);
  const { network } = session.context.world;
  const connection = yield* connect(session, call, box);
  const talk: Talk = { session, call, box, connection };
  const isShort = call.options.has('brief') || call.options.has('quiet');
  if (!isShort) yield* session.print('CONNECTED(00000003)\n');
  // What the server's chain leads to is known once it is there; the store's directory is small enough to be given whole.
  const roots = allTrusted(session, call).map(certificatePem).join('');
  network.tls.connect(connection, { ...call.settings, roots });
  const code = yield* handshake(talk);
  network.close(connection, 'client');
  box.close();
  return code;
}

function* connect(session: Session, call: Call, box: Mailbox): Step<number> {
  const { context } = session;
  const port = /^\d+$/.test(call.port) ? Number(call.port) : servicePort(call.port, 'tcp');
  const found = yield* lookUpName(context, call.host);
  if (typeof found === 'string' || port === undefined) {
    const reason = typeof found === 'string' ? found : 'Servname not supported for ai_socktype';
    yield* session.sayErrors([opensslError('lookupError', reason)]);
    return yield* session.fail('connect:errno=0\n');
  }
  const connection = context.world.network.connect(context.host, {
    pid: context.pid,
    ip: found.addresses[0] ?? 0,
    port,
    on: box.on('socket'),
    trace: context.world.startTrace(`openssl s_client ${call.host}:${call.port}`),
  });
  const received = yield* box.next();
  const event = received.kind === 'item' ? (received.event as SecureSocketEvent) : undefined;
  if (event?.type === 'connected') return connection;
  const errno = event?.type === 'failed' ? event.errno : 'ETIMEDOUT';
  yield* session.sayErrors(connectErrors(errno));
  return yield* session.fail(`connect:errno=${ERRNO[errno] ?? 0}\n`);
}
function connectErrors(errno: string): readonly OpensslError[] {
  const system: OpensslError = {
    code: (0x80000000 + (ERRNO[errno] ?? 0)).toString(16).toUpperCase(),
    library: 'system library',
    reason: errnoText(errno),
    data: 'calling connect()',
    function: 'BIO_connect',
    place: '../crypto/bio/bio_sock2.c:117',
  };
  return [system, opensslError('connectError')];
}

/** All trusted certificates, those of the directory by its hash links. */
function allTrusted(session: Session, { trust }: Call): readonly Certificate[] {
  const { fs, who } = session.context;
  if (trust.directory === undefined) return trust.certificates;
  const names = fs.readdir(session.context.resolve(trust.directory), who);
  if (!Array.isArray(names)) return trust.certificates;
  const linked = names.filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name));
  const found = linked.flatMap((name) => {
    const text = session.readFile(`${trust.directory ?? ''}/${name}`);
    const chain = typeof text === 'string' ? readCertificateChain(text) : undefined;
    return chain?.ok === true ? chain.value : [];
  });
  return [...trust.certificates, ...found];
}

function* handshake(talk: Talk): Step<number> {
  const { session, box } = talk;
  for (;;) {
    const received = yield* box.next();
    if (received.kind === 'signal') throw new Quit(130);
    if (received.kind !== 'item') continue;
    const event = received.event as SecureSocketEvent;
    if (event.type === 'secured') return yield* secured(talk, event.info);
    if (event.type === 'tls-failed') return yield* failed(talk, event.failure);
    if (event.type === 'failed') {
      yield* session.say(`write:errno=${ERRNO[event.errno] ?? 0}\n`);
      yield* show(talk, { info: undefined, settled: undefined, stray: 0, peerChain: '', steps: [] });
      return 1;
    }
  }
}

function* secured(talk: Talk, info: TlsInfo): Step<number> {
  const { session, call } = talk;
  yield* tellVerification(talk, info.peerChain);
  yield* show(talk, { info, settled: info, stray: 0, peerChain: info.peerChain, steps: [...info.steps] });
  const quiet = call.options.has('quiet');
  const waits = (call.options.has('ign_eof') || quiet) && !call.options.has('no_ign_eof');
  yield* session.flush();
  return yield* relay(talk, waits);
}

function* failed(talk: Talk, failure: TlsFailure): Step<number> {
  const { session, call } = talk;
  const refused = failure.kind === 'alert-sent' && failure.verified !== undefined;
  const peerChain = refused ? (failure.peerChain ?? '') : '';
  if (refused) yield* tellVerification(talk, peerChain);
  yield* session.sayErrors(failureErrors(failure));
  if (!call.options.has('brief') && !call.options.has('quiet'))
    yield* show(talk, {
      info: undefined,
      settled: refused ? settledOf(failure) : undefined,
      // Of what is no record the five octets that should be its head.
      stray: failure.kind === 'not-tls' ? 5 : 0,
      peerChain,
      steps: failure.steps,
    });
  return 1;
}
function settledOf({ version, cipher }: TlsFailure): Settled | undefined {
  return version === undefined || cipher === undefined ? undefined : { version, cipher };
}
/** Where OpenSSL stands when it notices. */
const PLACES: Readonly<Record<TlsFailure['kind'], readonly [where: string, place: string]>> = {
  'alert-received': ['ssl3_read_bytes', '../ssl/record/rec_layer_s3.c:1601'],
  'not-tls': ['ssl3_get_record', '../ssl/record/ssl3_record.c:350'],
  closed: ['ssl3_read_n', '../ssl/record/rec_layer_s3.c:318'],
  'alert-sent': ['tls_post_process_server_certificate', '../ssl/statem/statem_clnt.c:1889'],
  'nothing-to-offer': ['tls_setup_handshake', '../ssl/statem/statem_lib.c:104'],
};
const UNEXPECTED_END = {
  code: '0A000126',
  reason: 'unexpected eof while reading',
  function: PLACES.closed[0],
  place: PLACES.closed[1],
};
function failureErrors(failure: TlsFailure): readonly OpensslError[] {
  const [where, place] = PLACES[failure.kind];
  const { code, reason } = failure.openssl ?? UNEXPECTED_END;
  const data = failure.kind === 'alert-received' ? `SSL alert number ${alertNumber(failure.alert)}` : '';
  return [{ code, reason, library: 'SSL routines', function: where, place, data }];
}

// ---------------------------------------------------------------- what is shown

function verificationFor({ session, call }: Talk, peerChain: string): Verification | undefined {
  const read = readCertificateChain(peerChain);
  const [leaf, ...untrusted] = read.ok ? read.value : [];
  if (leaf === undefined) return undefined;
  const trusted = trustedFor(session, call.trust, [leaf, ...untrusted]);
  return verifyChain({ ...call.check, leaf, untrusted, trusted });
}
function* tellVerification(talk: Talk, peerChain: string): Step {
  const { session, call } = talk;
  const { options } = call;
  if (call.settings.serverName === undefined) yield* session.say("Can't use SSL_get_servername\n");
  const verification = verificationFor(talk, peerChain);
  if (verification === undefined) return;
  const nameText = yield* nameStyle(session, options);
  yield* session.say(
    verificationText(verification, {
      nameText,
      quiet: options.has('brief') || options.has('verify_quiet'),
      stops: options.has('verify_return_error'),
    }),
  );
}

function* show(
  talk: Talk,
  seen: Pick<Shown, 'info' | 'settled' | 'stray' | 'steps'> & { peerChain: string },
): Step {
  const { session, call } = talk;
  const { options, settings } = call;
  const read = readCertificateChain(seen.peerChain);
  const chain = read.ok ? read.value : [];
  const problems = verificationFor(talk, seen.peerChain)?.problems ?? [];
  const found = options.has('verify_return_error') ? problems[0] : problems.at(-1);
  const expected = options.value('verify_hostname');
  const shown: Shown = {
    info: seen.info,
    settled: seen.settled,
    stray: seen.stray,
    chain,
    refused: seen.info === undefined,
    steps: seen.steps,
    offered: settings.versions.at(-1) ?? 'TLSv1.3',
    result: found ?? { code: 0, text: 'ok' },
    verifiedName:
      expected === undefined || chain[0] === undefined ? undefined : matchingName(chain[0], expected),
    showsAll: options.has('showcerts'),
    nameText: yield* nameStyle(session, options),
    now: session.now,
    random: session.random,
  };
  // -brief tells on standard error.
  if (options.has('brief')) yield* session.say(briefText(shown));
  else if (!options.has('quiet')) yield* session.print(connectionText(shown));
}

// ---------------------------------------------------------------- talking

/** Between the terminal and the connection. @param waits the end of the input does not end the connection */
function* relay(talk: Talk, waits: boolean): Step<number> {
  const { session, box, connection, call } = talk;
  const { context } = session;
  const { network } = context.world;
  let reading = true;
  for (;;) {
    for (let item = box.take(); item !== undefined; item = box.take()) {
      const event = item.event as SecureSocketEvent;
      if (event.type === 'message') {
        yield* session.print(textOf(event.message));
        yield* session.flush();
      } else if (event.type === 'tls-failed') {
        yield* session.sayErrors(failureErrors(event.failure));
        return 1;
      } else if (event.type === 'failed') {
        const errno = ERRNO[event.errno] ?? 0;
        yield* session.say(`read:errno=${errno}\n`);
        // Vendor: its exit code is the error's number.
        return errno;
      } else if (event.type === 'closed' && event.truncated === true) {
        yield* session.sayErrors([{ ...UNEXPECTED_END, library: 'SSL routines', data: '' }]);
        return 1;
      } else if (event.type === 'closed') {
        if (!call.options.has('quiet') && !call.options.has('brief')) yield* session.print('closed\n');
        return 0;
      }
    }
    while (reading) {
      const text = context.stdin.read();
      if (text === undefined) break;
      const command = waits || context.stdin.tty === undefined ? '' : (text[0] ?? '');
      if ((text === '' && !waits) || command === 'Q') {
        yield* session.say('DONE\n');
        return 0;
      }
      if (text === '') reading = false;
      else if (command === 'R' || command === 'k')
        yield* session.say('not modelled: renegotiation and key updates\n');
      else send(text);
    }
    yield { keys: [box.key], ...(reading ? { streams: [context.stdin] } : {}) };
  }
  function send(text: string): void {
    const bytes = call.options.has('crlf') ? text.replace(/\r?\n/g, '\r\n') : text;
    network.send(connection, 'client', { kind: 'bytes', text: bytes, bytes: byteLength(bytes) });
  }
}
