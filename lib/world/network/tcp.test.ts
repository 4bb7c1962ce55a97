/** Connections after the handshake: data, ends, deaths, stopped owners. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import type { SocketEvent } from '../network.contract';
import { bytes, ip, Lab, request, response } from './lab';

function two(): Lab {
  const lab = new Lab().segment('lan');
  lab.host('a', { eth0: 'lan 10.0.0.1/24' });
  lab.host('b', { eth0: 'lan 10.0.0.2/24' });
  return lab;
}
const states = (lab: Lab, host: string): string[] =>
  lab.network.sockets(lab.world.host(host)).map((socket) => socket.state);
function process(lab: Lab, host: string, pid: number): void {
  const { state } = lab.world.host(host);
  state.processes.set(pid, {
    pid,
    ppid: 1,
    pgid: pid,
    sid: pid,
    uid: 0,
    gid: 0,
    groups: [],
    argv: ['d'],
    comm: 'd',
    exe: '/bin/d',
    cwd: '/',
    env: new Map(),
    umask: 0,
    unit: undefined,
    tty: undefined,
    startedAt: 0,
    state: 'running',
    exit: undefined,
    parentDeathSignal: undefined,
    signals: new Map(),
    daemon: undefined,
    stdout: { kind: 'null' },
    stderr: { kind: 'null' },
    cpuMicros: 0,
    rssKiB: 0,
  });
}

describe('a connection', () => {
  it('closed by the server goes through the states of RFC 9293', () => {
    const lab = two();
    lab.listen('b', 80);
    const connection = lab.connect('a', '10.0.0.2', 80, { request: true });
    lab.run(SECOND);
    expect(lab.events(connection)).toEqual(['connected', 'message', 'closed']);
    expect(lab.served.map(({ event }) => event.type)).toEqual(['accepted', 'message', 'closed']);
    expect(states(lab, 'a')).toEqual([]);
    expect(states(lab, 'b')).toEqual(['LISTEN', 'TIME-WAIT']);
    lab.run(60 * SECOND);
    expect(states(lab, 'b')).toEqual(['LISTEN']);
  });
  it('closed by its program hears nothing more: what still comes is answered with a reset', () => {
    const lab = two();
    const heard: string[] = [];
    lab.world.callback<null, SocketEvent>('test.late', (_, event) => {
      heard.push(event.type);
      if (event.type === 'closed') lab.network.send(event.connection, 'server', response('late'));
    });
    lab.network.listen(lab.world.host('b'), {
      pid: 0,
      ip: 0,
      port: 80,
      on: { name: 'test.late', pid: 0, data: null },
    });
    const connection = lab.connect('a', '10.0.0.2', 80);
    lab.run(SECOND);
    lab.network.close(connection, 'client');
    lab.run(SECOND);
    expect(heard).toEqual(['accepted', 'closed', 'failed']);
    expect(states(lab, 'a')).toEqual([]);
    expect(lab.events(connection)).toEqual(['connected']);
  });
  it('given up while its SYN is under way is reset when the answer comes', () => {
    const lab = two();
    lab.listen('b', 80);
    const connection = lab.connect('a', '10.0.0.2', 80);
    lab.network.close(connection, 'client');
    expect(states(lab, 'a')).toEqual([]);
    expect(states(lab, 'b')).toEqual(['LISTEN']);
    lab.run(SECOND);
    expect(states(lab, 'b')).toEqual(['LISTEN']);
    expect(lab.served).toEqual([]);
    expect(lab.events(connection)).toEqual([]);
  });
  it('that only one side has closed is CLOSE-WAIT here and FIN-WAIT-2 there', () => {
    const lab = two();
    lab.listen('b', 80);
    lab.answers = false;
    lab.world.callback('test.quiet', () => undefined);
    const connection = lab.network.connect(lab.world.host('a'), {
      pid: 0,
      ip: ip('10.0.0.2'),
      port: 80,
      on: { name: 'test.quiet', pid: 0, data: null },
    });
    lab.run(SECOND);
    lab.network.close(connection, 'server');
    lab.run(SECOND);
    expect(states(lab, 'a')).toEqual(['CLOSE-WAIT']);
    expect(states(lab, 'b')).toEqual(['LISTEN', 'FIN-WAIT-2']);
  });
  it('delivers in order and repeats what was lost after 200 ms, doubling', () => {
    const lab = two();
    lab.listen('b', 80);
    lab.answers = false;
    const connection = lab.connect('a', '10.0.0.2', 80);
    lab.run(SECOND);
    lab.network.setCarrier(lab.world.host('b'), 'eth0', false);
    for (const text of ['one', 'two', 'three']) lab.network.send(connection, 'client', bytes(text));
    lab.run(SECOND);
    lab.served.length = 0;
    lab.network.setCarrier(lab.world.host('b'), 'eth0', true);
    lab.run(SECOND);
    const got = lab.served.map(
      ({ event, at }) =>
        `${event.type === 'message' && event.message.kind === 'bytes' ? event.message.text : event.type} ${(at / 1e6).toFixed(1)}`,
    );
    // Sent at 1.0; again at 1.2, 1.6 and 2.4.
    expect(got).toEqual(['one 2.4', 'two 2.4', 'three 2.4']);
  });
  it('to a host that vanished ends with an error after about 15 minutes', () => {
    const lab = two();
    lab.listen('b', 80);
    lab.answers = false;
    const connection = lab.connect('a', '10.0.0.2', 80);
    lab.run(SECOND);
    lab.world.powerOff(lab.world.host('b'));
    lab.network.send(connection, 'client', request());
    lab.run(900 * SECOND);
    expect(lab.events(connection)).toEqual(['connected']);
    lab.run(60 * SECOND);
    // ARP failed long ago: that is what write(2) reports.
    expect(lab.events(connection)).toEqual(['connected', 'EHOSTUNREACH']);
  });
  it('to a host that forgot it in a reboot is reset by the next data', () => {
    const lab = two();
    lab.listen('b', 80);
    lab.answers = false;
    const connection = lab.connect('a', '10.0.0.2', 80);
    lab.run(SECOND);
    lab.world.powerOff(lab.world.host('b'));
    lab.run(SECOND);
    lab.world.powerOn(lab.world.host('b'));
    lab.run(10 * SECOND);
    expect(lab.events(connection)).toEqual(['connected']);
    lab.network.send(connection, 'client', request());
    lab.run(SECOND);
    expect(lab.events(connection)).toEqual(['connected', 'ECONNRESET']);
  });
  it('whose client lost power stays open at the server', () => {
    const lab = two();
    lab.listen('b', 80);
    lab.answers = false;
    lab.connect('a', '10.0.0.2', 80);
    lab.run(SECOND);
    lab.world.powerOff(lab.world.host('a'));
    lab.run(600 * SECOND);
    expect(states(lab, 'b')).toEqual(['LISTEN', 'ESTAB']);
  });
  it('survives a network that was away for a while', () => {
    const lab = two();
    lab.listen('b', 80);
    const connection = lab.connect('a', '10.0.0.2', 80);
    lab.run(SECOND);
    lab.network.setAdminState(lab.world.host('b'), 'eth0', false);
    lab.network.send(connection, 'client', request());
    lab.run(30 * SECOND);
    lab.network.setAdminState(lab.world.host('b'), 'eth0', true);
    lab.run(60 * SECOND);
    expect(lab.events(connection)).toEqual(['connected', 'message', 'closed']);
  });
});

describe('an owner', () => {
  it('that exits closes its connections, with a reset where something was left unread', () => {
    const lab = two();
    process(lab, 'b', 50);
    lab.answers = false;
    lab.listen('b', 80, '0.0.0.0', { pid: 50 });
    const read = lab.connect('a', '10.0.0.2', 80, { request: true });
    lab.run(SECOND);
    const stopped = lab.world.host('b').process(50);
    if (stopped !== undefined) stopped.state = 'stopped';
    const unread = lab.connect('a', '10.0.0.2', 80, { request: true });
    lab.run(SECOND);
    expect(lab.events(unread)).toEqual(['connected']);
    lab.network.releaseProcess(lab.world.host('b'), 50, 'exit');
    lab.run(SECOND);
    expect(lab.events(read)).toEqual(['connected', 'closed']);
    expect(lab.events(unread)).toEqual(['connected', 'ECONNRESET']);
    expect(lab.probe('a', '10.0.0.2', 80, SECOND).outcome).toBe('ECONNREFUSED');
  });
  it('that is stopped still gets connections, up to its backlog; the next SYN is dropped', () => {
    const lab = two();
    process(lab, 'b', 50);
    lab.listen('b', 80, '0.0.0.0', { pid: 50, backlog: 2 });
    const daemon = lab.world.host('b').process(50);
    if (daemon !== undefined) daemon.state = 'stopped';
    const connections = [1, 2, 3, 4].map(() => {
      const connection = lab.connect('a', '10.0.0.2', 80, { request: true });
      lab.run(10_000);
      return connection;
    });
    lab.run(800_000);
    expect(connections.map((connection) => lab.events(connection).length)).toEqual([1, 1, 1, 0]);
    expect(lab.served).toEqual([]);
    expect(lab.network.listeners(lab.world.host('b'))).toMatchObject([{ queued: 3 }]);
    if (daemon !== undefined) daemon.state = 'running';
    for (const held of lab.world.host('b').state.held.splice(0))
      lab.world.invoke(lab.world.host('b'), held.callback, held.event);
    lab.run(3 * SECOND);
    expect(connections.map((connection) => lab.events(connection))).toEqual(
      [1, 2, 3, 4].map(() => ['connected', 'message', 'closed']),
    );
  });
  it('that does not accept for a while finds everything in order afterwards', () => {
    const lab = two();
    const listener = lab.listen('b', 80);
    lab.network.setAccepting(lab.world.host('b'), listener, false);
    const connection = lab.connect('a', '10.0.0.2', 80, { request: true });
    lab.run(5 * SECOND);
    expect(lab.served).toEqual([]);
    lab.network.setAccepting(lab.world.host('b'), listener, true);
    lab.run(SECOND);
    expect(lab.events(connection)).toEqual(['connected', 'message', 'closed']);
  });
});

describe('datagrams', () => {
  it('reach a socket, and a closed port answers with an error', () => {
    const lab = two();
    const [a, b] = [lab.world.host('a'), lab.world.host('b')];
    const server = lab.network.bindUdp(b, {
      pid: 0,
      ip: 0,
      port: 53,
      on: { name: 'lab.udp', pid: 0, data: null },
    });
    const client = lab.network.bindUdp(a, {
      pid: 0,
      ip: 0,
      port: 0,
      on: { name: 'lab.udp', pid: 0, data: null },
    });
    if (typeof client === 'string' || typeof server === 'string') throw new Error('bind');
    lab.network.sendUdp(a, client.socket, { ip: ip('10.0.0.2'), port: 53 }, 'hello', 5);
    lab.network.sendUdp(a, client.socket, { ip: ip('10.0.0.2'), port: 54 }, 'hello', 5);
    lab.run(SECOND);
    expect(
      lab.datagrams.map(
        ({ host, event }) =>
          `${host} ${event.type} ${event.type === 'error' ? event.errno : String(event.payload)}`,
      ),
    ).toEqual(['b datagram hello', 'a error ECONNREFUSED']);
  });
  it('of a protocol reach the members of a group, not a host whose card is down', () => {
    const lab = new Lab().segment('lan');
    for (const [i, name] of ['a', 'b', 'c', 'd'].entries())
      lab.host(name, { eth0: `lan 10.0.0.${i + 1}/24` });
    const got: string[] = [];
    lab.world.callback<unknown, { payload: string }>('test.raw', ({ host }, event) =>
      got.push(`${host.name} ${event.payload}`),
    );
    const group = ip('224.0.0.18');
    for (const name of ['a', 'b', 'd'])
      lab.network.openRaw(lab.world.host(name), {
        pid: 0,
        protocol: 112,
        device: 'eth0',
        group,
        on: { name: 'test.raw', pid: 0, data: null },
      });
    lab.network.setAdminState(lab.world.host('d'), 'eth0', false);
    lab.network.sendRaw(lab.world.host('a'), {
      protocol: 112,
      src: ip('10.0.0.1'),
      dst: group,
      ttl: 255,
      device: 'eth0',
      payload: 'advert',
      bytes: 20,
    });
    lab.run(SECOND);
    expect(got).toEqual(['b advert']);
    expect(
      lab.network.sendRaw(lab.world.host('d'), {
        protocol: 112,
        src: ip('10.0.0.4'),
        dst: group,
        ttl: 255,
        device: 'eth0',
        payload: 'advert',
        bytes: 20,
      }),
    ).toBe('ENETDOWN');
  });
});
