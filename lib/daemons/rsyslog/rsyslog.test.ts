/** rsyslogd as recorded in truth/host (b10, c05, c12). */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import type { FileSpec } from '../../world/files.contract';
import { ToolLab } from '../tool-lab';
import { register } from './index';

function lab(files: Record<string, FileSpec> = {}): ToolLab {
  const made = new ToolLab([register]).segment('dmz', '10.0.1.0/24');
  made.host('srv', { eth0: 'dmz 10.0.1.11/24' }, { packages: ['rsyslog'], files });
  made.start('srv', '/usr/sbin/rsyslogd -n -iNONE');
  made.pass(SECOND);
  return made;
}
const say = (
  one: ToolLab,
  facility: string,
  tag: string,
  text: string,
  more: { bare?: boolean } = {},
): void => {
  one.world
    .host('srv')
    .syslog({ facility, priority: 'info', tag, pid: 7, text, transport: 'syslog', ...more });
  one.pass(SECOND);
};

describe('rsyslogd', () => {
  it('files by facility, with ISO times, and keeps what is private out of syslog', () => {
    const one = lab();
    say(one, 'daemon', 'app', 'hello');
    say(one, 'authpriv', 'sshd', 'Accepted publickey');
    say(one, 'authpriv', 'sudo', 'alice : COMMAND=/usr/bin/id');
    say(one, 'user', 'root', 'by hand', { bare: true });
    const lines = (path: string): string[] => (one.file('srv', path) ?? '').trimEnd().split('\n');
    expect(lines('/var/log/syslog').at(-2)).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}\+00:00 srv app\[7\]: hello$/,
    );
    expect(lines('/var/log/syslog').join('\n')).not.toContain('Accepted');
    expect(lines('/var/log/auth.log').map((line) => line.slice(33))).toEqual([
      'srv sshd[7]: Accepted publickey',
      'srv sudo: alice : COMMAND=/usr/bin/id',
    ]);
    expect(lines('/var/log/user.log').map((line) => line.slice(33))).toEqual(['srv root: by hand']);
    expect(one.world.host('srv').fs.stat('/var/log/auth.log', { uid: 0, gid: 0, groups: [] })).toMatchObject({
      mode: 0o640,
      gid: 4,
    });
  });
  it('stops where a rule says so', () => {
    const one = lab({
      '/etc/rsyslog.d/49-x.conf': {
        text: ':programname, startswith, "hap" {\n  /var/log/hap.log\n  stop\n}\n',
      },
    });
    say(one, 'local0', 'haproxy', 'up');
    expect(one.file('srv', '/var/log/hap.log')).toContain('srv haproxy[7]: up');
    expect(one.file('srv', '/var/log/syslog')).not.toContain('haproxy');
  });
  it('says where there is no room, and loses the message', () => {
    const one = lab({ '/etc/rsyslog.d/90-u.conf': { text: 'local3.* /etc/hostname/u.log\n' } });
    say(one, 'local3', 'app', 'lost');
    expect(one.log('srv').join('\n')).toContain(
      "action 'action-0-builtin:omfile' (module 'builtin:omfile') message lost",
    );
  });
  it('follows conditions, templates and blocks of RainerScript', () => {
    const one = lab({
      '/etc/rsyslog.d/1.conf': {
        text: `template(name="short" type="string" string="%programname% %syslogseverity-text%:%msg:::uppercase%\\n")
$template PerHost,"/var/log/hosts/%HOSTNAME%/%programname%.log"
if $programname == ["web", "api"] and not ($msg contains "health") then {
  action(type="omfile" file="/var/log/web.log" template="short")
  stop
} else if $syslogseverity <= 3 then /var/log/bad.log
local1.* ?PerHost
& stop
:msg, startswith, " x" /var/log/x.log
`,
      },
    });
    say(one, 'local0', 'web', 'hello');
    say(one, 'local0', 'web', 'health');
    say(one, 'local1', 'cache', 'hit');
    say(one, 'local2', 'other', 'x marks');
    expect(one.file('srv', '/var/log/web.log')).toBe('web info: HELLO\n');
    expect(one.file('srv', '/var/log/bad.log')).toBeUndefined();
    expect(one.file('srv', '/var/log/hosts/srv/cache.log')).toMatch(/ srv cache\[7\]: hit\n$/);
    expect(one.file('srv', '/var/log/x.log')).toMatch(/ srv other\[7\]: x marks\n$/);
    expect(one.file('srv', '/var/log/syslog')).toMatch(/health/);
    expect(one.file('srv', '/var/log/syslog')).not.toMatch(/hello|hit/);
  });
  it('reads no further than a syntax error', () => {
    const one = lab({
      '/etc/rsyslog.d/1.conf': { text: 'local1.* /var/log/one.log\nif $msg contans "x" then stop\n' },
    });
    const checked = one.run('srv', '/usr/sbin/rsyslogd -N1');
    expect(checked.exit).toBe(1);
    expect(checked.stderr).toContain(
      "rsyslogd: error during parsing file /etc/rsyslog.d/1.conf, on or before line 2: syntax error on token 'contans' [v8.2302.0 try https://www.rsyslog.com/e/2207 ]\nrsyslogd: could not interpret master config file '/etc/rsyslog.conf'.",
    );
    say(one, 'local1', 'app', 'kept');
    expect(one.file('srv', '/var/log/one.log')).toContain('kept');
    expect(one.file('srv', '/var/log/syslog')).toBeUndefined();
  });
  it('checks its configuration', () => {
    const one = lab({ '/etc/rsyslog.d/1.conf': { text: '$Nope 1\nfoo.info /x\n' } });
    const checked = one.run('srv', '/usr/sbin/rsyslogd -N1');
    expect(checked.exit).toBe(1);
    expect(checked.stderr).toContain(
      "rsyslogd: invalid or yet-unknown config file command 'Nope' - have you forgotten",
    );
    expect(checked.stderr).toContain('unknown facility name "foo"');
    expect(lab().run('srv', '/usr/sbin/rsyslogd -N1').stderr).toBe(
      'rsyslogd: version 8.2302.0, config validation run (level 1), master config /etc/rsyslog.conf\nrsyslogd: End of config validation run. Bye.\n',
    );
  });
});
