import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import { useMemory } from '../../world/memory';
import { UnitLab } from './unit-lab';

const service = (lines: string, unit = ''): string =>
  `[Unit]\nDescription=Web app\n${unit}[Service]\n${lines}\n[Install]\nWantedBy=multi-user.target\n`;

describe('restarts', () => {
  it('gives up at the fifth scheduled restart, on a grid of 250 ms', () => {
    const lab = new UnitLab({ 'web.service': service('ExecStart=/usr/bin/exits 1 2\nRestart=always') });
    expect(lab.command('systemctl', 'start', 'web').exit).toBe(0);
    lab.run(5 * SECOND);
    expect(lab.state('web.service')).toBe('failed (failed)');
    expect(lab.unit('web.service')?.service).toMatchObject({ result: 'exit-code', restarts: 5 });
    const gaps = lab.moments(/Scheduled restart job/);
    expect(gaps).toHaveLength(5);
    expect(gaps.slice(1).every((at, i) => Math.abs(at - (gaps[i] ?? 0) - 0.25) < 0.002)).toBe(true);
    expect(lab.moments(/^Started web/)).toHaveLength(5);
    expect(lab.journal('web').slice(-5)).toEqual([
      'web.service: Scheduled restart job, restart counter is at 5.',
      'Stopped web.service - Web app.',
      'web.service: Start request repeated too quickly.',
      "web.service: Failed with result 'exit-code'.",
      'Failed to start web.service - Web app.',
    ]);
    expect(lab.command('systemctl', 'start', 'web')).toEqual({
      exit: 1,
      text: '! Job for web.service failed because the control process exited with error code.\n! See "systemctl status web.service" and "journalctl -xeu web.service" for details.\n',
    });
    lab.command('systemctl', 'reset-failed', 'web');
    expect(lab.command('systemctl', 'start', 'web').exit).toBe(0);
  });
  it('goes on for ever when the pauses keep it below the limit', () => {
    const lab = new UnitLab({
      'web.service': service('ExecStart=/usr/bin/exits 3 2\nRestart=on-failure\nRestartSec=3'),
    });
    lab.command('systemctl', 'start', 'web');
    lab.run(60 * SECOND);
    expect(lab.state('web.service')).toBe('activating (auto-restart)');
    expect(lab.command('systemctl', 'is-active', 'web')).toEqual({ exit: 3, text: 'activating\n' });
    expect(lab.command('systemctl', '--failed').text).toContain('0 loaded units listed.');
  });
  it('counts restarts by hand, and leaves the service down', () => {
    const lab = new UnitLab({ 'web.service': service('ExecStart=/usr/bin/serve') });
    const codes = [1, 2, 3, 4, 5, 6].map(() => lab.command('systemctl', 'restart', 'web').exit);
    expect(codes).toEqual([0, 0, 0, 0, 0, 1]);
    expect(lab.unit('web.service')?.service?.result).toBe('start-limit-hit');
    expect(lab.mainPid('web.service')).toBe(0);
  });
  it.each([
    ['on-failure', 'TERM', 'not loaded'],
    ['on-failure', 'KILL', 'activating (auto-restart)'],
    ['on-abnormal', 'KILL', 'activating (auto-restart)'],
    ['on-success', 'TERM', 'activating (auto-restart)'],
    ['on-success', 'KILL', 'failed (failed)'],
    ['no', 'KILL', 'failed (failed)'],
  ] as const)('Restart=%s after SIG%s: %s', (restart, signal, state) => {
    const lab = new UnitLab({
      'web.service': service(`ExecStart=/usr/bin/serve\nRestart=${restart}\nRestartSec=30`),
    });
    lab.command('systemctl', 'start', 'web');
    lab.world.kill(lab.host, lab.mainPid('web.service'), signal);
    lab.run(SECOND);
    expect(lab.state('web.service')).toBe(state);
  });
});

describe('kinds of service', () => {
  it('notify: start waits for READY=1', () => {
    const lab = new UnitLab({ 'web.service': service('Type=notify\nExecStart=/usr/bin/serve ready 800') });
    const before = lab.kernel.now;
    expect(lab.command('systemctl', 'start', 'web').exit).toBe(0);
    expect(lab.kernel.now - before).toBeGreaterThan(790_000);
    expect(lab.state('web.service')).toBe('active (running)');
  });
  it('notify: start fails when the time is over', () => {
    const lab = new UnitLab({
      'web.service': service('Type=notify\nTimeoutStartSec=2\nExecStart=/usr/bin/serve'),
    });
    expect(lab.command('systemctl', 'start', 'web')).toMatchObject({
      exit: 1,
      text: expect.stringContaining('because a timeout was exceeded') as string,
    });
    expect(lab.journal('web')).toContain('web.service: start operation timed out. Terminating.');
  });
  it('oneshot: runs its commands in order and stays only if told to', () => {
    const lab = new UnitLab({
      'once.service': service('Type=oneshot\nExecStart=/usr/bin/exits 0 30\nExecStart=/usr/bin/exits 0 30'),
      'stays.service': service('Type=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/exits 0 1'),
      'fails.service': service('Type=oneshot\nExecStart=/usr/bin/exits 2 1\nExecStart=/usr/bin/serve'),
    });
    expect(lab.command('systemctl', 'start', 'once').exit).toBe(0);
    expect(lab.state('once.service')).toBe('not loaded');
    expect(lab.journal('once')).toEqual([
      'Starting once.service - Web app...',
      'once.service: Deactivated successfully.',
      'Finished once.service - Web app.',
    ]);
    lab.command('systemctl', 'start', 'stays');
    expect(lab.state('stays.service')).toBe('active (exited)');
    expect(lab.command('systemctl', 'start', 'fails').exit).toBe(1);
  });
  it('forking: the process of the PID file is the main one', () => {
    const lab = new UnitLab({
      'web.service': service('Type=forking\nPIDFile=/run/forks.pid\nExecStart=/usr/bin/forks'),
    });
    expect(lab.command('systemctl', 'start', 'web').exit).toBe(0);
    expect(lab.host.process(lab.mainPid('web.service'))?.comm).toBe('serve');
    expect(lab.command('systemctl', 'stop', 'web').exit).toBe(0);
    expect(lab.host.processes().filter(({ comm }) => comm === 'serve')).toEqual([]);
  });
  it('a missing program is a start that succeeds and a unit that failed', () => {
    const lab = new UnitLab({ 'web.service': service('ExecStart=/usr/local/bin/missing') });
    expect(lab.command('systemctl', 'start', 'web').exit).toBe(0);
    lab.run(SECOND);
    expect(lab.command('systemctl', 'status', 'web').text).toContain('(code=exited, status=203/EXEC)');
  });
});

describe('reload and stop', () => {
  it('keeps the process when ExecReload fails', () => {
    const lab = new UnitLab({
      'web.service': service('ExecStart=/usr/bin/serve\nExecReload=/usr/bin/exits 1 1'),
    });
    lab.command('systemctl', 'start', 'web');
    const pid = lab.mainPid('web.service');
    expect(lab.command('systemctl', 'reload', 'web')).toEqual({
      exit: 1,
      text: '! Job for web.service failed.\n! See "systemctl status web.service" and "journalctl -xeu web.service" for details.\n',
    });
    expect(lab.mainPid('web.service')).toBe(pid);
    expect(lab.state('web.service')).toBe('active (running)');
    expect(lab.journal('web').slice(-2)).toEqual([
      'web.service: Control process exited, code=exited, status=1/FAILURE',
      'Reload failed for web.service - Web app.',
    ]);
  });
  it.each([
    ['control-group', 0],
    ['mixed', 0],
    ['process', 1],
  ])('KillMode=%s leaves %i child behind that ignores SIGTERM', (mode, left) => {
    const lab = new UnitLab({
      'web.service': service(`ExecStart=/usr/bin/serve child\nKillMode=${mode}\nTimeoutStopSec=2`),
    });
    lab.command('systemctl', 'start', 'web');
    lab.run(SECOND / 10);
    expect(lab.command('systemctl', 'stop', 'web').exit).toBe(0);
    expect(lab.host.processes().filter(({ comm }) => comm === 'serve')).toHaveLength(left);
  });
  it('kills what does not stop, and says so', () => {
    const lab = new UnitLab({
      'web.service': service('ExecStart=/usr/bin/serve stubborn\nTimeoutStopSec=3'),
    });
    lab.command('systemctl', 'start', 'web');
    expect(lab.command('systemctl', 'stop', 'web').exit).toBe(0);
    expect(lab.journal('web')).toContain("web.service: State 'stop-sigterm' timed out. Killing.");
    expect(lab.unit('web.service')?.service?.result).toBe('timeout');
  });
});

describe('dependencies', () => {
  it('starts in order, stops in reverse, and fails what requires a failed unit', () => {
    const lab = new UnitLab({
      'db.service': service(
        'Type=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/exits 0 200',
        'Description=DB\n',
      ),
      'api.service': service('ExecStart=/usr/bin/serve', 'Requires=db.service\nAfter=db.service\n'),
      'broken.service': service('Type=oneshot\nExecStart=/usr/bin/exits 1 1'),
      'needy.service': service('ExecStart=/usr/bin/serve', 'Requires=broken.service\nAfter=broken.service\n'),
    });
    lab.command('systemctl', 'start', 'api');
    const started = [lab.unit('db.service')?.activeEnterAt ?? 0, lab.unit('api.service')?.activeEnterAt ?? 0];
    expect(started[1]).toBeGreaterThan(started[0] ?? 0);
    lab.command('systemctl', 'stop', 'db');
    expect(lab.state('api.service')).toBe('not loaded');
    expect(lab.command('systemctl', 'start', 'needy')).toEqual({
      exit: 1,
      text: "! A dependency job for needy.service failed. See 'journalctl -xe' for details.\n",
    });
    expect(lab.journal('needy')).toEqual([
      'Dependency failed for needy.service - Web app.',
      "needy.service: Job needy.service/start failed with result 'dependency'.",
    ]);
  });
  it('BindsTo= follows a death, Requires= does not', () => {
    const lab = new UnitLab({
      'base.service': service('ExecStart=/usr/bin/serve'),
      'bound.service': service('ExecStart=/usr/bin/serve', 'BindsTo=base.service\nAfter=base.service\n'),
      'required.service': service('ExecStart=/usr/bin/serve', 'Requires=base.service\nAfter=base.service\n'),
    });
    lab.command('systemctl', 'start', 'bound', 'required');
    lab.world.kill(lab.host, lab.mainPid('base.service'), 'KILL');
    lab.run(SECOND);
    expect(lab.state('required.service')).toBe('active (running)');
    expect(lab.state('bound.service')).toBe('not loaded');
  });
});

describe('unit files', () => {
  it('enable, disable, mask and their words', () => {
    const lab = new UnitLab(
      { 'web.service': service('ExecStart=/usr/bin/serve') },
      { '/lib/systemd/system/own.service': service('ExecStart=/usr/bin/serve') },
    );
    expect(lab.command('systemctl', 'is-enabled', 'web')).toEqual({ exit: 1, text: 'disabled\n' });
    expect(lab.command('systemctl', 'enable', 'web').text).toBe(
      '! Created symlink /etc/systemd/system/multi-user.target.wants/web.service → /etc/systemd/system/web.service.\n',
    );
    expect(lab.command('systemctl', 'is-enabled', 'web').text).toBe('enabled\n');
    expect(lab.command('systemctl', 'disable', 'web').text).toBe(
      '! Removed "/etc/systemd/system/multi-user.target.wants/web.service".\n',
    );
    expect(lab.command('systemctl', 'mask', 'web')).toEqual({
      exit: 1,
      text: '! Failed to mask unit: File /etc/systemd/system/web.service already exists.\n',
    });
    expect(lab.command('systemctl', 'mask', 'own').text).toBe(
      '! Created symlink /etc/systemd/system/own.service → /dev/null.\n',
    );
    expect(lab.command('systemctl', 'start', 'own')).toEqual({
      exit: 1,
      text: '! Failed to start own.service: Unit own.service is masked.\n',
    });
    expect(lab.command('systemctl', 'unmask', 'own').text).toBe(
      '! Removed "/etc/systemd/system/own.service".\n',
    );
    expect(lab.command('systemctl', 'enable', 'nosuch')).toEqual({
      exit: 1,
      text: '! Failed to enable unit: Unit file nosuch.service does not exist.\n',
    });
  });
  it('uses the old definition until daemon-reload, with a warning', () => {
    const lab = new UnitLab({ 'web.service': service('ExecStart=/usr/bin/serve') });
    lab.command('systemctl', 'start', 'web');
    lab.run(SECOND);
    lab.host.install('/etc/systemd/system/web.service', {
      text: service('ExecStart=/usr/bin/serve ready 1'),
    });
    expect(lab.command('systemctl', 'restart', 'web').text).toContain(
      "Run 'systemctl daemon-reload' to reload units.",
    );
    expect(lab.host.process(lab.mainPid('web.service'))?.argv).toEqual(['/usr/bin/serve']);
    lab.command('systemctl', 'daemon-reload');
    expect(lab.command('systemctl', 'restart', 'web').text).toBe('');
    expect(lab.host.process(lab.mainPid('web.service'))?.argv).toEqual(['/usr/bin/serve', 'ready', '1']);
  });
  it('drop-ins add, and an empty value begins a list anew', () => {
    const lab = new UnitLab(
      { 'web.service': service('ExecStart=/usr/bin/serve\nEnvironment=A=1') },
      {
        '/etc/systemd/system/web.service.d/override.conf':
          '[Service]\nExecStart=\nExecStart=/usr/bin/serve ready ${MILLIS}\nEnvironment=MILLIS=3\n',
      },
    );
    lab.command('systemctl', 'start', 'web');
    const process = lab.host.process(lab.mainPid('web.service'));
    expect(process?.argv).toEqual(['/usr/bin/serve', 'ready', '3']);
    expect(process?.env.get('A')).toBe('1');
  });
});

describe('what goes wrong', () => {
  const failure = (name: string, why: string): string =>
    `! Job for ${name}.service failed because ${why}.\n! See "systemctl status ${name}.service" and "journalctl -xeu ${name}.service" for details.\n`;
  it('an environment file is missing', () => {
    const lab = new UnitLab({
      'web.service': service('EnvironmentFile=/etc/default/nope\nExecStart=/usr/bin/serve'),
    });
    expect(lab.command('systemctl', 'start', 'web')).toEqual({
      exit: 1,
      text: failure('web', 'of unavailable resources or another system error'),
    });
  });
  it('a user, a folder is missing: start succeeds, the unit fails', () => {
    const lab = new UnitLab({
      'who.service': service('User=ghost\nExecStart=/usr/bin/serve'),
      'where.service': service('WorkingDirectory=/nope\nExecStart=/usr/bin/serve'),
    });
    expect(lab.command('systemctl', 'start', 'who', 'where').exit).toBe(0);
    lab.run(SECOND);
    expect(lab.unit('who.service')?.service?.main?.status).toBe(217);
    expect(lab.unit('where.service')?.service?.main?.status).toBe(200);
  });
  it('a required unit is missing, a file cannot be read', () => {
    const lab = new UnitLab({
      'needy.service': service('ExecStart=/usr/bin/serve', 'Requires=ghost.service\n'),
      'bad.service': service('ExecStart=/usr/bin/serve "open'),
    });
    expect(lab.command('systemctl', 'start', 'needy')).toEqual({
      exit: 5,
      text: '! Failed to start needy.service: Unit ghost.service not found.\n',
    });
    expect(lab.command('systemctl', 'start', 'bad')).toEqual({
      exit: 1,
      text: "! Failed to start bad.service: Unit bad.service has a bad unit file setting.\n! See system logs and 'systemctl status bad.service' for details.\n",
    });
    expect(lab.journal('bad')).toContain(
      'bad.service: Unit configuration has fatal error, unit will not be started.',
    );
  });
  it('a daemon never writes its PID file', () => {
    const lab = new UnitLab({
      'web.service': service('Type=forking\nPIDFile=/run/web.pid\nExecStart=/usr/bin/exits 0 1'),
    });
    expect(lab.command('systemctl', 'start', 'web').text).toBe(
      failure('web', 'the service did not take the steps required by its unit configuration'),
    );
  });
  it('a circle of orderings loses a job that is only wanted', () => {
    const lab = new UnitLab({
      'a.service': service('ExecStart=/usr/bin/serve', 'After=b.service\nRequires=b.service\n'),
      'b.service': service('ExecStart=/usr/bin/serve', 'After=c.service\nWants=c.service\n'),
      'c.service': service('ExecStart=/usr/bin/serve', 'After=a.service\n'),
    });
    expect(lab.command('systemctl', 'start', 'a').exit).toBe(0);
    expect(lab.state('a.service')).toBe('active (running)');
    expect(lab.state('c.service')).toBe('inactive (dead)');
    expect(
      lab.host.state.log.some(({ text }) =>
        /Job c\.service\/start deleted to break ordering cycle/.test(text),
      ),
    ).toBe(true);
  });
});

describe('the machine', () => {
  it('comes back from a reboot with what is enabled, and nothing else', () => {
    const lab = new UnitLab({
      'web.service': service('ExecStart=/usr/bin/serve'),
      'own.service': service('ExecStart=/usr/bin/serve'),
    });
    lab.command('systemctl', 'enable', '--now', 'web');
    lab.command('systemctl', 'start', 'own');
    lab.host.install('/tmp/x', { text: 'x' });
    lab.world.reboot(lab.host);
    lab.run(20 * SECOND);
    expect(lab.host.state.boots).toBe(2);
    expect(lab.state('web.service')).toBe('active (running)');
    expect(lab.state('own.service')).toBe('not loaded');
    expect(lab.host.fs.exists('/tmp/x')).toBe(false);
    expect(lab.command('systemctl', 'is-system-running').text).toBe('running\n');
  });
  it('goes on from a checkpoint as it would have gone on', () => {
    const lab = new UnitLab({
      'web.service': service('ExecStart=/usr/bin/exits 1 2\nRestart=always\nRestartSec=3'),
    });
    lab.command('systemctl', 'start', 'web');
    lab.run(10 * SECOND);
    const kernel = lab.kernel.save();
    const world = lab.world.save();
    const goOn = (): unknown => {
      lab.run(60 * SECOND);
      return [
        lab.unit('web.service')?.service?.restarts,
        lab.host.state.log.map(({ at, text }) => `${at} ${text}`),
      ];
    };
    const first = goOn();
    lab.kernel.load(kernel);
    lab.world.load(world);
    expect(goOn()).toEqual(first);
  });
  it('costs nothing while nothing happens', () => {
    const lab = new UnitLab({ 'web.service': service('ExecStart=/usr/bin/serve') });
    lab.command('systemctl', 'start', 'web');
    lab.run(SECOND);
    const before = lab.kernel.journal.length;
    const pending = lab.kernel.pending;
    lab.run(600 * SECOND);
    expect(lab.kernel.journal.length).toBe(before);
    expect(lab.kernel.pending).toBe(pending);
  });
});

describe('limits of control groups', () => {
  it('end who takes more memory than MemoryMax, and say that the kernel did it', () => {
    const lab = new UnitLab({ 'web.service': service('ExecStart=/usr/bin/serve\nMemoryMax=20M') });
    lab.command('systemctl', 'start', 'web');
    useMemory(lab.host, lab.mainPid('web.service'), 40_000);
    lab.run(SECOND);
    expect(lab.state('web.service')).toBe('failed (failed)');
    expect(lab.journal('web')).toEqual([
      'Started web.service - Web app.',
      'web.service: A process of this unit has been killed by the OOM killer.',
      'web.service: Main process exited, code=killed, status=9/KILL',
      "web.service: Failed with result 'oom-kill'.",
    ]);
    expect(
      lab.host.state.log.some(({ text }) => text.startsWith('Memory cgroup out of memory: Killed')),
    ).toBe(true);
  });
  it('leave other units alone', () => {
    const lab = new UnitLab({
      'web.service': service('ExecStart=/usr/bin/serve\nMemoryMax=20M'),
      'big.service': service('ExecStart=/usr/bin/serve'),
    });
    lab.command('systemctl', 'start', 'web', 'big');
    useMemory(lab.host, lab.mainPid('big.service'), 40_000);
    lab.run(SECOND);
    expect([lab.state('web.service'), lab.state('big.service')]).toEqual([
      'active (running)',
      'active (running)',
    ]);
  });
});
describe('a container', () => {
  it('skips what only machines have', () => {
    const lab = new UnitLab({});
    lab.host.state.extra.set('disk:virtualization', 'systemd-nspawn');
    lab.world.reboot(lab.host);
    lab.run(20 * SECOND);
    expect(lab.state('systemd-udevd.service')).toBe('inactive (dead)');
    expect(lab.state('console-getty.service')).toBe('active (running)');
    expect(lab.command('systemd-detect-virt')).toEqual({ text: 'systemd-nspawn\n', exit: 0 });
    expect(lab.command('systemd-analyze').text).toMatch(/^Startup finished in \d+ms \(userspace\)/);
  });
});
