import { expect, it } from 'vitest';
import { ToolLab } from '../tool-lab';
import { nginxChecker } from './checker';
import { register } from './index';

const lab = new ToolLab([register]);
lab.segment('lan', '10.0.1.0/24');
const host = lab.host('lb1', { eth0: 'lan 10.0.1.11/24' }, { packages: ['nginx'] });
const check = (path: string, text: string): string[] => {
  const { exit, diagnostics } = nginxChecker.check(host, path, text);
  return [
    `exit ${exit}`,
    ...diagnostics
      .filter(({ code }) => code !== 'not-modelled')
      .map(({ severity, file, line, message }) => `${severity} ${file ?? ''}:${line ?? ''} ${message}`),
  ];
};

it('what Debian ships is right', () => {
  expect(check('/etc/nginx/nginx.conf', lab.file('lb1', '/etc/nginx/nginx.conf') ?? '')).toEqual(['exit 0']);
});
it('names the file that is edited, not the link that is read', () => {
  expect(check('/etc/nginx/sites-available/default', 'server {\n  listen 80\n}\n')).toEqual([
    'exit 1',
    'error /etc/nginx/sites-available/default:3 unexpected "}"',
  ]);
});
it('a file that is not there yet is read where a pattern includes it', () => {
  expect(check('/etc/nginx/conf.d/new.conf', 'upstream a { server nosuch; }')).toEqual([
    'exit 1',
    'error /etc/nginx/conf.d/new.conf:1 host not found in upstream "nosuch"',
  ]);
});
it('a file that nobody includes has its form looked at', () => {
  expect(check('/etc/nginx/sites-available/spare', 'server {')).toEqual([
    'exit 0',
    'notice /etc/nginx/sites-available/spare: nginx does not read this file: nothing includes it',
    'error /etc/nginx/sites-available/spare:1 unexpected end of file, expecting "}"',
  ]);
});
it('an address of another host is refused', () => {
  expect(
    nginxChecker.check(host, '/etc/nginx/conf.d/a.conf', 'server { listen 10.0.1.99:81; }').output,
  ).toContain('nginx: [emerg] bind() to 10.0.1.99:81 failed (99: Cannot assign requested address)');
});
