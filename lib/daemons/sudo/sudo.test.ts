/** sudo, su and visudo as recorded in truth/host/c12. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import { hashPassword } from '../../world/passwords';
import { ToolLab } from '../tool-lab';
import { register } from './index';

function idProgram(registry: Parameters<typeof register>[0]): void {
  registry.program('test/id', function* (context) {
    yield* context.out(
      `uid=${context.who.uid} HOME=${context.env.get('HOME') ?? ''} SUDO_USER=${context.env.get('SUDO_USER') ?? ''}\n`,
    );
    return context.argv.length > 1 ? 7 : 0;
  });
  registry.package('id', { '/usr/bin/id': { program: 'test/id' } });
}
function lab(files: Record<string, { text: string; mode?: number }> = {}): ToolLab {
  const made = new ToolLab([register, idProgram]).segment('dmz', '10.0.1.0/24');
  made.host(
    'srv',
    { eth0: 'dmz 10.0.1.11/24' },
    {
      packages: ['sudo', 'login', 'id'],
      users: [
        { name: 'alice', uid: 1000, gid: 1000, home: '/home/alice', shell: '/bin/bash', sudo: true },
        { name: 'bob', uid: 1001, gid: 1001, home: '/home/bob', shell: '/bin/bash' },
      ],
      files,
    },
  );
  return made;
}

describe('sudo', () => {
  it('runs as root with a clean environment, and says so in the log', () => {
    const one = lab();
    const done = one.run('srv', 'sudo id x', { user: 'alice' });
    expect(done).toMatchObject({ stdout: 'uid=0 HOME=/root SUDO_USER=alice\n', stderr: '', exit: 7 });
    expect(one.log('srv')).toEqual([
      `sudo[${done.pid}]:    alice : PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/id x`,
      `sudo[${done.pid}]: pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1000)`,
      `sudo[${done.pid}]: pam_unix(sudo:session): session closed for user root`,
    ]);
  });
  it('knows -u, -s, -i, -l and what it cannot find', () => {
    const one = lab();
    expect(one.run('srv', 'sudo -u bob id', { user: 'alice' }).stdout).toContain('uid=1001 HOME=/home/bob');
    expect(one.run('srv', 'sudo -i echo hello', { user: 'alice' }).exit).toBe(0);
    expect(one.run('srv', 'sudo nosuch', { user: 'alice' })).toMatchObject({
      stderr: 'sudo: nosuch: command not found\n',
      exit: 1,
    });
    expect(one.run('srv', 'sudo -l', { user: 'alice' }).stdout).toContain('    (ALL : ALL) NOPASSWD: ALL\n');
    expect(one.run('srv', 'sudo -u ghost id', { user: 'alice' })).toMatchObject({ exit: 1 });
  });
  it('needs a password of who is in no rule', () => {
    const one = lab();
    expect(one.run('srv', 'sudo -n id', { user: 'bob' })).toMatchObject({
      stderr: 'sudo: a password is required\n',
      exit: 1,
    });
    expect(one.run('srv', 'sudo id', { user: 'bob' })).toMatchObject({
      stderr:
        'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required\n',
      exit: 1,
    });
  });
  it('lets the last rule decide, and compares files, not names', () => {
    const one = lab({
      '/etc/sudoers.d/bob': { text: 'bob ALL=(ALL) NOPASSWD: /bin/id a, !/bin/id b\n', mode: 0o440 },
    });
    expect(one.run('srv', 'sudo id a', { user: 'bob' })).toMatchObject({ exit: 7 });
    expect(one.run('srv', 'sudo -n id b', { user: 'bob' })).toMatchObject({ exit: 1 });
    expect(one.run('srv', 'sudo -n id', { user: 'bob' })).toMatchObject({
      stderr: 'sudo: a password is required\n',
    });
  });
  it('says where a file is wrong and goes on', () => {
    const one = lab({ '/etc/sudoers.d/bad': { text: 'garbage here\n', mode: 0o440 } });
    const said = '/etc/sudoers.d/bad:1:13: syntax error\ngarbage here\n            ^\n';
    expect(one.run('srv', 'sudo -n id', { user: 'bob' }).stderr).toBe(
      `${said}sudo: a password is required\n`,
    );
    expect(one.run('srv', 'visudo -c')).toMatchObject({ stdout: '', stderr: said, exit: 1 });
  });
});
describe('passwords', () => {
  const typed = (one: ToolLab, command: string, user: string, answers: readonly string[]) => {
    const terminal = one.world.host('srv').terminals.create();
    const done = one.start('srv', command, { user, spawn: { tty: terminal.id } });
    for (const answer of answers) {
      one.pass(3 * SECOND);
      terminal.input(`${answer}\n`);
    }
    one.pass(3 * SECOND);
    return { ...done, screen: terminal.takeOutput() };
  };
  const asking = (): ToolLab => {
    const one = lab({
      '/etc/sudoers.d/bob': { text: 'bob ALL=(ALL) ALL\n', mode: 0o440 },
    });
    one.world.host('srv').install('/etc/shadow', {
      text: `root:${hashPassword('top', 'root')}:1:::::\nbob:${hashPassword('right', 'bob')}:1:::::\n`,
    });
    return one;
  };
  it('are checked against /etc/shadow, and not shown', () => {
    expect(typed(asking(), 'sudo id', 'bob', ['wrong', 'right'])).toMatchObject({
      exit: 0,
      stdout: 'uid=0 HOME=/root SUDO_USER=bob\n',
      stderr: 'Sorry, try again.\n',
      screen: '[sudo] password for bob: \n[sudo] password for bob: \n',
    });
  });
  it('are asked for three times', () => {
    const one = asking();
    expect(typed(one, 'sudo id', 'bob', ['a', 'b', 'c'])).toMatchObject({
      exit: 1,
      stderr: 'Sorry, try again.\nSorry, try again.\nsudo: 3 incorrect password attempts\n',
    });
    expect(one.log('srv').join('\n')).toContain('3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/bob');
  });
  it('let su through', () => {
    expect(typed(asking(), 'su - root -c id', 'bob', ['top'])).toMatchObject({
      stdout: 'uid=0 HOME=/root SUDO_USER=\n',
    });
    expect(typed(asking(), 'su - root -c id', 'bob', ['right'])).toMatchObject({
      exit: 1,
      stderr: 'su: Authentication failure\n',
    });
  });
});
describe('visudo -c, as sudo 1.9.13p3-1+deb12u2 was recorded', () => {
  const recorded = JSON.parse(readFileSync(new URL('visudo-recorded.json', import.meta.url), 'utf8')) as {
    text: string;
    exit: number;
    stdout: string;
    stderr: string;
  }[];
  it.each(recorded)('$text', ({ text, ...said }) => {
    const one = lab();
    one.world.host('srv').install('/root/c', { text, mode: 0o440 });
    const { stdout, stderr, exit } = one.run('srv', 'visudo -cf c', { spawn: { cwd: '/root' } });
    expect({ stdout, stderr, exit }).toEqual(said);
  });
  it('an alias that names itself ends', () => {
    const one = lab({
      '/etc/sudoers.d/a': {
        text: 'User_Alias A = A, bob\nCmnd_Alias B = B, /bin/id\nA ALL=(ALL) NOPASSWD: B\n',
        mode: 0o440,
      },
    });
    expect(one.run('srv', 'sudo id', { user: 'bob' })).toMatchObject({ exit: 0 });
  });
  it('users, hosts and commands have aliases of their own', () => {
    const one = lab({
      '/etc/sudoers.d/a': {
        text: 'User_Alias A = bob\nCmnd_Alias A = /bin/id\n#1000 ALL=ALL\nA ALL=(ALL) NOPASSWD: A\n',
        mode: 0o440,
      },
    });
    expect(one.run('srv', 'sudo id', { user: 'bob' })).toMatchObject({ exit: 0, stderr: '' });
  });
});
describe('visudo -c', () => {
  it('lists the files, and those with a wrong mode', () => {
    expect(lab().run('srv', 'visudo -c').stdout).toBe(
      '/etc/sudoers: parsed OK\n/etc/sudoers.d/README: parsed OK\n',
    );
    expect(
      lab({ '/etc/sudoers.d/alice': { text: 'alice ALL=(ALL) NOPASSWD: ALL\n' } }).run('srv', 'visudo -c'),
    ).toMatchObject({
      stdout: '/etc/sudoers: parsed OK\n/etc/sudoers.d/README: parsed OK\n',
      stderr: '/etc/sudoers.d/alice: bad permissions, should be mode 0440\n',
      exit: 1,
    });
  });
});
describe('su', () => {
  it('becomes somebody else in a login shell', () => {
    const one = lab();
    expect(one.run('srv', 'su - alice -c id').stdout).toContain('uid=1000 HOME=/home/alice');
    expect(one.run('srv', 'su - ghost')).toMatchObject({
      stderr: 'su: user ghost does not exist or the user entry does not contain all the required fields\n',
      exit: 1,
    });
    expect(one.log('srv').map((line) => line.replace(/\[\d+\]/, ''))).toEqual([
      'su: (to alice) root on none',
      'su: pam_unix(su-l:session): session opened for user alice(uid=1000) by (uid=0)',
      'su: pam_unix(su-l:session): session closed for user alice',
    ]);
  });
});
