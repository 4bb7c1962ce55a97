import { describe, expect, it } from 'vitest';
import { check } from './check';
import type { Surroundings } from './parse/conf';
import { parseText, printTree } from './grammar';

const around = (files: Record<string, string>): Surroundings => ({
  readFile: (path) => {
    const text = files[path];
    return text === undefined ? { problem: '(2: No such file or directory)' } : { text };
  },
  glob: (pattern) =>
    Object.keys(files)
      .filter((path) => path.startsWith(pattern.slice(0, pattern.indexOf('*'))))
      .sort(),
  user: (name) => (name === 'www-data' ? { uid: 33, gid: 33 } : undefined),
  group: (name) => (name === 'www-data' ? 33 : undefined),
  isRoot: true,
  hostname: 'lb1',
  cores: 2,
  addresses: () => [],
  passphrase: () => ({ answer: undefined }),
});
const FILE = '/etc/nginx/nginx.conf';
/** What is said of a configuration, without ` in FILE`. */
function said(text: string, more: Record<string, string> = {}): string[] {
  const checked = check(
    { file: FILE, parameters: '', prefix: '/usr/share/nginx/' },
    around({ [FILE]: text, ...more }),
  );
  return [...checked.messages, ...checked.later].map(
    ({ level, text: words }) => `${level}: ${words.replaceAll(` in ${FILE}`, ' @')}`,
  );
}
const http = (body: string): string => `events { }\nhttp {\n${body}\n}\n`;
const server = (body: string): string => http(`server {\n${body}\n}`);

describe('the language', () => {
  it('prints back what it read', () => {
    for (const text of [
      server(
        '# a comment\n  listen 80;\tserver_name "a b" \'c\' ${x}y; location ~ \\.php$ { return 200 "a;b"; }',
      ),
      'a "unclosed',
      'a { b; } }',
      '',
    ])
      expect(printTree(parseText(text))).toBe(text);
  });
  it('says where a statement ends', () => {
    expect(said(server('listen 80\nserver_name _;'))).toEqual(['emerg: invalid parameter "server_name" @:5']);
    expect(said(server('listen 80\n}'))).toEqual(['emerg: unexpected "}" @:5']);
    expect(said('events { }\nhttp {\n')).toEqual(['emerg: unexpected end of file, expecting "}" @:3']);
    expect(said(server('root "/a;'))).toEqual(['emerg: unexpected end of file, expecting ";" or "}" @:7']);
    expect(said(server("root '/a'b;"))).toEqual(['emerg: unexpected "b" @:4']);
  });
  it('knows directives, their places and their arguments', () => {
    expect(said('foo;')).toEqual(['emerg: unknown directive "foo" @:1']);
    expect(said('server { }')).toEqual(['emerg: "server" directive is not allowed here @:1']);
    expect(said(server('listen;'))).toEqual(['emerg: invalid number of arguments in "listen" directive @:4']);
    expect(said(http('server;'))).toEqual(['emerg: directive "server" has no opening "{" @:3']);
    expect(said(server('root /a { }'))).toEqual(['emerg: directive "root" is not terminated by ";" @:4']);
    expect(said('stream { }')).toEqual(['emerg: unknown directive "stream" @:1']);
  });
  it('reads files that are included', () => {
    expect(said(http('include conf.d/*.conf;'), { '/etc/nginx/conf.d/a.conf': 'bad;' })).toEqual([
      'emerg: unknown directive "bad" in /etc/nginx/conf.d/a.conf:1',
    ]);
    expect(said(http('include nope.conf;'))).toEqual([
      'emerg: open() "/etc/nginx/nope.conf" failed (2: No such file or directory) @:3',
    ]);
  });
});

describe('what does not fit', () => {
  it('addresses and names', () => {
    expect(said(http('server { listen 80 default_server; }\nserver { listen 80 default_server; }'))).toEqual([
      'emerg: a duplicate default server for 0.0.0.0:80 @:4',
    ]);
    expect(said(http('server { listen 80; server_name a; }\nserver { listen 80; server_name a; }'))).toEqual([
      'warn: conflicting server name "a" on 0.0.0.0:80, ignored',
    ]);
    expect(said(server('listen 80; listen 80;'))).toEqual(['emerg: a duplicate listen 0.0.0.0:80 @:4']);
  });
  it('locations and upstreams', () => {
    expect(said(server('location /a { }\nlocation /a { }'))).toEqual(['emerg: duplicate location "/a" @:5']);
    expect(said(server('location / { proxy_pass http://apps; }'))).toEqual([
      'emerg: host not found in upstream "apps" @:4',
    ]);
    expect(said(http('upstream a { ip_hash; server 10.0.0.1 backup; }'))).toEqual([
      'emerg: balancing method does not support parameter "backup" @:3',
    ]);
    expect(said(server('location / { return 200 $nope; }'))).toEqual(['emerg: unknown "nope" variable']);
  });
  it('is silent about what is right', () => {
    expect(
      said(
        http(
          'map $uri $m { default 1; ~^/a 2; }\nlimit_req_zone $binary_remote_addr zone=z:1m rate=2r/s;\nupstream app { zone app 64k; server 10.0.0.1:80 weight=2 max_fails=3 fail_timeout=5s; keepalive 4; }\nserver { listen 80; if ($m = 2) { return 403; } location / { limit_req zone=z burst=5 nodelay; proxy_pass http://app; } }',
        ),
      ),
    ).toEqual([]);
  });
  it('events are needed', () => {
    expect(said('http { }')).toEqual(['emerg: no "events" section in configuration']);
  });
});
