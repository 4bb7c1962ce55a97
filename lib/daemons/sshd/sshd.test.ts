/** ssh and sshd as recorded in truth/host (b09, c13). */
import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND } from '../../std/instant';
import { hashPassword } from '../../world/passwords';
import type { FileSpec } from '../../world/files.contract';
import { register as registerTools } from '../network-tools/index';
import { ToolLab } from '../tool-lab';
import { register } from './index';
import { fingerprint, makeKeyPair, parsePrivate, knownHostsText, userKeyFiles } from './keys';
import { sha256, toBase64 } from './sha256';

const USERS = [
  { name: 'bob', uid: 1001, gid: 1001, home: '/home/bob', shell: '/bin/bash' },
  { name: 'eve', uid: 1002, gid: 1002, home: '/home/eve', shell: '/bin/bash' },
];
function lab(options: { known?: boolean; files?: Record<string, FileSpec> } = {}): ToolLab {
  const made = new ToolLab([registerTools, register]).segment('dmz', '10.0.1.0/24');
  const known = knownHostsText(options.known === false ? [] : [{ names: ['sv', '10.0.1.11'], host: 'sv' }]);
  const names = { '/etc/hosts': { text: '127.0.0.1 localhost\n10.0.1.11 sv\n10.0.1.30 cl\n' } };
  for (const [name, address] of [
    ['sv', '10.0.1.11/24'],
    ['cl', '10.0.1.30/24'],
  ] as const)
    made.host(
      name,
      { eth0: `dmz ${address}` },
      {
        packages: ['openssh-server', 'openssh-client', 'iproute2'],
        users: USERS,
        files: {
          ...names,
          '/run/sshd': { directory: true },
          ...userKeyFiles({ name: 'root', uid: 0, gid: 0, home: '/root' }, { lab: 'lab', known }),
          ...userKeyFiles({ name: 'bob', uid: 1001, gid: 1001, home: '/home/bob' }, { lab: 'lab', known }),
          ...(name === 'sv' ? options.files : {}),
        },
      },
    );
  made.start('sv', '/usr/sbin/sshd -D');
  made.pass(100 * MILLISECOND);
  return made;
}

describe('keys', () => {
  it('hash as FIPS 180-4 says', () => {
    expect(toBase64(sha256([0x61, 0x62, 0x63]))).toBe('ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=');
  });
  it('keep their public half in the private file', () => {
    for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) {
      const pair = makeKeyPair('seed', 'bob@lab', type);
      expect(parsePrivate(pair.privateText)).toEqual({
        type: pair.type,
        blob: pair.blob,
        comment: 'bob@lab',
      });
    }
    expect(fingerprint(makeKeyPair('a', ''))).not.toBe(fingerprint(makeKeyPair('b', '')));
  });
});

describe('ssh', () => {
  it('runs a command: its output, its exit code, and what the server logs', () => {
    const one = lab();
    expect(one.run('cl', ['ssh', 'sv', 'echo hello; exit 7'])).toMatchObject({
      stdout: 'hello\n',
      stderr: '',
      exit: 7,
    });
    one.pass(SECOND);
    const key = fingerprint(makeKeyPair('user:lab:root', ''));
    const log = one.log('sv').map((line) => line.replace(/\[\d+\]/, '').replace(/port \d{5}/, 'port P'));
    expect(log).toEqual([
      'sshd: Server listening on 0.0.0.0 port 22.',
      'sshd: Server listening on :: port 22.',
      `sshd: Accepted publickey for root from 10.0.1.30 port P ssh2: ED25519 ${key}`,
      'sshd: pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)',
      'sshd: pam_env(sshd:session): deprecated reading of user environment enabled',
      'sshd: Received disconnect from 10.0.1.30 port P:11: disconnected by user',
      'sshd: Disconnected from user root 10.0.1.30 port P',
      'sshd: pam_unix(sshd:session): session closed for user root',
    ]);
  });
  it('takes standard input along, and separates the streams', () => {
    const one = lab();
    expect(one.run('cl', ['ssh', 'sv', 'nosuchcmd'])).toMatchObject({
      stderr: 'bash: line 1: nosuchcmd: command not found\n',
      exit: 127,
    });
    expect(one.run('cl', 'ssh sv', { stdin: 'echo one\necho two\n' })).toMatchObject({
      stdout: 'one\ntwo\n',
      stderr: 'Pseudo-terminal will not be allocated because stdin is not a terminal.\n',
      exit: 0,
    });
  });
  it('asks about unknown keys, and refuses changed ones', () => {
    const one = lab({ known: false });
    expect(one.run('cl', 'ssh -o BatchMode=yes sv true')).toMatchObject({
      stderr: 'Host key verification failed.\n',
      exit: 255,
    });
    expect(one.run('cl', 'ssh -o StrictHostKeyChecking=accept-new sv echo hi')).toMatchObject({
      stdout: 'hi\n',
      stderr: "Warning: Permanently added 'sv' (ED25519) to the list of known hosts.\n",
    });
    expect(one.run('cl', 'ssh sv echo hi').stdout).toBe('hi\n');
    one.world
      .host('cl')
      .fs.writeFile(
        '/root/.ssh/known_hosts',
        (one.file('cl', '/root/.ssh/known_hosts') ?? '').replace(/AAAAI.{8}/, 'AAAAIAAAAAAAA'),
        {
          uid: 0,
          gid: 0,
          groups: [],
        },
      );
    const refused = one.run('cl', 'ssh sv echo hi');
    expect(refused.exit).toBe(255);
    expect(refused.stderr).toContain('WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!');
    expect(refused.stderr).toContain('  ssh-keygen -f "/root/.ssh/known_hosts" -R "sv"\n');
  });
  it('says why nobody answers', () => {
    const one = lab();
    expect(one.run('cl', 'ssh -p 2222 sv true')).toMatchObject({
      stderr: 'ssh: connect to host sv port 2222: Connection refused\n',
      exit: 255,
    });
    expect(one.run('cl', 'ssh -o ConnectTimeout=2 10.0.1.77 true')).toMatchObject({
      stderr: 'ssh: connect to host 10.0.1.77 port 22: Connection timed out\n',
      exit: 255,
    });
  });
  it.each([
    ['ConnectTimeout=', 'no argument after keyword "connecttimeout"'],
    ['ConnectTimeout=inf', 'invalid time value.'],
    ['ConnectTimeout=1.5', 'invalid time value.'],
    ['ServerAliveInterval=abc', 'invalid time value.'],
    ['ServerAliveCountMax=1.5', 'integer value invalid.'],
    ['ServerAliveCountMax=-1', 'integer value too small.'],
    ['ServerAliveCountMax=99999999999', 'integer value too large.'],
  ])('-o %s is refused', (option, said) => {
    expect(lab().run('cl', `ssh -o ${option} sv true`)).toMatchObject({
      stderr: `command-line line 0: ${said}\n`,
      exit: 255,
    });
  });
  it('takes times with units, and those longer than anybody waits', () => {
    for (const time of ['1h30m', '2W', '99999999999999999999'])
      expect(lab().run('cl', `ssh -o ConnectTimeout=${time} -p 2222 sv true`)).toMatchObject({
        stderr: 'ssh: connect to host sv port 2222: Connection refused\n',
      });
  });
  it('denies who has no key, wrong modes, and who is not listed', () => {
    const one = lab();
    expect(one.run('cl', 'ssh -o BatchMode=yes eve@sv true')).toMatchObject({
      stderr: 'eve@sv: Permission denied (publickey,password).\n',
      exit: 255,
    });
    one.world.host('sv').fs.chmod('/root/.ssh/authorized_keys', 0o777, { uid: 0, gid: 0, groups: [] });
    expect(one.run('cl', 'ssh -o BatchMode=yes sv true').stderr).toBe(
      'root@sv: Permission denied (publickey,password).\n',
    );
    expect(one.log('sv').join('\n')).toContain(
      'Authentication refused: bad ownership or modes for file /root/.ssh/authorized_keys',
    );
    const listed = lab({
      files: { '/etc/ssh/sshd_config': { text: 'AllowUsers alice\nPasswordAuthentication no\n' } },
    });
    expect(listed.run('cl', 'ssh sv true').stderr).toBe('root@sv: Permission denied (publickey).\n');
    expect(listed.log('sv').join('\n')).toContain(
      'User root from 10.0.1.30 not allowed because not listed in AllowUsers',
    );
  });
  it('lets in whoever knows the password, after asking three times at most', () => {
    const one = lab();
    const server = one.world.host('sv');
    server.install('/etc/shadow', { text: `bob:${hashPassword('right', 'bob')}:20000:0:99999:7:::\n` });
    const client = one.world.host('cl');
    client.fs.unlink('/root/.ssh/id_ed25519', { uid: 0, gid: 0, groups: [] });
    const type = (answers: readonly string[]): { exit: number | undefined; screen: string } => {
      const terminal = client.terminals.create();
      const session = one.start('cl', 'ssh bob@sv echo', { spawn: { tty: terminal.id } });
      for (const answer of answers) {
        one.pass(3 * SECOND);
        terminal.input(`${answer}\n`);
      }
      one.pass(5 * SECOND);
      return { exit: session.exit, screen: terminal.takeOutput() };
    };
    expect(type(['wrong', 'right'])).toMatchObject({
      exit: 0,
      screen: "bob@sv's password: \nbob@sv's password: \n",
    });
    expect(one.log('sv').join('\n')).toMatch(
      /Failed password for bob from [\s\S]*Accepted password for bob from/,
    );
    expect(type(['a', 'b', 'c']).exit).toBe(255);
  });
  it('applies a Match block to those connections only that it names', () => {
    const config =
      'PasswordAuthentication yes\nMatch User bob Address 10.0.1.0/24\n  PasswordAuthentication no\n';
    const one = lab({ files: { '/etc/ssh/sshd_config': { text: config } } });
    expect(one.run('cl', 'ssh -o BatchMode=yes -i /nope bob@sv true').stderr).toContain('(publickey).');
    expect(one.run('cl', 'ssh -o BatchMode=yes -i /nope eve@sv true').stderr).toContain(
      '(publickey,password).',
    );
    one.world.host('sv').install('/etc/ssh/sshd_config', { text: 'Match Shoe 42\n  Port 22\n' });
    expect(one.run('sv', '/usr/sbin/sshd -t').stderr).toContain('Unsupported Match attribute Shoe');
  });
  it('ends when the server goes away', () => {
    const one = lab();
    const session = one.start('cl', ['ssh', 'sv', '/bin/sh'], { stdin: undefined, spawn: {} });
    one.pass(SECOND);
    expect(session.exit).toBe(0);
    const long = one.start('cl', ['ssh', 'sv', 'ip monitor']);
    one.pass(SECOND);
    expect(long.exit).toBeUndefined();
    const server = one.world
      .host('sv')
      .processes()
      .find((process) => process.argv[0]?.startsWith('sshd: root@notty') === true);
    one.world.kill(one.world.host('sv'), server?.pid ?? 0, 'TERM');
    one.pass(SECOND);
    expect(long).toMatchObject({ stderr: 'Connection to sv closed by remote host.\n', exit: 255 });
  });
});

describe('an interactive session', () => {
  function open(
    one: ToolLab,
    command: readonly string[],
  ): { type: (text: string) => string; exit: () => number | undefined } {
    const host = one.world.host('cl');
    const terminal = host.terminals.create({ screen: true });
    const started = one.start('cl', command, {
      user: 'bob',
      spawn: { session: true, tty: terminal.id, fds: new Map([0, 1, 2].map((fd) => [fd, terminal.slave])) },
    });
    one.pass(50 * MILLISECOND);
    terminal.setSession(started.pid);
    one.pass(SECOND);
    return {
      type(text) {
        terminal.input(text);
        one.pass(SECOND);
        return terminal.takeOutput();
      },
      exit: () => started.exit,
    };
  }
  it('echoes there, and Ctrl-C reaches the foreground there', () => {
    const one = lab();
    const screen = open(one, ['ssh', 'sv']);
    const first = screen.type('echo $USER\n');
    expect(first).toContain('The programs included with the Debian GNU/Linux system are free software;');
    expect(first.endsWith('$ echo $USER\nbob\n$ ')).toBe(true);
    expect(screen.type('ip monitor\n')).toBe('ip monitor\n');
    expect(screen.type('\x03')).toBe('^C\n$ ');
    expect(screen.exit()).toBeUndefined();
    expect(screen.type('exit\n')).toBe('exit\nConnection to sv closed.\n');
    // As in bash: the status of what Ctrl-C ended.
    expect(screen.exit()).toBe(130);
  });
  it('ends with SIGHUP for the shell when its sshd is killed', () => {
    const one = lab();
    const screen = open(one, ['ssh', 'sv']);
    const host = one.world.host('sv');
    const server = host.processes().find((process) => process.argv[0] === 'sshd: bob@pts/0');
    expect(host.processes().filter((process) => process.uid === 1001)).toHaveLength(1);
    one.world.kill(host, server?.pid ?? 0, 'KILL');
    one.pass(SECOND);
    expect(
      host.processes().filter((process) => process.uid === 1001 && process.state !== 'zombie'),
    ).toHaveLength(0);
    expect(screen.type('')).toContain('Connection to sv closed by remote host.\nConnection to sv closed.\n');
    expect(screen.exit()).toBe(255);
  });
  it('tells the page where what is typed really goes', () => {
    const one = lab();
    open(one, ['ssh', 'sv']);
    const [state] = one.world.host('cl').state.terminals.values();
    expect(state?.relay).toEqual({ host: 'sv', terminal: 'pts/0' });
    expect(one.world.host('sv').terminals.find('pts/0')?.isAwaited).toBe(true);
  });
});

/** Recorded with OpenSSH 9.2p1-2+deb12u10. */
describe('sshd -t', () => {
  const tried = (text: string) => {
    const one = lab();
    one.world.host('sv').install('/etc/ssh/c', { text });
    const { stderr, exit } = one.run('sv', '/usr/sbin/sshd -t -f /etc/ssh/c');
    return [stderr, exit];
  };
  it.each([
    [
      'Foo bar\nPort abc\n',
      '/etc/ssh/c: line 1: Bad configuration option: Foo\n/etc/ssh/c line 2: Badly formatted port number.\n',
    ],
    [
      'Foo bar\nBar\nMatch Foo x\n',
      '/etc/ssh/c: line 1: Bad configuration option: Foo\n/etc/ssh/c line 2: no argument after keyword "Bar"\nUnsupported Match attribute Foo\n/etc/ssh/c line 3: Bad Match condition\n',
    ],
    [
      'Bogus yes\n',
      '/etc/ssh/c: line 1: Bad configuration option: Bogus\n/etc/ssh/c: terminating, 1 bad configuration options\n',
    ],
    [
      'Port 22 23\n',
      '/etc/ssh/c line 1: keyword Port extra arguments at end of line\n/etc/ssh/c: terminating, 1 bad configuration options\n',
    ],
    ['PermitRootLogin maybe\n', '/etc/ssh/c line 1: unsupported option "maybe".\n'],
    ['UsePAM yes\nUsePAM x\n', '/etc/ssh/c line 2: unsupported option "x".\n'],
    ['LoginGraceTime 1x\n', '/etc/ssh/c line 1: invalid time value.\n'],
    ['MaxAuthTries 0x5\n', '/etc/ssh/c line 1: MaxAuthTries integer value invalid.\n'],
    ['MaxAuthTries -1\n', '/etc/ssh/c line 1: MaxAuthTries integer value too small.\n'],
    ['MaxStartups 10:200:5\n', '/etc/ssh/c line 1: Invalid MaxStartups spec.\n'],
    ['ListenAddress foo bar\n', '/etc/ssh/c line 1: bad ListenAddress syntax\n'],
    ['ListenAddress a:b\n', '/etc/ssh/c line 1: bad port number\n'],
    ['ListenAddress 300.1.1.1\n', 'bad addr or host: 300.1.1.1 (Name or service not known)\n'],
    ['Subsystem sftp a\nSubsystem sftp b\n', "/etc/ssh/c line 2: Subsystem 'sftp' already defined.\n"],
    ['LogLevel x\n', "/etc/ssh/c line 1: unsupported log level 'x'\n"],
    [
      'Match User bob\nPort 22\n',
      "/etc/ssh/c line 2: Directive 'Port' is not allowed within a Match block\n",
    ],
    ['Match Group\n', 'Missing Match criteria for Group\n/etc/ssh/c line 1: Bad Match condition\n'],
    [
      'Banner "a b\n',
      '/etc/ssh/c line 1: invalid quotes\n/etc/ssh/c: terminating, 1 bad configuration options\n',
    ],
  ])('%j', (text, said) => {
    expect(tried(text)).toEqual([said, 255]);
  });
  it.each([
    'PermitRootLogin =YES # c\n',
    'AuthorizedKeysFile a b c\n',
    'AllowTcpForwarding local\n',
    'Match Address x/y\n',
    'UnusedConnectionTimeout none\nKerberosTicketCleanup no\nPerSourceNetBlockSize 32:128\n',
    'Match User bob\nChannelTimeout none\n',
  ])('%j is fine', (text) => {
    expect(tried(text)[0]).not.toContain('/etc/ssh/c');
  });
  it('goes on where an option is only old', () => {
    expect(tried('UsePrivilegeSeparation yes\nProtocol 2\n')[0]).toContain(
      '/etc/ssh/c line 1: Deprecated option UsePrivilegeSeparation\n',
    );
  });
  it('what a Match block allows, it allows there alone', () => {
    const one = lab();
    one.world.host('sv').install('/etc/ssh/c', {
      text: 'AllowGroups ops\nMatch User bob\nAllowGroups dev\nAllowUsers bob\nMaxAuthTries 1\n',
    });
    const { stdout } = one.run('sv', '/usr/sbin/sshd -T -f /etc/ssh/c');
    expect(
      stdout.split('\n').filter((line) => /^(?:allow(?:users|groups)|maxauthtries) /.test(line)),
    ).toEqual(['maxauthtries 6', 'allowgroups ops']);
  });
  it('-T tells all that is in force', () => {
    const one = lab();
    one.world
      .host('sv')
      .install('/etc/ssh/c', { text: 'MaxAuthTries 3\nListenAddress 10.0.1.11\nBanner /etc/issue\n' });
    const { stdout } = one.run('sv', '/usr/sbin/sshd -T -f /etc/ssh/c');
    for (const line of [
      'maxauthtries 3',
      'usedns no',
      'listenaddress 10.0.1.11:22',
      'banner /etc/issue',
      'permitrootlogin without-password',
    ])
      expect(stdout.split('\n')).toContain(line);
  });
});
describe('scp', () => {
  it('copies there and back, and says what is not there', () => {
    const one = lab();
    one.world.host('cl').install('/tmp/a', { text: 'A\n' });
    expect(one.run('cl', 'scp /tmp/a sv:/tmp/b')).toMatchObject({ stderr: '', exit: 0 });
    expect(one.file('sv', '/tmp/b')).toBe('A\n');
    expect(one.run('cl', 'scp sv:/tmp/b /tmp/c')).toMatchObject({ exit: 0 });
    expect(one.file('cl', '/tmp/c')).toBe('A\n');
    expect(one.run('cl', 'scp /nope sv:/tmp/')).toMatchObject({
      stderr: 'scp: stat local "/nope": No such file or directory\n',
      exit: 255,
    });
    expect(one.run('cl', 'scp sv:/nope /tmp/')).toMatchObject({
      stderr: 'scp: /nope: No such file or directory\n',
      exit: 1,
    });
  });
});
