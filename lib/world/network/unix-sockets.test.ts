import { describe, expect, it } from 'vitest';
import { ROOT } from '../files';
import { Lab, bytes } from './lab';

function made(): { lab: Lab; connect: (uid?: number) => ReturnType<Lab['network']['connectUnix']> } {
  const own = new Lab().segment('lan');
  own.host('a', { eth0: 'lan 10.0.0.1/24' });
  const host = own.world.host('a');
  const connect = (uid = 0): ReturnType<Lab['network']['connectUnix']> =>
    own.network.connectUnix(host, {
      pid: 0,
      path: '/run/x.sock',
      who: uid === 0 ? ROOT : { uid, gid: uid, groups: [] },
      on: { name: 'lab.client', pid: 0, data: { key: 0, request: false } },
    });
  return { lab: own, connect };
}
function listen(lab: Lab, mode = 0o660): ReturnType<Lab['network']['listenUnix']> {
  return lab.network.listenUnix(lab.world.host('a'), {
    pid: 0,
    path: '/run/x.sock',
    mode,
    on: { name: 'lab.server', pid: 0, data: null },
  });
}

describe('UNIX sockets', () => {
  it('says at once why a connect is impossible', () => {
    const { lab, connect } = made();
    expect(connect()).toBe('ENOENT');
    const listener = listen(lab);
    expect(listen(lab)).toBe('EADDRINUSE');
    expect(connect(1000)).toBe('EACCES');
    if (typeof listener === 'string') throw new Error(listener);
    lab.network.closeListener(lab.world.host('a'), listener.listener);
    expect(connect()).toBe('ECONNREFUSED');
  });
  it('carries bytes both ways and ends one direction at a time', () => {
    const { lab, connect } = made();
    lab.answers = false;
    listen(lab);
    const opened = connect();
    if (typeof opened === 'string') throw new Error(opened);
    lab.run(1_000);
    lab.network.send(opened.connection, 'client', bytes('show info\n'));
    lab.run(1_000);
    lab.network.send(opened.connection, 'server', bytes('Name: x\n'));
    lab.network.close(opened.connection, 'server');
    lab.run(1_000);
    expect(lab.served.map(({ event }) => event.type)).toEqual(['accepted', 'message', 'closed']);
    expect(lab.events(opened.connection)).toEqual(['connected', 'message', 'closed']);
  });
});
