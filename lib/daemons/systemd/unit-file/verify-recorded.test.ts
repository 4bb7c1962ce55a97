/** Unit files and what `systemd-analyze verify` of systemd 252 said of each, one after the other in one folder. */
import { describe, expect, it } from 'vitest';
import { ToolLab } from '../../tool-lab';
import { register } from '../index';
import RECORDED from './verify-recorded.json';

const lab = new ToolLab([register]);
lab.host(
  'srv',
  {},
  {
    packages: ['systemd'],
    files: {
      '/srv/w': { directory: true },
      '/bin/true': { text: '', mode: 0o755 },
      '/usr/bin/true': { text: '', mode: 0o755 },
      '/bin/echo': { text: '', mode: 0o755 },
      '/usr/bin/kill': { text: '', mode: 0o755 },
    },
  },
);

describe('systemd-analyze verify', () => {
  it.each(RECORDED)('$file', ({ file, text, says, exit }) => {
    lab.world.host('srv').install(`/srv/w/${file}`, { text });
    const ran = lab.run('srv', `systemd-analyze verify ./${file}`, { cwd: '/srv/w' });
    const lines = ran.stderr.split('\n').filter((line) => line !== '');
    expect({ says: lines.map((line) => line.replace('/srv/w/', '')), exit: ran.exit }).toEqual({
      says,
      exit,
    });
  });
});
