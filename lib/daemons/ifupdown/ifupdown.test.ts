/** ifup and ifdown as recorded in truth/host (b14, c11). */
import { describe, expect, it } from 'vitest';
import { register as registerShell } from '../../shell/index';
import { register as registerTools } from '../network-tools/index';
import { ToolLab } from '../tool-lab';
import { register } from './index';

const FILE =
  'source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet static\n    address 10.0.1.11/24\n    gateway 10.0.1.1\n';
function lab(file = FILE): ToolLab {
  const made = new ToolLab([registerTools, registerShell, register]).segment('dmz', '10.0.1.0/24');
  made.host(
    'srv',
    { eth0: 'dmz' },
    {
      packages: ['iproute2', 'ifupdown'],
      // ifup's command lines need a shell that redirects.
      files: { '/usr/bin/sh': { program: 'dash/dash' }, '/etc/network/interfaces': { text: file } },
    },
  );
  return made;
}

describe('ifup', () => {
  it('gives what the file says: address, broadcast, a default route on the link', () => {
    const one = lab();
    expect(one.run('srv', 'ifup -a')).toMatchObject({ stdout: '', stderr: '', exit: 0 });
    expect(one.run('srv', 'ip route').stdout).toBe(
      'default via 10.0.1.1 dev eth0 onlink \n10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.11 \n',
    );
    expect(one.run('srv', 'ip -o -4 addr show eth0').stdout).toContain(
      'inet 10.0.1.11/24 brd 10.0.1.255 scope global eth0',
    );
    expect(one.file('srv', '/run/network/ifstate')).toBe('lo=lo\neth0=eth0\n');
  });
  it('knows what it configured, whatever became of it', () => {
    const one = lab();
    one.run('srv', 'ifup -a');
    one.run('srv', 'ip addr flush dev eth0');
    expect(one.run('srv', 'ifup eth0')).toMatchObject({
      stderr: 'ifup: interface eth0 already configured\n',
      exit: 0,
    });
    expect(one.run('srv', 'ifdown eth0')).toMatchObject({
      stdout: 'RTNETLINK answers: No such process\n',
      stderr: 'Error: ipv4: Address not found.\n',
      exit: 0,
    });
    expect(one.run('srv', 'ifup eth0')).toMatchObject({ stderr: '', exit: 0 });
    expect(one.run('srv', 'ip -br -4 addr').stdout).toContain('10.0.1.11/24');
  });
  it('refuses what is not there, and brings up the rest', () => {
    const one = lab(`${FILE}\nauto eth5\niface eth5 inet static\n    address 10.7.7.7/24\n`);
    expect(one.run('srv', 'ifup -a')).toMatchObject({
      stderr: 'Cannot find device "eth5"\nifup: failed to bring up eth5\n',
      exit: 1,
    });
    expect(one.run('srv', 'ip -br -4 addr').stdout).toContain('10.0.1.11/24');
    expect(one.run('srv', 'ifup eth9')).toMatchObject({ stderr: 'ifup: unknown interface eth9\n', exit: 1 });
    expect(one.run('srv', 'ifdown eth9')).toMatchObject({
      stderr: 'ifdown: unknown interface eth9\n',
      exit: 1,
    });
  });
  it('names a missing address and a line without a value', () => {
    expect(lab(FILE.replace('address', 'adress')).run('srv', 'ifup eth0')).toMatchObject({
      stderr:
        'ifup: missing required variable: address\nifup: missing required configuration variables for interface eth0/inet\nifup: failed to bring up eth0\n',
      exit: 1,
    });
    expect(lab(`${FILE}garbage\n`).run('srv', 'ifup eth0')).toMatchObject({
      stderr:
        'ifup: /etc/network/interfaces:10: option with empty value\nifup: couldn\'t read interfaces file "/etc/network/interfaces"\n',
      exit: 1,
    });
  });
  it('runs the commands of the file with IFACE set', () => {
    const one = lab(`${FILE}    up echo $IFACE\n    post-down echo gone\n`);
    expect(one.run('srv', 'ifup eth0').stdout).toBe('eth0\n');
    expect(one.run('srv', 'ifdown eth0').stdout).toBe('gone\n');
    expect(one.run('srv', 'ip -br -4 addr').stdout).not.toContain('10.0.1.11');
  });
});
describe('ifquery', () => {
  it('prints what the file says and what follows from it', () => {
    expect(lab().run('srv', 'ifquery eth0').stdout).toBe(
      'address: 10.0.1.11\ngateway: 10.0.1.1\nbroadcast: 10.0.1.255\nnetmask: 255.255.255.0\n',
    );
  });
});
