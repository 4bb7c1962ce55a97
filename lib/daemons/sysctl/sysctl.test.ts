/** sysctl as recorded in truth/host (§5 of its FACTS, a03). */
import { describe, expect, it } from 'vitest';
import { ToolLab } from '../tool-lab';
import { register } from './index';

function lab(files: Record<string, string> = {}): ToolLab {
  const made = new ToolLab([register]).segment('dmz', '10.0.1.0/24');
  made.host(
    'srv',
    { eth0: 'dmz' },
    {
      packages: ['procps', 'systemd'],
      files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, { text }])),
    },
  );
  return made;
}

describe('sysctl', () => {
  it('sets and shows', () => {
    const one = lab();
    expect(one.run('srv', 'sysctl -w net.ipv4.ip_nonlocal_bind=1').stdout).toBe(
      'net.ipv4.ip_nonlocal_bind = 1\n',
    );
    expect(one.run('srv', 'sysctl -n net/ipv4/ip_nonlocal_bind').stdout).toBe('1\n');
    expect(one.run('srv', 'sysctl net.ipv4.ip_local_port_range').stdout).toBe(
      'net.ipv4.ip_local_port_range = 32768\t60999\n',
    );
  });
  it('refuses unknown keys, blanks around =, wrong values', () => {
    const one = lab();
    expect(one.run('srv', 'sysctl net.ipv4.nosuch')).toMatchObject({
      stderr: 'sysctl: cannot stat /proc/sys/net/ipv4/nosuch: No such file or directory\n',
      exit: 1,
    });
    expect(one.run('srv', 'sysctl -w net.ipv4.ip_forward = 1')).toMatchObject({ exit: 1 });
    expect(one.run('srv', 'sysctl -w net.ipv4.ip_forward=yes')).toMatchObject({
      stderr: 'sysctl: setting key "net.ipv4.ip_forward": Invalid argument\n',
      exit: 1,
    });
    expect(one.world.host('srv').sysctl('net.ipv4.ip_forward')).toBe('0');
  });
  it('applies the files of all directories, /etc/sysctl.conf last', () => {
    const one = lab({
      '/etc/sysctl.d/50-a.conf': 'net.ipv4.ip_forward=1\n',
      '/etc/sysctl.conf': '# ours\nvm.swappiness = 10\n',
    });
    expect(one.run('srv', 'sysctl --system').stdout).toBe(
      '* Applying /etc/sysctl.d/50-a.conf ...\nnet.ipv4.ip_forward = 1\n* Applying /usr/lib/sysctl.d/50-pid-max.conf ...\nkernel.pid_max = 4194304\n* Applying /usr/lib/sysctl.d/99-protect-links.conf ...\nfs.protected_fifos = 1\nfs.protected_hardlinks = 1\nfs.protected_regular = 2\nfs.protected_symlinks = 1\n* Applying /etc/sysctl.d/99-sysctl.conf ...\nvm.swappiness = 10\n* Applying /etc/sysctl.conf ...\nvm.swappiness = 10\n',
    );
    expect(one.world.host('srv').sysctl('net.ipv4.conf.eth0.forwarding')).toBe('1');
  });
  it('says of wrong command lines what procps says', () => {
    const one = lab({});
    expect(one.run('srv', 'sysctl')).toMatchObject({ stdout: '', exit: 1 });
    expect(one.run('srv', 'sysctl').stderr).toContain('Usage:\n sysctl [options]');
    // The usage of a wrong option goes to standard output, and all is well.
    expect(one.run('srv', 'sysctl -Z')).toMatchObject({
      stdout: one.run('srv', 'sysctl').stderr,
      stderr: "sysctl: invalid option -- 'Z'\n",
      exit: 0,
    });
    expect(one.run('srv', 'sysctl =1')).toMatchObject({
      stderr: 'sysctl: Path is not under /proc/sys/: /proc/sys/\n',
      exit: 1,
    });
    expect(one.run('srv', 'sysctl -p /nope')).toMatchObject({
      stdout: '',
      stderr: 'sysctl: cannot open "/nope": No such file or directory\n',
      exit: 1,
    });
    expect(one.run('srv', 'sysctl -p /etc')).toMatchObject({ stdout: '', stderr: '', exit: 0 });
  });
  it('-p reads only /etc/sysctl.conf', () => {
    const one = lab({
      '/etc/sysctl.d/50-a.conf': 'net.ipv4.ip_forward=1\n',
      '/etc/sysctl.conf': 'vm.swappiness=10\n',
    });
    expect(one.run('srv', 'sysctl -p').stdout).toBe('vm.swappiness = 10\n');
    expect(one.world.host('srv').sysctl('net.ipv4.ip_forward')).toBe('0');
  });
});
