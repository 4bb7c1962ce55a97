import { expect, test } from 'vitest';
import { ToolLab } from '../daemons/tool-lab';
import { ROOT } from './files';
import { glob } from './glob';

const file = { text: '' };
const { fs } = new ToolLab([]).host(
  'a',
  {},
  {
    files: {
      '/etc/x/a.conf': file,
      '/etc/x/b.conf': file,
      '/etc/x/.c.conf': file,
      '/etc/x/[odd': file,
      '/etc/y/a.conf': file,
      '/etc/x/gone': { link: '/nowhere' },
    },
  },
);
const found = (pattern: string): string[] => glob(fs, pattern, ROOT);

test('sorted, level by level; hidden names only for a pattern with a point', () => {
  expect(found('/etc/[xy]/*.conf')).toEqual(['/etc/x/a.conf', '/etc/x/b.conf', '/etc/y/a.conf']);
  expect(found('/etc/x/.*.conf')).toEqual(['/etc/x/.c.conf']);
  expect(found('/etc/*/b.conf')).toEqual(['/etc/x/b.conf']);
});

test('a path without wildcards names itself when it is there, also when it leads nowhere', () => {
  expect(found('/etc/x/a.conf')).toEqual(['/etc/x/a.conf']);
  expect(found('/etc/x/gone')).toEqual(['/etc/x/gone']);
  expect(found('/etc/x/none')).toEqual([]);
  expect(found('/')).toEqual(['/']);
});

test('what is no pattern finds nothing, and throws nothing', () => {
  expect(found('/etc/x/[odd')).toEqual(['/etc/x/[odd']);
  expect(found('/etc/x/[z-a]*')).toEqual([]);
  expect(found('/etc/x/a.conf/*')).toEqual([]);
  expect(found('/none/*')).toEqual([]);
});
