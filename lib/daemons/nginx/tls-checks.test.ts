/** What `nginx -t` of nginx 1.22.1 (Debian 12) said of 502 configurations with TLS, to the letter. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from './check';
import { messageLine } from './messages';
import type { Surroundings } from './parse/conf';

interface Fixture {
  readonly head: string;
  /** Files of /etc/nginx/tls, made with OpenSSL 3.0. */
  readonly materials: Readonly<Record<string, string>>;
  /** A name, the configuration (`@`: the head; `§`: the folder; `¤`: the file), nginx's exit code, its words without times. */
  readonly checks: readonly (readonly [label: string, text: string, exit: number, said: string])[];
}
const { head, materials, checks } = JSON.parse(
  readFileSync(new URL('./fixtures/tls-checks.json', import.meta.url), 'utf8'),
) as Fixture;
const FILE = '/etc/nginx/nginx.conf';
const FOLDER = '/etc/nginx/tls/';

function around(configuration: string): Surroundings {
  return {
    readFile: (path) => {
      if (path === FILE) return { text: configuration };
      if (path.endsWith('/ngx_stream_module.so')) return { text: '' };
      const name = path.startsWith(FOLDER) ? path.slice(FOLDER.length) : '';
      const text = materials[name];
      if (text !== undefined) return { text };
      if (name === 'adir' || path === '/etc/nginx/') return { problem: '(21: Is a directory)' };
      return {
        problem: name.includes('/') ? '(20: Not a directory)' : '(2: No such file or directory)',
      };
    },
    glob: () => [],
    user: () => ({ uid: 33, gid: 33 }),
    group: () => 33,
    isRoot: true,
    hostname: 'lb1',
    cores: 2,
    addresses: () => [],
    passphrase: () => ({ answer: undefined }),
  };
}
function test(text: string, surroundings = around): { exit: number; said: string } {
  const configuration = text.replace('@', head).replaceAll(FOLDER_SIGN, FOLDER);
  const checked = check(
    { file: FILE, parameters: '', prefix: '/usr/share/nginx/' },
    surroundings(configuration),
  );
  const said = [...checked.messages, ...checked.later]
    .map((message) => messageLine(0, 1, message))
    .join('')
    .replace(/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (\[\w+\]) \d+#\d+:/g, '$1');
  return { exit: checked.configuration === undefined ? 1 : 0, said };
}
const FOLDER_SIGN = '§';

describe('nginx -t', () => {
  it.each(checks)('%s', (_, text, exit, said) => {
    expect(test(text)).toEqual({
      exit,
      said: said.replaceAll(FOLDER_SIGN, FOLDER).replaceAll('¤', FILE),
    });
  });
});

describe('a passphrase', () => {
  const encrypted =
    '@server {\nlisten 443 ssl;\nssl_certificate §good.pem;\nssl_certificate_key §passt.key;\n}\n}\n';
  const answering =
    (...answers: string[]) =>
    (configuration: string): Surroundings => ({
      ...around(configuration),
      passphrase: () => {
        const answer = answers.shift();
        return answer === undefined ? undefined : { answer };
      },
    });
  it('is asked for at a terminal', () => {
    expect(test(encrypted, answering('hunter2'))).toEqual({ exit: 0, said: '' });
    expect(test(encrypted, answering('wrong')).said).toContain('Provider routines::bad decrypt');
  });
  it('that nobody has answered yet stops the reading', () => {
    const configuration = encrypted.replace('@', head).replaceAll(FOLDER_SIGN, FOLDER);
    const asked = { file: FILE, parameters: '', prefix: '/usr/share/nginx/' };
    expect(check(asked, answering()(configuration))).toMatchObject({
      isUnanswered: true,
      configuration: undefined,
    });
  });
});
