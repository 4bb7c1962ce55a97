/** The certificate that a server shows is good: for its name, by trusted roots, for long enough. */
import { readCertificateChain } from '../protocols/x509';
import { DAY, formatDuration, type Micros, SECOND } from '../std/instant';
import type { ResolveEvent } from '../world/network.contract';
import { numberOf, textOf } from '../world/parameters';
import type { SecureSocketEvent } from '../world/tls.contract';
import { httpsSettings, trustedRoots } from '../world/tls/https-settings';
import type { Host } from '../world/world.contract';
import { type ObjectiveDefinition, WAITING } from './definition';
import { finish, look, type ProbeResult, probes } from './probes';

const NAME = 'objectives.certificate.name';
const SOCKET = 'objectives.certificate.socket';
const TIMEOUT = 'objectives.certificate.timeout';
const LONGEST: Micros = 5 * SECOND;

export const certificateValid: ObjectiveDefinition<Record<string, never>> = {
  kind: 'certificate-valid',
  title: 'Certificate valid',
  description:
    'The certificate that a server shows is valid for a client: issued for the name, by a root that the client trusts, not run out.',
  parameters: [
    {
      name: 'host',
      type: 'host',
      required: true,
      description: 'The client: its clock and its trusted roots count.',
    },
    {
      name: 'server',
      type: 'text',
      required: true,
      description: 'NAME or ADDRESS, and :PORT unless it is 443.',
    },
    {
      name: 'name',
      type: 'text',
      required: false,
      description: 'The name that is asked for; that of `server` unless given.',
    },
    { name: 'left', type: 'duration', required: false, description: 'Valid for at least so long from now.' },
    {
      name: 'every',
      type: 'duration',
      required: false,
      description: 'How often it is tried; 5s unless given.',
    },
  ],
  start: () => ({}),
  register(world) {
    world.callback<{ key: string; port: number; name: string }, ResolveEvent>(
      NAME,
      ({ host, data }, event) => {
        const ip = event.ok ? event.addresses[0] : undefined;
        if (ip === undefined) finish(world, data.key, 'error', 'the name is not known');
        else connect(host, { ...data, ip });
      },
    );
    world.callback<{ key: string; name: string }, SecureSocketEvent>(SOCKET, ({ host, data }, event) =>
      onSocket(host, data, event),
    );
    world.callback<{ key: string; startedAt: Micros }, undefined>(TIMEOUT, ({ data: { key, startedAt } }) => {
      const probe = probes(world).get(key);
      if (probe?.startedAt !== startedAt || probe.last?.at === startedAt) return;
      world.network.reset(probe.connection, 'client');
      finish(world, key, 'error', 'no answer');
    });
  },
  sample(_state, values, seen) {
    const server = readServer(textOf(values, 'server'));
    if (server === undefined)
      return { state: 'failed', progress: 0, measured: `${textOf(values, 'server')} is no NAME[:PORT]` };
    const host = seen.world.host(textOf(values, 'host'));
    const name = textOf(values, 'name') || server.host;
    const result = lookAtCertificate(host, { ...server, name }, numberOf(values, 'every', 5 * SECOND));
    if (result === undefined) return WAITING;
    const { isGood, measured } = judge(host, result, numberOf(values, 'left', 0));
    return { state: isGood ? 'met' : 'measuring', progress: isGood ? 1 : 0, measured };
  },
};

function judge(
  host: Host,
  { answer, text }: ProbeResult,
  left: Micros,
): { isGood: boolean; measured: string } {
  if (answer !== 'ok') return { isGood: false, measured: text };
  const remains = (Number(text) - host.clock() / SECOND) * SECOND;
  const measured = `valid for another ${formatDuration(Math.floor(remains / unitOf(remains)) * unitOf(remains))}`;
  return { isGood: remains > 0 && remains >= left, measured };
}
/** Days of what lasts days, seconds of what is nearly over. */
function unitOf(duration: Micros): Micros {
  return duration >= 2 * DAY ? DAY : SECOND;
}

interface Asked {
  host: string;
  port: number;
  name: string;
}
/** `ok` with the end of the validity (seconds since 1970) as text, `error` with what is wrong in words. */
function lookAtCertificate(
  host: Host,
  { host: server, port, name }: Asked,
  every: Micros,
): ProbeResult | undefined {
  const { world } = host;
  const key = `certificate ${host.name} ${server}:${port} ${name}`;
  return look(world, host, {
    key,
    every,
    longest: LONGEST,
    start(probe) {
      world.network.resolve(host, {
        pid: 0,
        name: server,
        on: { name: NAME, pid: 0, data: { key, port, name } },
      });
      world.timer(host, 0, `probe ${key}`, world.kernel.now + LONGEST, {
        name: TIMEOUT,
        data: { key, startedAt: probe.startedAt },
      });
    },
  });
}
function connect(
  host: Host,
  { key, ip, port, name }: { key: string; ip: number; port: number; name: string },
): void {
  const probe = probes(host.world).get(key);
  if (probe === undefined) return;
  const on = { name: SOCKET, pid: 0, data: { key, name } };
  probe.connection = host.world.network.connect(host, { pid: 0, ip, port, on });
}

function onSocket(host: Host, { key, name }: { key: string; name: string }, event: SecureSocketEvent): void {
  const { world } = host;
  switch (event.type) {
    case 'connected':
      world.network.tls.connect(event.connection, {
        ...httpsSettings({ host: name, roots: trustedRoots(host), verify: 'no' }),
        expectedName: name,
      });
      return;
    case 'secured': {
      world.network.close(event.connection, 'client');
      const { verified, peerChain } = event.info;
      const chain = readCertificateChain(peerChain);
      const leaf = chain.ok ? chain.value[0] : undefined;
      if (verified?.code === 0 && leaf !== undefined) finish(world, key, 'ok', String(leaf.notAfter));
      else finish(world, key, 'error', verified?.text ?? 'no certificate was shown');
      return;
    }
    case 'tls-failed':
      world.network.reset(event.connection, 'client');
      finish(world, key, 'error', event.failure.reason);
      return;
    case 'failed':
      finish(world, key, 'error', event.errno === 'ECONNREFUSED' ? 'connection refused' : 'no connection');
      return;
    case 'closed':
      world.network.close(event.connection, 'client');
      finish(world, key, 'error', 'the connection was closed');
      return;
    default:
  }
}

function readServer(text: string): { host: string; port: number } | undefined {
  const [, host, port = '443'] = /^([^\s:/]+)(?::(\d+))?$/.exec(text) ?? [];
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}
