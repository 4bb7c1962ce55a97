/** cron: when jobs run, what is logged, what crontab refuses. */
import { describe, expect, it } from 'vitest';
import { microsFromCivil } from '../../std/civil';
import { MINUTE, SECOND } from '../../std/instant';
import { ToolLab } from '../tool-lab';
import { register } from './index';
import { isDue, parseTable } from './table';

function due(line: string, at: [number, number, number, number, number]): boolean {
  const [year, month, day, hour, minute] = at;
  const [entry] = parseTable(`${line} true\n`, { system: false, user: 'root', isUser: () => true }).entries;
  return (
    entry !== undefined &&
    isDue(entry, microsFromCivil({ year, month, day, hour, minute, second: 0, micros: 0 }))
  );
}
const problem = (line: string): string | undefined =>
  parseTable(`${line}\n`, { system: false, user: 'root', isUser: () => true }).problem?.text;

describe('a time', () => {
  it('fits all its fields', () => {
    expect(due('*/15 8-17 * * 1-5', [2026, 11, 23, 8, 45])).toBe(true);
    expect(due('*/15 8-17 * * 1-5', [2026, 11, 23, 8, 46])).toBe(false);
    expect(due('*/15 8-17 * * mon-fri', [2026, 11, 22, 8, 45])).toBe(false);
    expect(due('@daily', [2026, 11, 22, 0, 0])).toBe(true);
  });
  it('needs one of day and weekday when both are given', () => {
    expect(due('0 0 13 * 5', [2026, 11, 13, 0, 0])).toBe(true);
    expect(due('0 0 13 * 5', [2026, 11, 20, 0, 0])).toBe(true);
    expect(due('0 0 13 * 5', [2026, 11, 21, 0, 0])).toBe(false);
    expect(due('0 0 * * 7', [2026, 11, 22, 0, 0])).toBe(true);
  });
  it('is refused by its first wrong field', () => {
    expect(problem('60 * * * * true')).toBe('bad minute');
    expect(problem('garbage')).toBe('bad minute');
    expect(problem('* 24 * * * true')).toBe('bad hour');
    expect(problem('* * 0 * * true')).toBe('bad day-of-month');
    expect(problem('* * * 13 * true')).toBe('bad month');
    expect(problem('* * * * 8 true')).toBe('bad day-of-week');
    expect(problem('* * * * * * true')).toBe('bad command');
    expect(problem('@never true')).toBe('bad time specifier');
  });
});

function lab(): ToolLab {
  const made = new ToolLab([register]).segment('lan', '10.0.1.0/24');
  made.host(
    'srv',
    { eth0: 'lan 10.0.1.11/24' },
    {
      packages: ['cron'],
      users: [{ name: 'bob', uid: 1001, gid: 1001, home: '/home/bob', shell: '/bin/bash' }],
    },
  );
  return made;
}
describe('cron', () => {
  it('runs what is due at the full minute, and logs it', () => {
    const one = lab();
    one.start('srv', '/usr/sbin/cron -f');
    one.pass(SECOND);
    expect(one.run('srv', 'crontab -', { user: 'bob', stdin: '* * * * * echo hello\n' })).toMatchObject({
      stderr: '',
      exit: 0,
    });
    one.pass(MINUTE + 5 * SECOND);
    expect(one.log('srv').map((line) => line.replace(/\[\d+\]/, ''))).toEqual([
      'cron: (CRON) INFO (pidfile fd = 3)',
      'cron: (CRON) INFO (Running @reboot jobs)',
      'crontab: (bob) REPLACE (bob)',
      'CRON: pam_unix(cron:session): session opened for user bob(uid=1001) by (uid=0)',
      'CRON: (bob) CMD (echo hello)',
      'CRON: (CRON) info (No MTA installed, discarding output)',
      'CRON: pam_unix(cron:session): session closed for user bob',
    ]);
  });
  it('takes up a changed table, and says what is wrong with it', () => {
    const one = lab();
    one.start('srv', '/usr/sbin/cron -f');
    one.pass(SECOND);
    one.world.host('srv').install('/etc/cron.d/job', { text: '* * * * * ghost true\n' });
    one.pass(MINUTE);
    expect(
      one
        .log('srv')
        .slice(-2)
        .map((line) => line.replace(/\[\d+\]/, '')),
    ).toEqual([
      'cron: Error: bad username; while reading /etc/cron.d/job',
      'cron: (*system*job) ERROR (Syntax error, this crontab file will be ignored)',
    ]);
    one.world.host('srv').install('/etc/cron.d/job', { text: '* * * * * root true\n' });
    one.pass(MINUTE);
    expect(one.log('srv').join('\n')).toContain('(*system*) RELOAD (/etc/cron.d/job)');
    expect(one.log('srv').join('\n')).toContain('(root) CMD (true)');
  });
});
describe('crontab', () => {
  it('lists, removes, refuses', () => {
    const one = lab();
    expect(one.run('srv', 'crontab -l')).toMatchObject({ stderr: 'no crontab for root\n', exit: 1 });
    expect(one.run('srv', 'crontab -', { stdin: 'garbage\n' })).toMatchObject({
      stderr: '"-":1: bad minute\nerrors in crontab file, can\'t install.\n',
      exit: 1,
    });
    one.run('srv', 'crontab -', { stdin: '0 5 * * * true\n' });
    expect(one.run('srv', 'crontab -l').stdout).toBe('0 5 * * * true\n');
    expect(one.run('srv', 'crontab -r').exit).toBe(0);
    expect(one.run('srv', 'crontab -u bob -l', { user: 'bob' })).toMatchObject({
      stderr: 'must be privileged to use -u\n',
      exit: 1,
    });
  });
});
