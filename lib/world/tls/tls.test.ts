import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { versionsBetween } from '../../protocols/tls/versions';
import { SECOND } from '../../std/instant';
import { microsFromCivil } from '../../std/civil';
import { bytes, ip, Lab, request, response } from '../network/lab';
import type { Message } from '../network.contract';
import type { ProcessState } from '../process.contract';
import type {
  SecureSocketEvent,
  TlsClientSettings,
  TlsFailure,
  TlsInfo,
  TlsServerSettings,
} from '../tls.contract';

const pem = (name: string): string =>
  readFileSync(new URL(`../../protocols/x509/fixtures/${name}.pem`, import.meta.url), 'utf8');
const [ROOT, INTER, LEAF, SELF, CLIENT] = ['root', 'inter', 'leaf', 'self', 'client'].map(pem) as [
  string,
  string,
  string,
  string,
  string,
];
/** A day on which all of them are valid. */
const VALID = microsFromCivil({ year: 2026, month: 12, day: 24, hour: 18, minute: 0, second: 0 });
const DAY = 86_400 * SECOND;

const SERVER: TlsServerSettings = {
  versions: versionsBetween('TLSv1.2', 'TLSv1.3'),
  ciphers: '',
  identities: [{ chain: LEAF + INTER }],
};
const CUSTOMER: TlsClientSettings = {
  versions: versionsBetween('TLSv1', 'TLSv1.3'),
  ciphers: '',
  serverName: 'shop.example',
  roots: ROOT,
  invalid: 'refuse',
  padsHello: true,
};

/** Two machines; `b` speaks TLS on 443 and answers requests, `a` asks once the connection is secured. */
class TlsLab extends Lab {
  answeredAt = 0;
  readonly told: { a: SecureSocketEvent[]; b: SecureSocketEvent[] } = { a: [], b: [] };
  server: TlsServerSettings | undefined = SERVER;
  client: TlsClientSettings | undefined = CUSTOMER;
  first: Message = request();
  /** What the server does instead. */
  serves: ((event: SecureSocketEvent) => void) | undefined;

  constructor() {
    super();
    this.segment('lan').host('a', { eth0: 'lan 10.0.0.1/24' });
    this.host('b', { eth0: 'lan 10.0.0.2/24' });
    this.world.state.epoch = VALID;
    const { network } = this;
    this.world.callback<null, SecureSocketEvent>('test.b', (_, event) => {
      this.told.b.push(event);
      const { connection } = event;
      if (this.serves !== undefined) return this.serves(event);
      if (event.type === 'accepted' && this.server !== undefined) network.tls.accept(connection, this.server);
      if (event.type === 'message') network.send(connection, 'server', response('hello'));
      if (event.type === 'closed' || event.type === 'tls-failed') network.shutdown(connection, 'server');
    });
    this.world.callback<null, SecureSocketEvent>('test.a', (_, event) => {
      this.told.a.push(event);
      const { connection } = event;
      if (event.type === 'connected' && this.client !== undefined)
        network.tls.connect(connection, this.client);
      if (event.type === (this.client === undefined ? 'connected' : 'secured'))
        network.send(connection, 'client', this.first);
      if (event.type === 'message') this.answeredAt = this.kernel.now;
      if (event.type === 'closed' || event.type === 'tls-failed') network.shutdown(connection, 'client');
    });
    network.listen(this.world.host('b'), {
      pid: 0,
      ip: 0,
      port: 443,
      on: { name: 'test.b', pid: 0, data: null },
    });
  }
  ask(): number {
    const connection = this.network.connect(this.world.host('a'), {
      pid: 0,
      ip: ip('10.0.0.2'),
      port: 443,
      on: { name: 'test.a', pid: 0, data: null },
    });
    this.run(SECOND);
    return connection;
  }
  types(host: 'a' | 'b'): string[] {
    return this.told[host].map((event) => (event.type === 'failed' ? event.errno : event.type));
  }
  info(host: 'a' | 'b'): TlsInfo | undefined {
    return this.told[host].flatMap((event) => (event.type === 'secured' ? event.info : []))[0];
  }
  failure(host: 'a' | 'b'): TlsFailure | undefined {
    return this.told[host].flatMap((event) => (event.type === 'tls-failed' ? event.failure : []))[0];
  }
}
function make(settings: {
  server?: Partial<TlsServerSettings>;
  client?: Partial<TlsClientSettings>;
}): TlsLab {
  const lab = new TlsLab();
  lab.server = { ...SERVER, ...settings.server };
  lab.client = { ...CUSTOMER, ...settings.client };
  return lab;
}
/** Kind of failure, alert, and OpenSSL's words. */
function told(failure: TlsFailure | undefined): string {
  if (failure === undefined) return 'none';
  const alert = 'alert' in failure ? ` ${failure.alert}` : '';
  const { openssl } = failure;
  return `${failure.kind}${alert}${openssl === undefined ? '' : `: ${openssl.code} ${openssl.reason}`}`;
}

describe('a secure connection', () => {
  it('brings messages to both sides as a plain one does', () => {
    const lab = make({ client: { alpn: ['h2', 'http/1.1'] }, server: { alpn: ['http/1.1'] } });
    const connection = lab.ask();
    expect(lab.types('a')).toEqual(['connected', 'secured', 'message']);
    expect(lab.types('b')).toEqual(['accepted', 'secured', 'message']);
    expect(lab.told.a[2]).toMatchObject({ message: { kind: 'response', body: 'hello' } });
    expect(lab.told.b[2]).toMatchObject({ side: 'server', message: { kind: 'request', target: '/' } });
    expect(lab.info('a')).toMatchObject({
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      bits: 256,
      alpn: 'http/1.1',
      serverName: 'shop.example',
      verified: { code: 0 },
      peerChain: LEAF + INTER,
    });
    expect(lab.info('b')).toMatchObject({ serverName: 'shop.example', peerChain: '', verified: undefined });
    expect(lab.network.tls.info(connection, 'client')?.version).toBe('TLSv1.3');
  });
  it('needs one round trip more than a plain one over TLS 1.3, two over TLS 1.2', () => {
    const answered = (lab: TlsLab): number => {
      const at = lab.kernel.now;
      lab.ask();
      expect(lab.types('a')).toContain('message');
      return lab.answeredAt - at;
    };
    const plain = new TlsLab();
    plain.client = plain.server = undefined;
    const [without, with13, with12] = [plain, make({}), make({ server: { versions: ['TLSv1.2'] } })].map(
      answered,
    ) as [number, number, number];
    const ROUND = 400;
    expect(with13 - without).toBeGreaterThanOrEqual(ROUND);
    expect(with13 - without).toBeLessThan(2 * ROUND);
    expect(with12 - with13).toBeGreaterThanOrEqual(ROUND);
    expect(with12 - with13).toBeLessThan(2 * ROUND);
  });
  it('tells both sides of an orderly end once', () => {
    const lab = make({});
    const connection = lab.ask();
    lab.network.shutdown(connection, 'client');
    lab.run(SECOND);
    expect(lab.told.b.at(-1)).toEqual({ type: 'closed', connection, side: 'server' });
    expect(lab.types('b').filter((type) => type === 'closed')).toHaveLength(1);
    expect(lab.types('a').filter((type) => type === 'closed')).toHaveLength(1);
  });
  it('whose owner is killed ends without close_notify, and the other side can tell', () => {
    const lab = make({});
    const connection = lab.ask();
    lab.world.host('b').state.processes.set(77, { state: 'running' } as ProcessState);
    lab.network.setOwner(connection, 'server', { name: 'test.b', pid: 77, data: null });
    lab.network.releaseProcess(lab.world.host('b'), 77, 'exit');
    lab.run(SECOND);
    expect(lab.told.a).toContainEqual({ type: 'closed', connection, side: 'client', truncated: true });
  });
  it('can be handed to another owner', () => {
    const lab = make({});
    const heard: string[] = [];
    lab.world.callback<null, SecureSocketEvent>('test.other', (_, event) => heard.push(event.type));
    const connection = lab.ask();
    lab.network.setOwner(connection, 'server', { name: 'test.other', pid: 0, data: null });
    lab.network.send(connection, 'client', request());
    lab.run(SECOND);
    expect(heard).toEqual(['message']);
  });
  it('passes what is sent before the handshake is done on afterwards', () => {
    const lab = make({});
    lab.world.callback<null, SecureSocketEvent>('test.hasty', (_, event) => {
      if (event.type !== 'connected') return;
      lab.network.tls.connect(event.connection, CUSTOMER);
      lab.network.send(event.connection, 'client', bytes('early'));
    });
    lab.network.connect(lab.world.host('a'), {
      pid: 0,
      ip: ip('10.0.0.2'),
      port: 443,
      on: { name: 'test.hasty', pid: 0, data: null },
    });
    lab.run(SECOND);
    expect(lab.told.b.at(-1)).toMatchObject({ type: 'message', message: { kind: 'bytes', text: 'early' } });
  });
  it('goes on where it was when a checkpoint of the middle of its handshake is loaded', () => {
    const lab = make({});
    lab.network.connect(lab.world.host('a'), {
      pid: 0,
      ip: ip('10.0.0.2'),
      port: 443,
      on: { name: 'test.a', pid: 0, data: null },
    });
    lab.kernel.runUntil(lab.kernel.now + 1_050);
    expect([lab.types('a'), lab.types('b')]).toEqual([['connected'], ['accepted']]);
    const [kernel, world] = [lab.kernel.save(), lab.world.save()];
    lab.run(SECOND);
    const once = [...lab.types('a'), ...lab.types('b')];
    expect(once).toContain('secured');
    lab.told.a.length = lab.told.b.length = 0;
    lab.kernel.load(kernel);
    lab.world.load(world);
    lab.run(SECOND);
    expect(['connected', ...lab.types('a'), 'accepted', ...lab.types('b')]).toEqual(once);
  });
});

describe('a certificate', () => {
  const at = (when: number, client: Partial<TlsClientSettings> = {}): TlsLab => {
    const lab = make({ client });
    lab.world.state.epoch = when;
    lab.ask();
    return lab;
  };
  it('that has expired by the client’s clock is refused by the client, and both know why', () => {
    const lab = at(VALID + 100 * DAY);
    expect(told(lab.failure('a'))).toBe('alert-sent certificate_expired: 0A000086 certificate verify failed');
    expect(lab.failure('a')).toMatchObject({
      verified: { code: 10, text: 'certificate has expired', depth: 0 },
    });
    expect(told(lab.failure('b'))).toBe(
      'alert-received certificate_expired: 0A000415 sslv3 alert certificate expired',
    );
    expect(lab.types('a')).toEqual(['connected', 'tls-failed', 'closed']);
  });
  it('is judged by the clock of the host that looks at it, however wrong it goes', () => {
    const behind = make({});
    behind.world.host('a').state.clockSkew = -60 * DAY;
    behind.ask();
    expect(behind.failure('a')).toMatchObject({ verified: { code: 9 }, alert: 'bad_certificate' });
    const other = make({});
    other.world.host('b').state.clockSkew = -60 * DAY;
    other.ask();
    expect(other.failure('a')).toBeUndefined();
  });
  it('without its intermediate leads nowhere', () => {
    const lab = make({ server: { identities: [{ chain: LEAF }] } });
    lab.ask();
    expect(lab.failure('a')).toMatchObject({ verified: { code: 20 }, alert: 'unknown_ca' });
    expect(told(lab.failure('b'))).toBe('alert-received unknown_ca: 0A000418 tlsv1 alert unknown ca');
  });
  it('of an authority that nobody trusts, or that vouches for itself, is refused', () => {
    expect(at(VALID, { roots: SELF }).failure('a')).toMatchObject({ verified: { code: 20 } });
    expect(at(VALID, { roots: '' }).failure('a')).toMatchObject({ verified: { code: 20 } });
    const lab = make({ server: { identities: [{ chain: SELF }] } });
    lab.ask();
    expect(lab.failure('a')).toMatchObject({ verified: { code: 18 }, alert: 'unknown_ca' });
  });
  it('for another name is refused by who asked for a name', () => {
    expect(at(VALID, { expectedName: 'other.example' }).failure('a')).toMatchObject({
      alert: 'bad_certificate',
      verified: { code: 62 },
    });
    expect(at(VALID, { expectedName: 'shop.example' }).failure('a')).toBeUndefined();
    expect(at(VALID, { expectedName: '10.0.1.11' }).failure('a')).toBeUndefined();
    expect(at(VALID).failure('a')).toBeUndefined();
  });
  it('that is not accepted is only reported to who goes on all the same', () => {
    const first = at(VALID + 100 * DAY, { invalid: 'report', roots: '' });
    expect(first.info('a')).toMatchObject({ verified: { code: 20 } });
    expect(first.types('a')).toContain('message');
    const lab = make({ client: { invalid: 'report-last' }, server: { identities: [{ chain: LEAF }] } });
    lab.ask();
    expect(lab.info('a')).toMatchObject({ verified: { code: 21 } });
  });
  it('is chosen by the name that the client asks for', () => {
    const lab = make({
      client: { invalid: 'report' },
      server: { choose: { name: 'test', data: 'self.example' } },
    });
    lab.network.tls.chooser<string>('test', ({ host, data }, hello) => {
      if (hello.serverName === undefined) return { refuse: 'unrecognized_name' };
      expect(host.name).toBe('b');
      return hello.serverName === data ? { ...SERVER, identities: [{ chain: SELF }] } : SERVER;
    });
    lab.ask();
    expect(lab.info('a')?.peerChain).toBe(LEAF + INTER);
    lab.client = { ...CUSTOMER, invalid: 'report', serverName: 'self.example' };
    lab.told.a.length = 0;
    lab.ask();
    expect(lab.info('a')?.peerChain).toBe(SELF);
    lab.client = { ...CUSTOMER, serverName: undefined };
    lab.told.a.length = 0;
    lab.ask();
    expect(told(lab.failure('a'))).toBe('alert-received unrecognized_name: 0A000458 tlsv1 unrecognized name');
  });
  it.each([
    ['TLSv1.3', { ciphers: 'aRSA', shows: SELF }],
    ['TLSv1.2', { ciphers: 'ECDSA', shows: SELF }],
    ['TLSv1.2', { ciphers: 'aRSA', shows: ROOT }],
  ] as const)('of the kind that the cipher needs is shown over %s', (version, { ciphers, shows }) => {
    const lab = make({
      client: { versions: [version], invalid: 'report', ciphers },
      server: { identities: [{ chain: ROOT }, { chain: SELF }] },
    });
    lab.ask();
    expect(lab.info('a')?.peerChain).toBe(shows);
  });
});

describe('a client’s certificate', () => {
  const clients = { roots: ROOT, missing: 'refuse', invalid: 'refuse' } as const;
  it('is shown when the server asks, and judged', () => {
    const lab = make({ server: { clients }, client: { identity: { chain: CLIENT + INTER } } });
    lab.ask();
    expect(lab.info('b')).toMatchObject({ peerChain: CLIENT + INTER, verified: { code: 0 } });
  });
  it('is not shown when nobody asks', () => {
    const lab = make({ client: { identity: { chain: CLIENT } } });
    lab.ask();
    expect(lab.info('b')).toMatchObject({ peerChain: '', verified: undefined });
  });
  it('that is missing ends the connection, over TLS 1.3 only after the client thinks it secured', () => {
    const lab = make({ server: { clients } });
    lab.ask();
    expect(lab.types('a')).toEqual(['connected', 'secured', 'tls-failed', 'closed']);
    expect(told(lab.failure('a'))).toBe(
      'alert-received certificate_required: 0A00045C tlsv13 alert certificate required',
    );
    expect(told(lab.failure('b'))).toBe(
      'alert-sent certificate_required: 0A0000C7 peer did not return a certificate',
    );
    const old = make({ server: { clients, versions: ['TLSv1.2'] } });
    old.ask();
    expect(old.types('a')).toEqual(['connected', 'tls-failed', 'closed']);
    expect(old.failure('a')).toMatchObject({ alert: 'handshake_failure' });
  });
  it('that is missing or wrong may be left to the program', () => {
    const lenient = { roots: ROOT, missing: 'accept', invalid: 'report' } as const;
    const without = make({ server: { clients: lenient } });
    without.ask();
    expect(without.info('b')).toMatchObject({ peerChain: '', verified: undefined });
    const wrong = make({ server: { clients: lenient }, client: { identity: { chain: SELF } } });
    wrong.ask();
    expect(wrong.info('b')).toMatchObject({ peerChain: SELF, verified: { code: 18 } });
    const forServers = make({ server: { clients }, client: { identity: { chain: LEAF } } });
    forServers.ask();
    expect(forServers.failure('b')).toMatchObject({ verified: { code: 20 } });
  });
  it('that is wrong passes when its trouble does not matter, and says so', () => {
    const shown = { client: { identity: { chain: SELF } } };
    const passes = (leaf: readonly number[]): TlsLab =>
      make({ server: { clients: { ...clients, ignored: { leaf, issuers: [] } } }, ...shown });
    const passed = passes([18]);
    passed.ask();
    expect(passed.info('b')?.verified).toMatchObject({ code: 18, depth: 0, passed: { leaf: 18 } });
    const refused = passes([10]);
    refused.ask();
    expect(refused.failure('b')).toMatchObject({ kind: 'alert-sent', verified: { code: 18 } });
    expect(refused.failure('b')).not.toHaveProperty('verified.passed');
  });
});

describe('two sides that do not suit each other', () => {
  const versions = versionsBetween;
  it.each([
    ['a client of TLS 1.1', { client: { versions: versions('TLSv1', 'TLSv1.1') } }],
    [
      'a client of TLS 1.3 alone',
      {
        server: { versions: versions('TLSv1.2', 'TLSv1.2') },
        client: { versions: versions('TLSv1.3', 'TLSv1.3') },
      },
    ],
    [
      'a server of TLS 1.3 alone',
      {
        server: { versions: versions('TLSv1.3', 'TLSv1.3') },
        client: { versions: versions('TLSv1', 'TLSv1.2') },
      },
    ],
  ])('have no version in common: %s', (_, settings) => {
    const lab = make(settings);
    lab.ask();
    expect(told(lab.failure('a'))).toBe(
      'alert-received protocol_version: 0A00042E tlsv1 alert protocol version',
    );
    expect(told(lab.failure('b'))).toBe('alert-sent protocol_version: 0A000102 unsupported protocol');
  });
  it('have no cipher in common', () => {
    const lab = make({
      server: { versions: ['TLSv1.2'], ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
      client: { ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' },
    });
    lab.ask();
    expect(told(lab.failure('a'))).toBe(
      'alert-received handshake_failure: 0A000410 sslv3 alert handshake failure',
    );
    expect(told(lab.failure('b'))).toBe('alert-sent handshake_failure: 0A0000C1 no shared cipher');
  });
  it('have no certificate to go with a cipher', () => {
    const lab = make({ server: { identities: [] } });
    lab.ask();
    expect(lab.failure('b')).toMatchObject({ reason: 'the server has no certificate to show' });
  });
  it('do not sign as TLS 1.0 does at Debian’s security level, on the server’s side or the client’s', () => {
    const server = make({ server: { versions: ['TLSv1'] } });
    server.ask();
    expect(told(server.failure('b'))).toBe(
      'alert-sent internal_error: 0A000076 no suitable signature algorithm',
    );
    const client = make({ server: { versions: ['TLSv1'], ciphers: 'DEFAULT@SECLEVEL=0' } });
    client.ask();
    expect(told(client.failure('a'))).toBe(
      'alert-sent internal_error: 0A00014D legacy sigalg disallowed or unsupported',
    );
    const both = make({
      server: { versions: ['TLSv1'], ciphers: 'DEFAULT@SECLEVEL=0' },
      client: { ciphers: 'DEFAULT@SECLEVEL=0' },
    });
    both.ask();
    expect(both.info('a')).toMatchObject({ version: 'TLSv1', cipher: 'ECDHE-ECDSA-AES256-SHA' });
  });
  it('agree on no application protocol', () => {
    const settings = { server: { alpn: ['h2'] }, client: { alpn: ['http/1.1'] } };
    const lenient = make(settings);
    lenient.ask();
    expect(lenient.info('a')).toMatchObject({ alpn: undefined });
    const strict = make({ ...settings, server: { alpn: ['h2'], onNoAlpn: 'refuse' } });
    strict.ask();
    expect(told(strict.failure('a'))).toBe(
      'alert-received no_application_protocol: 0A000460 tlsv1 alert no application protocol',
    );
  });
  it('are one that has nothing to offer: then nothing is sent', () => {
    const lab = make({ client: { versions: [] } });
    lab.ask();
    expect(told(lab.failure('a'))).toBe('nothing-to-offer: 0A0000BF no protocols available');
    expect(told(lab.failure('b'))).toBe('closed');
  });
});

describe('plain and secure mixed up', () => {
  it('a server of TLS gets the plain request, and may answer it plainly', () => {
    const lab = make({});
    lab.client = undefined;
    lab.serves = (event) => {
      if (event.type === 'accepted') lab.network.tls.accept(event.connection, SERVER);
      if (event.type === 'tls-failed') lab.network.send(event.connection, 'server', response('use https'));
    };
    lab.ask();
    expect(told(lab.failure('b'))).toBe('not-tls: 0A00009C http request');
    expect(lab.failure('b')).toMatchObject({ message: { kind: 'request', target: '/' } });
    expect(lab.told.a.at(-1)).toMatchObject({ message: { kind: 'response', body: 'use https' } });
  });
  it('a client of TLS gets a plain answer', () => {
    const lab = make({});
    lab.server = undefined;
    lab.ask();
    expect(lab.told.b[1]).toMatchObject({ message: { kind: 'tls', step: 'client_hello' } });
    expect(told(lab.failure('a'))).toBe('not-tls: 0A00010B wrong version number');
  });
  it('what is typed by hand is no TLS either', () => {
    const lab = make({});
    lab.client = undefined;
    lab.first = bytes('hello\n');
    lab.ask();
    expect(told(lab.failure('b'))).toBe('not-tls: 0A00010B wrong version number');
  });
  it('who listens on the way reads who is asked for, and nothing else', () => {
    const lab = make({});
    const texts: { detail: { payload?: number } }[] = [];
    lab.world.callback<null, { detail: { payload?: number } }>('test.tap', (_, seen) => texts.push(seen));
    lab.network.tap(lab.world.host('b'), {
      pid: 0,
      device: 'eth0',
      on: { name: 'test.tap', pid: 0, data: null },
    });
    lab.ask();
    expect(lab.types('a')).toContain('message');
    expect(JSON.stringify(texts)).not.toContain('HTTP');
    // As recorded: the client's hello and its Finished.
    const lengths = texts.map(({ detail }) => detail.payload);
    expect(lengths).toContain(517);
    expect(lengths).toContain(80);
    expect(lengths).toContain(request().bytes + 22);
  });
});

describe('the trace of a request', () => {
  const hops = (settings: Parameters<typeof make>[0]): string[] => {
    const lab = make(settings);
    const trace = lab.world.startTrace('test');
    lab.network.connect(lab.world.host('a'), {
      pid: 0,
      ip: ip('10.0.0.2'),
      port: 443,
      trace,
      on: { name: 'test.a', pid: 0, data: null },
    });
    lab.run(SECOND);
    return (lab.world.trace(trace)?.hops ?? [])
      .filter(({ what }) => what === 'tls')
      .map(({ host, verdict, outcome, text }) => `${host} ${outcome} ${verdict}: ${text}`);
  };
  it('has a step for the handshake', () => {
    expect(hops({})).toEqual(['a ok secured: TLSv1.3, TLS_AES_256_GCM_SHA384']);
  });
  it('says in words why there is none', () => {
    expect(hops({ client: { roots: '' } })).toEqual([
      "a bad refused: the server's certificate is not accepted: unable to get local issuer certificate",
      'b bad refused by the other side: the other side refused: unknown_ca (48)',
    ]);
    expect(hops({ client: { versions: ['TLSv1.1'] } })[0]).toBe(
      'b bad refused: no TLS version in common: the client offers TLSv1.1, the server has TLSv1.2, TLSv1.3',
    );
  });
});

describe('a handshake that is broken off', () => {
  const withServer = (answer: 'reset' | 'close' | 'silence'): TlsLab => {
    const lab = make({});
    lab.serves = (event) => {
      if (event.type !== 'message') return;
      if (answer === 'reset') lab.network.reset(event.connection, 'server');
      if (answer === 'close') lab.network.close(event.connection, 'server');
    };
    lab.ask();
    return lab;
  };
  it('by a reset fails as any connection does', () => {
    expect(withServer('reset').types('a')).toEqual(['connected', 'ECONNRESET']);
  });
  it('by the peer’s end is told as such', () => {
    const lab = withServer('close');
    expect(told(lab.failure('a'))).toBe('closed');
    expect(lab.types('a')).toEqual(['connected', 'tls-failed']);
  });
  it('by nobody just waits', () => {
    const lab = withServer('silence');
    lab.run(100 * SECOND);
    expect(lab.types('a')).toEqual(['connected']);
  });
  it('waits while the server’s process is stopped, and goes on when it is let go', () => {
    const lab = make({});
    const host = lab.world.host('b');
    const daemon = { state: 'running', uid: 0 } as ProcessState;
    host.state.processes.set(50, daemon);
    lab.serves = (event) => {
      if (event.type === 'accepted') {
        lab.network.setOwner(event.connection, 'server', { name: 'test.b', pid: 50, data: null });
        lab.network.tls.accept(event.connection, SERVER);
        daemon.state = 'stopped';
      }
    };
    lab.ask();
    lab.run(30 * SECOND);
    expect(lab.types('a')).toEqual(['connected']);
    daemon.state = 'running';
    for (const held of host.state.held.splice(0)) lab.world.invoke(host, held.callback, held.event);
    lab.run(SECOND);
    expect(lab.types('a')).toEqual(['connected', 'secured']);
  });
  it('by the server’s loss of power is noticed by nobody until somebody sends', () => {
    const lab = make({});
    lab.serves = () => lab.world.powerOff(lab.world.host('b'));
    lab.ask();
    lab.run(30 * SECOND);
    expect(lab.types('a')).toEqual(['connected']);
  });
  it('while the server works on it leaves nothing behind', () => {
    const lab = make({});
    const connection = lab.network.connect(lab.world.host('a'), {
      pid: 0,
      ip: ip('10.0.0.2'),
      port: 443,
      on: { name: 'test.a', pid: 0, data: null },
    });
    lab.kernel.runUntil(lab.kernel.now + 1_050);
    lab.network.reset(connection, 'client');
    lab.run(SECOND);
    expect(lab.types('b')).toEqual(['accepted', 'ECONNRESET']);
  });
});

describe('the steps of a handshake', () => {
  const steps = (settings: Parameters<typeof make>[0]): string[] => {
    const rsa = [{ chain: ROOT }];
    const lab = make({
      server: { identities: rsa, ...settings.server },
      client: { keepsSteps: true, invalid: 'report', ...settings.client },
    });
    lab.ask();
    return (
      (lab.info('a') ?? lab.failure('a'))?.steps.map(
        ({ direction, message, bytes: length, version }) => `${version} ${direction} ${message} ${length}`,
      ) ?? []
    );
  };
  it('are those of TLS 1.3, as long as recorded', () => {
    // Of the certificates here only the lengths of DER count: 8 + 2 · 5 + DER.
    const all = steps({ client: { alpn: ['http/1.1'] }, server: { alpn: ['http/1.1'] } });
    expect(all.filter((line) => !/ certificate \d/.test(line))).toEqual([
      'TLSv1.3 out client_hello 512',
      'TLSv1.3 in server_hello 122',
      'TLSv1.3 in encrypted_extensions 25',
      'TLSv1.3 in certificate_verify 264',
      'TLSv1.3 in finished 52',
      'TLSv1.3 out change_cipher_spec 1',
      'TLSv1.3 out finished 52',
      'TLSv1.3 in new_session_ticket 281',
      'TLSv1.3 in new_session_ticket 281',
    ]);
  });
  it('are those of TLS 1.2, as long as recorded', () => {
    const all = steps({
      client: { alpn: ['h2', 'http/1.1'] },
      server: { alpn: ['http/1.1'], versions: ['TLSv1.2'] },
    });
    expect(all.filter((line) => !/ certificate \d/.test(line))).toEqual([
      'TLSv1.3 out client_hello 512',
      'TLSv1.3 in server_hello 112',
      'TLSv1.2 in server_key_exchange 300',
      'TLSv1.2 in server_hello_done 4',
      'TLSv1.2 out client_key_exchange 37',
      'TLSv1.2 out change_cipher_spec 1',
      'TLSv1.2 out finished 16',
      'TLSv1.2 in finished 16',
    ]);
  });
  it('end with the alert', () => {
    expect(steps({ client: { roots: '', invalid: 'refuse' } }).at(-1)).toBe('TLSv1.3 out alert 2');
    expect(steps({ client: { versions: ['TLSv1.1'], alpn: ['h2', 'http/1.1'] } })).toEqual([
      'TLSv1.1 out client_hello 134',
      'TLSv1.1 in alert 2',
    ]);
  });
  it('are kept for nobody else', () => {
    const lab = make({});
    lab.ask();
    expect(lab.info('a')?.steps).toEqual([]);
  });
});
