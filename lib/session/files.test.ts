import { expect, test } from 'vitest';
import { readFolder } from '../cli/folders';
import { repeats } from './event-text';
import { makeRun } from './make-run';
import type { Answer } from './messages';
import { Session } from './session';

const SECOND = 1_000_000;

class Desk {
  readonly session: Session;
  #at = 0;
  constructor(id: string) {
    const source = { id, files: readFolder(`scenarios/${id}`) };
    const made = makeRun(source, { seed: 1, traces: false });
    if (!made.ok) throw new Error(JSON.stringify(made.loaded.problems));
    this.session = new Session(made.run, source);
    this.session.start();
    this.wait(5);
  }
  wait(seconds: number): void {
    this.#at += seconds * SECOND;
    this.session.advance(this.#at);
  }
  run(text: string): void {
    this.session.input({ kind: 'line', terminal: 't1', text });
    this.wait(5);
  }
  read(host: string, path: string): Extract<Answer, { kind: 'file' }> {
    const answer = this.session.handle({ type: 'file-read', id: 1, host, path });
    if (answer?.kind !== 'file') throw new Error(JSON.stringify(answer));
    return answer;
  }
  /** Saves a file and says what of it is not in force. */
  save(host: string, path: string, change: (text: string) => string): unknown {
    const { text } = this.read(host, path);
    const saved = this.session.handle({ type: 'file-save', id: 2, host, path, text: change(text) });
    if (saved?.kind !== 'saved') throw new Error(JSON.stringify(saved));
    return this.read(host, path).pending;
  }
}

test('a saved file is pending until its daemon, the kernel or systemd has read it', () => {
  const desk = new Desk('standby-that-would-not-stand-by');
  const haproxy = '/etc/haproxy/haproxy.cfg';
  expect(desk.save('lb1', haproxy, (text) => text.replace('roundrobin', 'leastconn'))).toEqual({
    state: 'not-reloaded',
    command: 'systemctl reload haproxy',
  });
  desk.run('ssh lb1 sudo systemctl reload haproxy');
  expect(desk.read('lb1', haproxy).pending).toBeUndefined();
  expect(desk.save('lb1', haproxy, (text) => text.replace('leastconn', 'most'))).toEqual({
    state: 'invalid',
  });
  desk.run(`ssh lb1 sudo rm ${haproxy}`);
  expect(desk.read('lb1', haproxy)).toMatchObject({ text: '', pending: { state: 'missing' } });
  expect(desk.read('lb1', haproxy).running).toContain('leastconn');

  const rules = '/etc/nftables.conf';
  expect(desk.read('fw', rules).pending).toBeUndefined();
  const more = (text: string) => `${text}\ntable inet more {\n\tchain c {\n\t\taccept\n\t}\n}\n`;
  expect(desk.save('fw', rules, more)).toEqual({ state: 'not-loaded', command: `nft -f ${rules}` });
  desk.run('ssh fw sudo nft -f /etc/nftables.conf');
  expect(desk.read('fw', rules).pending).toBeUndefined();
  // What traffic counts is no difference; a rule that was added by hand is one.
  desk.wait(10);
  expect(desk.read('fw', rules).pending).toBeUndefined();
  desk.run('ssh fw sudo nft add rule inet more c drop');
  expect(desk.read('fw', rules).pending).toMatchObject({ state: 'not-loaded' });

  const settings = '/etc/sysctl.d/90-own.conf';
  expect(desk.save('lb1', settings, () => 'net.core.somaxconn = 77\n')).toEqual({
    state: 'not-loaded',
    command: `sysctl -p ${settings}`,
  });
  desk.run('ssh lb1 sudo sysctl --system');
  expect(desk.read('lb1', settings).pending).toBeUndefined();

  const unit = '/etc/systemd/system/haproxy.service.d/own.conf';
  desk.run('ssh lb1 sudo mkdir -p /etc/systemd/system/haproxy.service.d');
  desk.run('ssh lb1 sudo systemctl daemon-reload');
  expect(desk.save('lb1', unit, () => '[Service]\nLimitNOFILE=5000\n')).toEqual({
    state: 'not-loaded',
    command: 'systemctl daemon-reload',
  });
  desk.run('ssh lb1 sudo systemctl daemon-reload');
  expect(desk.read('lb1', unit).pending).toBeUndefined();
});

test('the steps of a boot are marked, so that the list of events can leave them out', () => {
  const desk = new Desk('standby-that-would-not-stand-by');
  desk.session.frame();
  desk.run('ssh lb2 sudo reboot');
  desk.wait(15);
  const events = (desk.session.frame().events ?? []).filter(({ source }) => source === 'lb2');
  const shown = events.filter(({ routine }) => routine !== true);
  expect(shown.map(({ text }) => text)).toContainEqual(expect.stringMatching(/^lb2 has booted in/));
  expect(events.length).toBeGreaterThan(80);
  expect(shown.length).toBeLessThan(60);
  expect(shown.filter(({ text }) => text.includes('haproxy.service')).length).toBeGreaterThan(0);
});

test('who kills the first process of a host finds everything as it was', () => {
  const desk = new Desk('standby-that-would-not-stand-by');
  desk.run('ssh lb1 sudo kill -9 1');
  const { hosts } = desk.session.fullFrame();
  expect(hosts?.find(({ id }) => id === 'lb1')?.services).toMatchObject([{ state: 'ok' }, { state: 'ok' }]);
});

test('processes that end the same way within seconds are known as the same', () => {
  const ended = (pid: number, at: number, code = 254) =>
    repeats({
      seq: pid,
      at,
      source: 'web',
      type: 'process.exit',
      cause: 0,
      data: { pid, command: 'bash', code },
    });
  expect(ended(1, 1)).toBe(ended(2, 900_000));
  expect(ended(1, 1)).not.toBe(ended(2, 9_000_000));
  expect(ended(1, 1)).not.toBe(ended(2, 1, 0));
});
