import { describe, expect, it } from 'vitest';
import { parseIPv4 } from '../../std/ipv4';
import { SECOND, type Micros } from '../../std/instant';
import { ROOT } from '../../world/files';
import type { SocketEvent } from '../../world/network.contract';
import { ToolLab } from '../tool-lab';
import { register } from './index';

interface Seen {
  status: number;
  body: string;
  headers: Map<string, string>;
  after: Micros;
}
/** A load balancer, a client and three applications that answer with their names. */
class Lab {
  readonly lab = new ToolLab([register]);
  readonly #seen = new Map<number, Seen | string>();
  readonly #listeners = new Map<number, number>();
  #next = 1;
  readonly delays = new Map<string, Micros>();
  readonly asked: string[] = [];

  constructor(configuration: string, files: Record<string, { text: string }> = {}) {
    const { lab } = this;
    lab.segment('lan', '10.0.1.0/24');
    lab.host(
      'lb1',
      { eth0: 'lan 10.0.1.11/24' },
      { packages: ['nginx'], files: { '/etc/nginx/nginx.conf': { text: configuration }, ...files } },
    );
    lab.host('client', { eth0: 'lan 10.0.1.50/24' });
    const { world } = lab;
    world.callback<number, SocketEvent>('test.client', ({ data }, event) => {
      if (event.type === 'message' && event.message.kind === 'response')
        this.#seen.set(data, {
          status: event.message.status,
          body: event.message.body,
          headers: new Map(event.message.headers.map(([name, value]) => [name.toLowerCase(), value])),
          after: lab.kernel.now,
        });
      else if (event.type === 'failed') this.#seen.set(data, event.errno);
      else if (event.type === 'closed' && !this.#seen.has(data)) this.#seen.set(data, 'empty');
    });
    world.callback<string, SocketEvent>('test.app', ({ data }, event) => {
      if (event.type !== 'message' || event.message.kind !== 'request') return;
      const { method, target, headers } = event.message;
      this.asked.push(
        `${data} ${method} ${target} ${headers.map(([name, value]) => `${name}=${value}`).join(' ')}`,
      );
      const { connection } = event;
      const answer = (): void =>
        world.network.send(connection, 'server', {
          kind: 'response',
          trace: 0,
          status: target.includes('fail') && data === 'app1' ? 500 : 200,
          reason: 'OK',
          version: '1.1',
          headers: [['Content-Length', String(data.length)]],
          body: data,
          bytes: 60,
        });
      const delay = this.delays.get(data) ?? 0;
      if (delay === 0) answer();
      else lab.kernel.after(delay, lab.kernel.handler(`test.later.${this.#next++}`, answer), null);
    });
    for (const index of [1, 2, 3]) this.app(index);
  }
  app(index: number): void {
    const { lab } = this;
    const host =
      lab.world.findHost(`app${index}`) ?? lab.host(`app${index}`, { eth0: `lan 10.0.1.2${index}/24` });
    const listener = lab.world.network.listen(host, {
      pid: 0,
      ip: 0,
      port: 8080,
      on: { name: 'test.app', pid: 0, data: `app${index}` },
    });
    if (typeof listener !== 'string') this.#listeners.set(index, listener.listener);
  }
  /** Connections are refused from now on. */
  stop(index: number): void {
    const { world } = this.lab;
    world.network.closeListener(world.host(`app${index}`), this.#listeners.get(index) ?? 0);
  }
  start(): this {
    this.lab.start('lb1', ['/usr/sbin/nginx']);
    this.lab.pass(SECOND);
    return this;
  }
  send(target: string, headers: [string, string][] = [], method = 'GET', close = false): number {
    const id = this.#next++;
    const { world, kernel } = this.lab;
    const connection = world.network.connect(world.host('client'), {
      pid: 0,
      ip: parseIPv4('10.0.1.11') ?? 0,
      port: 80,
      on: { name: 'test.client', pid: 0, data: id },
    });
    world.network.send(connection, 'client', {
      kind: 'request',
      trace: 0,
      method,
      target,
      version: '1.1',
      headers: headers.some(([name]) => name === 'Host') ? headers : [['Host', 'x'], ...headers],
      body: '',
      bytes: 60,
    });
    if (close)
      kernel.after(
        SECOND,
        kernel.handler(`test.close.${id}`, () => world.network.close(connection, 'client')),
        null,
      );
    return id;
  }
  result(id: number): Seen | string {
    return this.#seen.get(id) ?? 'nothing';
  }
  /** What one request sees, after at most `patience`. */
  get(target: string, headers: [string, string][] = [], patience: Micros = SECOND / 10): string {
    const id = this.send(target, headers);
    this.lab.pass(patience);
    const seen = this.result(id);
    return typeof seen === 'string' ? seen : `${seen.status} ${seen.body.trim()}`;
  }
  file(path: string): string {
    const text = this.lab.world.host('lb1').fs.readFile(path, ROOT);
    return typeof text === 'string' ? text : '';
  }
  processes(): { pid: number; name: string }[] {
    return this.lab.world
      .host('lb1')
      .processes()
      .filter(({ comm, state }) => comm === 'nginx' && state !== 'zombie')
      .map(({ pid, argv }) => ({ pid, name: argv.join(' ') }));
  }
}
const http = (body: string, main = 'worker_processes 1;'): string =>
  `${main}\nerror_log /var/log/nginx/error.log info;\nevents { }\nhttp {\n${body}\n}\n`;
const APP = 'upstream app { server 10.0.1.21:8080; server 10.0.1.22:8080; }';
const served = (body: string, upstream = APP): string => http(`${upstream}\nserver { listen 80; ${body} }`);

describe('locations', () => {
  it('exact, then the longest prefix, then expressions unless ^~', () => {
    const lab = new Lab(
      served(
        'location = /a { return 200 exact; } location /a { return 200 prefix; } location /a/b { return 200 longer; } location ~ ^/a/.*x$ { return 200 regex; } location ^~ /n/ { return 200 plain; } location ~ ^/n { return 200 wrong; } location / { return 200 all; }',
      ),
    ).start();
    expect(['/a', '/ab', '/a/b', '/a/bx', '/n/x', '/', '/q'].map((path) => lab.get(path))).toEqual([
      '200 exact',
      '200 prefix',
      '200 longer',
      '200 regex',
      '200 plain',
      '200 all',
      '200 all',
    ]);
  });
  it('servers by name, and the default one', () => {
    const lab = new Lab(
      http(
        'server { listen 80; server_name a; return 200 a; }\nserver { listen 80 default_server; server_name b; return 200 b; }\nserver { listen 80; server_name *.c; return 200 $host; }\nserver { listen 80; server_name ~^(?<n>\\d+)\\.d$; return 200 $n; }',
      ),
    ).start();
    expect([lab.get('/', [['Host', 'a']]), lab.get('/')]).toEqual(['200 a', '200 b']);
    const byName = (host: string): string => {
      const id = lab.send('http://' + host + '/');
      lab.lab.pass(SECOND / 10);
      const seen = lab.result(id);
      return typeof seen === 'string' ? seen : seen.body;
    };
    expect(['a', 'b', 'x.c', '42.d', 'nobody'].map(byName)).toEqual(['a', 'b', 'x.c', '42', 'b']);
  });
  it('files, try_files, error pages and rewriting', () => {
    const lab = new Lab(
      served(
        'root /srv; error_page 404 /404.html; location / { try_files $uri $uri/ /fallback; } location = /fallback { return 200 fallback; } location /old/ { rewrite ^/old/(.*)$ /$1 last; } location /gone { return 301 /a.txt; } location /none { }',
      ),
      {
        '/srv/a.txt': { text: 'file a' },
        '/srv/dir/index.html': { text: 'index' },
        '/srv/404.html': { text: 'lost' },
      },
    ).start();
    expect(lab.get('/a.txt')).toBe('200 file a');
    expect(lab.get('/dir/')).toBe('200 index');
    expect(lab.get('/nowhere')).toBe('200 fallback');
    expect(lab.get('/old/a.txt')).toBe('200 file a');
    expect(lab.get('/none')).toBe('404 lost');
    expect(lab.get('/gone')).toMatch(/^301 <html>/);
    expect(lab.file('/var/log/nginx/error.log')).toContain(
      'open() "/srv/none" failed (2: No such file or directory)',
    );
  });
});

describe('upstreams', () => {
  it('a URI of proxy_pass replaces the location, headers are set', () => {
    const lab = new Lab(
      served(
        'location /api/ { proxy_pass http://app/v1/; proxy_set_header X-Real-IP $remote_addr; proxy_set_header Host $host; }',
      ),
    ).start();
    expect(lab.get('/api/x?y=1')).toBe('200 app1');
    expect(lab.asked).toEqual(['app1 GET /v1/x?y=1 X-Real-IP=10.0.1.50 Host=x Connection=close']);
  });
  it('weights are smooth', () => {
    const lab = new Lab(
      served(
        'location / { proxy_pass http://app; }',
        'upstream app { server 10.0.1.21:8080 weight=5; server 10.0.1.22:8080; server 10.0.1.23:8080; }',
      ),
    ).start();
    const order = Array.from({ length: 7 }, () => lab.get('/').slice(-1)).join('');
    expect(order).toBe('1121311');
  });
  it('a failed try goes to the next peer and counts', () => {
    const lab = new Lab(
      served(
        'location / { proxy_pass http://app; }',
        'upstream app { server 10.0.1.21:9 fail_timeout=3s; server 10.0.1.22:8080; }',
      ),
    ).start();
    expect([lab.get('/'), lab.get('/'), lab.get('/')]).toEqual(['200 app2', '200 app2', '200 app2']);
    const log = lab.file('/var/log/nginx/error.log');
    expect(log.split('connect() failed (111: Connection refused) while connecting to upstream').length).toBe(
      2,
    );
    expect(log).toContain('[warn]');
    lab.lab.pass(5 * SECOND);
    // It comes back with nothing in hand: its turn is the third.
    for (let i = 0; i < 3; i++) lab.get('/');
    expect(lab.file('/var/log/nginx/error.log').split('connect() failed').length).toBe(3);
  });
  it('without a zone each worker counts for itself', () => {
    const tries = (zone: string): number => {
      const lab = new Lab(
        http(
          `upstream app { ${zone} server 10.0.1.21:9; server 10.0.1.22:8080; }\nserver { listen 80; location / { proxy_pass http://app; } }`,
          'worker_processes 4;',
        ),
      ).start();
      for (let i = 0; i < 40; i++) lab.get('/', [], SECOND / 50);
      return lab.file('/var/log/nginx/error.log').split('connect() failed').length - 1;
    };
    expect(tries('')).toBe(4);
    expect(tries('zone app 64k;')).toBe(1);
  });
  it('time runs out: 504; the client goes: 499', () => {
    const lab = new Lab(
      served(
        'location / { proxy_pass http://app; proxy_read_timeout 2s; }',
        'upstream app { server 10.0.1.21:8080; }',
      ),
    ).start();
    lab.delays.set('app1', 10 * SECOND);
    expect(lab.get('/', [], 3 * SECOND)).toMatch(/^504 /);
    lab.send('/', [], 'GET', true);
    lab.lab.pass(2 * SECOND);
    const statuses = lab
      .file('/var/log/nginx/access.log')
      .trim()
      .split('\n')
      .map((line) => / (\d{3}) /.exec(line)?.[1]);
    expect(statuses).toEqual(['504', '499']);
  });
});

describe('limits', () => {
  it('limit_req delays up to its burst and refuses the rest', () => {
    const lab = new Lab(
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=2r/s;\nserver { listen 80; location / { limit_req zone=z burst=1; try_files /x /ok; } location = /ok { return 200 ok; } }',
      ),
    ).start();
    const ids = [1, 2, 3].map(() => lab.send('/'));
    lab.lab.pass(2 * SECOND);
    const seen = ids.map((id) => lab.result(id));
    expect(seen.map((one) => (typeof one === 'string' ? one : one.status))).toEqual([200, 200, 503]);
    const [first, second] = seen;
    if (typeof first === 'object' && typeof second === 'object')
      expect(Math.round((second.after - first.after) / 100_000)).toBe(5);
  });
  it('access rules go in order', () => {
    const lab = new Lab(
      served(
        'location /in { allow 10.0.1.0/24; deny all; return 200 in; } location /out { deny 10.0.1.50; allow all; }',
      ),
    ).start();
    // return comes before the access phase.
    expect(lab.get('/in')).toBe('200 in');
    expect(lab.get('/out')).toMatch(/^403 /);
  });
});

describe('processes', () => {
  const plain = served('return 200 ok;');
  it('a master and its workers; a killed worker is replaced', () => {
    const lab = new Lab(http('server { listen 80; return 200 ok; }', 'worker_processes 2;')).start();
    const before = lab.processes();
    expect(before.map(({ name }) => name)).toEqual([
      'nginx: master process /usr/sbin/nginx',
      'nginx: worker process',
      'nginx: worker process',
    ]);
    lab.lab.world.kill(lab.lab.world.host('lb1'), before[1]?.pid ?? 0, 'KILL');
    lab.lab.pass(SECOND);
    expect(lab.processes().length).toBe(3);
    expect(lab.get('/')).toBe('200 ok');
  });
  it('workers outlive a killed master, and nobody else gets the port', () => {
    const lab = new Lab(plain).start();
    const world = lab.lab.world;
    world.kill(world.host('lb1'), lab.processes()[0]?.pid ?? 0, 'KILL');
    lab.lab.pass(SECOND);
    expect(lab.get('/')).toBe('200 ok');
    const second = lab.lab.start('lb1', ['/usr/sbin/nginx']);
    lab.lab.pass(2 * SECOND);
    expect(second.exit).toBeUndefined();
    lab.lab.pass(2 * SECOND);
    expect(second.exit).toBe(1);
    expect(second.stderr.trim().split('\n')).toEqual([
      ...Array.from(
        { length: 5 },
        () => 'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)',
      ),
      'nginx: [emerg] still could not bind()',
    ]);
  });
  it('[::] is a socket of its own, beside the one of 0.0.0.0', () => {
    const lab = new Lab(http('server { listen 80; listen [::]:80; return 200 ok; }')).start();
    const { network } = lab.lab.world;
    const host = lab.lab.world.host('lb1');
    expect(network.listeners(host).map(({ port, six }) => ({ port, six }))).toEqual([
      { port: 80, six: false },
      { port: 80, six: true },
    ]);
    const second = lab.lab.start('lb1', ['/usr/sbin/nginx']);
    lab.lab.pass(4 * SECOND);
    expect(second.stderr.trim().split('\n').slice(0, 3)).toEqual([
      'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)',
      'nginx: [emerg] bind() to [::]:80 failed (98: Address already in use)',
      'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)',
    ]);
  });
  it('a broken file keeps the old configuration, a right one replaces it', () => {
    const lab = new Lab(plain).start();
    const host = lab.lab.world.host('lb1');
    const reload = (text: string): number | undefined => {
      host.install('/etc/nginx/nginx.conf', { text });
      const outcome = lab.lab.start('lb1', ['/usr/sbin/nginx', '-s', 'reload']);
      lab.lab.pass(SECOND);
      return outcome.exit;
    };
    expect(reload('nonsense')).toBe(1);
    expect(lab.get('/')).toBe('200 ok');
    expect(reload(served('return 200 new;'))).toBe(0);
    expect(lab.get('/')).toBe('200 new');
    expect(lab.processes().length).toBe(2);
  });
  it('quits gracefully, stops at once', () => {
    const lab = new Lab(served('location / { proxy_pass http://app; }')).start();
    lab.delays.set('app1', 2 * SECOND);
    const waiting = lab.send('/');
    lab.lab.pass(SECOND / 10);
    lab.lab.start('lb1', ['/usr/sbin/nginx', '-s', 'quit']);
    lab.lab.pass(SECOND / 2);
    expect(lab.get('/')).toBe('ECONNREFUSED');
    lab.lab.pass(3 * SECOND);
    expect(lab.result(waiting)).toMatchObject({ status: 200 });
    expect(lab.processes()).toEqual([]);
    expect(lab.file('/run/nginx.pid')).toBe('');
    expect(lab.file('/var/log/nginx/error.log')).toContain('gracefully shutting down');
  });
  it('reopens its logs when told', () => {
    const lab = new Lab(plain).start();
    const { fs } = lab.lab.world.host('lb1');
    lab.get('/one');
    fs.rename('/var/log/nginx/access.log', '/var/log/nginx/access.log.1', ROOT);
    lab.get('/two');
    lab.lab.start('lb1', ['/usr/sbin/nginx', '-s', 'reopen']);
    lab.lab.pass(SECOND);
    lab.get('/three');
    expect(lab.file('/var/log/nginx/access.log.1').trim().split('\n').length).toBe(2);
    expect(lab.file('/var/log/nginx/access.log')).toContain('/three');
  });
  it('an address of somebody else is refused at once, even by -t', () => {
    const lab = new Lab(http('server { listen 10.0.1.99:80; }'));
    const outcome = lab.lab.start('lb1', ['/usr/sbin/nginx', '-t']);
    lab.lab.pass(SECOND);
    expect(outcome.exit).toBe(1);
    expect(outcome.stderr).toContain(
      'nginx: [emerg] bind() to 10.0.1.99:80 failed (99: Cannot assign requested address)\nnginx: configuration file /etc/nginx/nginx.conf test failed\n',
    );
  });
  it('a state that was saved goes on as it would have', () => {
    const lab = new Lab(plain).start();
    const { world } = lab.lab;
    const kernel = lab.lab.kernel.save();
    const saved = world.save();
    expect(lab.get('/')).toBe('200 ok');
    lab.lab.kernel.load(kernel);
    world.load(saved);
    expect(lab.get('/')).toBe('200 ok');
  });
});

describe('answers that are kept', () => {
  const cached = (rules: string): Lab =>
    new Lab(
      http(
        `proxy_cache_path /var/lib/nginx/kept levels=1:2 keys_zone=c:1m;\n${APP}\nserver { listen 80; location / { proxy_pass http://app; proxy_cache c; ${rules} add_header X-Cache $upstream_cache_status always; } }`,
      ),
    ).start();
  const seen = (lab: Lab, target: string, headers: [string, string][] = []): string => {
    const id = lab.send(target, headers);
    lab.lab.pass(SECOND / 10);
    const found = lab.result(id);
    return typeof found === 'string' ? found : `${found.status} ${found.headers.get('x-cache') ?? '-'}`;
  };
  it('are fresh for a time, by their status, and then asked for anew', () => {
    const lab = cached('proxy_cache_valid 200 3s;');
    expect([1, 2].map(() => seen(lab, '/'))).toEqual(['200 MISS', '200 HIT']);
    expect(lab.asked.length).toBe(1);
    expect([1, 2].map(() => seen(lab, '/fail'))).toEqual(['200 MISS', '200 HIT']);
    lab.lab.pass(5 * SECOND);
    expect(seen(lab, '/')).toBe('200 EXPIRED');
    expect(seen(lab, '/')).toBe('200 HIT');
  });
  it('are not used for bypassed requests, and other addresses are other answers', () => {
    const lab = cached('proxy_cache_valid 1m; proxy_cache_bypass $http_x_fresh;');
    seen(lab, '/');
    expect(seen(lab, '/', [['X-Fresh', '1']])).toBe('200 BYPASS');
    expect(seen(lab, '/', [['X-Fresh', '0']])).toBe('200 HIT');
    expect(seen(lab, '/?a')).toBe('200 MISS');
  });
  it('go with their files, and outlive a restart with them', () => {
    const lab = cached('proxy_cache_valid 1m; proxy_cache_key $uri;');
    seen(lab, '/');
    // MD5 of `/`, its last letters first.
    const file = '/var/lib/nginx/kept/9/7d/6666cd76f96956469e7be39d750cc7d9';
    expect(lab.file(file)).toContain('KEY: /\n');
    lab.lab.start('lb1', ['/usr/sbin/nginx', '-s', 'stop']);
    lab.lab.pass(SECOND);
    lab.start();
    expect(seen(lab, '/')).toBe('200 HIT');
    lab.lab.world.host('lb1').fs.unlink(file, ROOT);
    expect(seen(lab, '/')).toBe('200 MISS');
  });
  it('stand in when stale, where that is allowed', () => {
    const lab = cached('proxy_cache_valid 200 1s; proxy_cache_use_stale error;');
    seen(lab, '/');
    lab.lab.pass(3 * SECOND);
    for (const app of [1, 2]) lab.stop(app);
    expect(seen(lab, '/')).toBe('200 STALE');
  });
});

describe('another location is asked', () => {
  it('2xx lets pass, 401 and 403 do not, anything else is an error', () => {
    const lab = new Lab(
      served(
        [200, 401, 403, 500]
          .map((status) => `location /${status} { auth_request /a${status}; proxy_pass http://app; }`)
          .join(' ') +
          ' location ~ ^/a(?<code>2|4|5) { internal; return 418; } location = /a200 { return 204; } location = /a401 { return 401; } location = /a403 { return 403; } location = /a500 { return 500; }',
      ),
    ).start();
    const statuses = [200, 401, 403, 500].map((status) => lab.get(`/${status}`).slice(0, 3));
    expect(statuses).toEqual(['200', '401', '403', '500']);
    expect(lab.asked.length).toBe(1);
    expect(lab.file('/var/log/nginx/error.log')).toContain('auth request unexpected status: 500');
    expect(lab.file('/var/log/nginx/access.log').split('\n').length - 1).toBe(4);
  });
});

describe('answers that are changed on their way', () => {
  it('words are replaced once or everywhere, in pages only', () => {
    const files = { '/srv/a.html': { text: 'aha Aha' }, '/srv/a.txt': { text: 'aha' } };
    const lab = new Lab(
      served(
        'root /srv; sub_filter aha "<$host>"; location /once/ { alias /srv/; } location / { sub_filter_once off; types { text/html html; text/plain txt; } }',
      ),
      files,
    ).start();
    expect(lab.get('/once/a.html')).toBe('200 <x> Aha');
    expect(lab.get('/a.html')).toBe('200 <x> <x>');
    expect(lab.get('/a.txt')).toBe('200 aha');
  });
  it('compression is told to those who ask for it', () => {
    const lab = new Lab(served('root /srv; gzip on; gzip_vary on; gzip_min_length 3;'), {
      '/srv/a.html': { text: 'text' },
    }).start();
    const headers = (accept: [string, string][]): (string | undefined)[] => {
      const id = lab.send('/a.html', accept);
      lab.lab.pass(SECOND / 10);
      const seen = lab.result(id);
      return typeof seen === 'string'
        ? [seen]
        : ['vary', 'content-encoding', 'content-length', 'etag'].map((name) =>
            seen.headers.get(name)?.slice(0, 2),
          );
    };
    expect(headers([['Accept-Encoding', 'gzip, br']])).toEqual(['Ac', 'gz', undefined, 'W/']);
    expect(headers([['Accept-Encoding', 'gzip;q=0']])).toEqual([
      'Ac',
      undefined,
      '4',
      expect.stringMatching(/^"/),
    ]);
  });
});

it('passwords are right by their hashes', () => {
  const lab = new Lab(
    served('location / { auth_basic x; auth_basic_user_file /srv/users; proxy_pass http://app; }'),
    {
      '/srv/users': {
        text: 'a:$apr1$abc$IU6nNI21p3QCvMuFczjEr1\nb:$5$abc$SNQ2QQBO1ax39EAHKvvnCoQB2LZIm1UiTfvRzzx0ud8\n',
      },
    },
  ).start();
  // a:foo, a:bar, b:foo
  const asked = ['YTpmb28=', 'YTpiYXI=', 'Yjpmb28='].map((text) =>
    lab.get('/', [['Authorization', `Basic ${text}`]]).slice(0, 3),
  );
  expect(asked).toEqual(['200', '401', '200']);
});
