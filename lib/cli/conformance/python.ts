/**
 * Stands in for /usr/bin/python3 on the recorded hosts, which run one small
 * HTTP server with it. It knows that server and `-m http.server`, no Python.
 */
import { useMemory } from '../../world/memory';
import type { DaemonDefinition, Program, ProgramContext, Wait, Wake } from '../../world/process.contract';
import type { FileSpec } from '../../world/files.contract';
import type { PluginRegistry } from '../../world/registry';
import type { SocketEvent } from '../../world/network.contract';

const APP = `#!/usr/bin/env python3
import http.server, os, socket, sys
PORT = int(os.environ.get("PORT", "8080"))
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            body = b"ok\\n"
        else:
            body = ("hello from %s\\n" % socket.gethostname()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_HEAD = do_GET
srv = http.server.ThreadingHTTPServer(("0.0.0.0", PORT), H)
print("listening on %d" % PORT, flush=True)
srv.serve_forever()
`;
const UNIT = `[Unit]
Description=Demo application
After=network.target

[Service]
Type=simple
User=www-data
Environment=PORT=8080
ExecStart=/usr/bin/python3 /opt/app/app.py
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;
const KIND = 'conformance/python';
const START_MICROS = 90_000;

export function labFiles(): Record<string, FileSpec> {
  return {
    '/usr/bin/python3': { program: KIND },
    '/opt/app/app.py': { text: APP, mode: 0o755 },
    '/etc/systemd/system/app.service': { text: UNIT },
  };
}
const python: Program = function* (context) {
  const [first = '', second = '', third = '8000'] = context.argv.slice(1);
  yield* context.sleep(START_MICROS);
  if (first === '-m' && second === 'http.server') return yield* serve(context, Number(third), false);
  if (first === '-c') return yield* statement(context, second);
  if (/^(-V|--version)$/.test(first)) {
    yield* context.out('Python 3.11.2\n');
    return 0;
  }
  const path = context.resolve(first);
  const text = context.fs.readFile(path, context.who);
  if (typeof text !== 'string') {
    yield* context.err(`python3: can't open file '${path}': [Errno 2] No such file or directory\n`);
    return 2;
  }
  const port = context.env.get('PORT') ?? '8080';
  if (/^\d+$/.test(port)) return yield* serve(context, Number(port), true);
  yield* context.err(
    `Traceback (most recent call last):\n  File "${first}", line 3, in <module>\n    PORT = int(os.environ.get("PORT", "8080"))\n           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\nValueError: invalid literal for int() with base 10: '${port}'\n`,
  );
  return 1;
};
/** The few statements that are tried: to take memory, to write a file, to wait, to print. */
function* statement(context: ProgramContext, source: string): ReturnType<Program> {
  for (const part of source.split(';').map((one) => one.trim())) {
    const taken = /^\w+\s*=\s*(?:bytearray\(([\d\s*]+)\)|b?["'].["']\s*\*\s*\(?([\d\s*]+)\)?)$/.exec(part);
    const written = /^open\(['"]([^'"]+)['"],\s*['"]w['"]\)\.write\(['"]([^'"]*)['"](?:\*(\d+))?\)$/.exec(
      part,
    );
    const slept = /^time\.sleep\(([\d.]+)\)$/.exec(part);
    const printed = /^print\((?:['"]([^'"]*)['"]|(\d+))?\)$/.exec(part);
    if (taken !== null) yield* takeMemory(context, product(taken[1] ?? taken[2] ?? '0'));
    else if (written !== null) {
      const [, name = '', text = '', times = '1'] = written;
      // The write happens when the file is closed; nobody hears that it failed.
      context.fs.writeFile(context.resolve(name), text.repeat(Number(times)), context.who);
    } else if (slept !== null) yield* context.sleep(Math.round(Number(slept[1]) * 1_000_000));
    else if (printed !== null) yield* context.out(`${printed[1] ?? printed[2] ?? ''}\n`);
    else if (!/^(import [\w, ]+|pass)?$/.test(part)) {
      yield* context.err(`python3: not modelled: ${part}\n`);
      return 1;
    }
  }
  return 0;
}
function product(text: string): number {
  return text.split('*').reduce((sum, factor) => sum * Number(factor.trim()), 1);
}
function* takeMemory(context: ProgramContext, bytes: number): Generator<Wait, void, Wake> {
  const step = 4_096;
  for (let kib = Math.ceil(bytes / 1024); kib > 0; kib -= step) {
    useMemory(context.host, context.pid, Math.min(step, kib));
    yield* context.sleep(context.host.compute(context.pid, 2_000) - context.kernel.now);
  }
}
/** What stands above a server that was started by its module. */
const MODULE = `  File "<frozen runpy>", line 198, in _run_module_as_main
  File "<frozen runpy>", line 88, in _run_code
  File "/usr/lib/python3.11/http/server.py", line 1309, in <module>
    test(
  File "/usr/lib/python3.11/http/server.py", line 1256, in test
    with ServerClass(addr, HandlerClass) as httpd:
         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
`;
function* serve(context: ProgramContext, port: number, isApp: boolean): ReturnType<Program> {
  const listening = context.world.network.listen(context.host, {
    pid: context.pid,
    ip: 0,
    port,
    backlog: 5,
    on: { name: `${KIND}.socket`, pid: context.pid, data: undefined },
  });
  if (typeof listening === 'string') {
    const reason =
      listening === 'EACCES'
        ? 'PermissionError: [Errno 13] Permission denied'
        : 'OSError: [Errno 98] Address already in use';
    const start = isApp
      ? '  File "/opt/app/app.py", line 16, in <module>\n    srv = http.server.ThreadingHTTPServer(("0.0.0.0", PORT), H)\n          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n'
      : MODULE;
    const bind = isApp
      ? ''
      : '  File "/usr/lib/python3.11/http/server.py", line 1303, in server_bind\n    return super().server_bind()\n           ^^^^^^^^^^^^^^^^^^^^^\n';
    yield* context.err(
      `Traceback (most recent call last):\n${start}  File "/usr/lib/python3.11/socketserver.py", line 456, in __init__\n    self.server_bind()\n${bind}  File "/usr/lib/python3.11/http/server.py", line 136, in server_bind\n    socketserver.TCPServer.server_bind(self)\n  File "/usr/lib/python3.11/socketserver.py", line 472, in server_bind\n    self.socket.bind(self.server_address)\n${reason}\n`,
    );
    return 1;
  }
  context.process.rssKiB = 9_100;
  if (isApp) yield* context.out(`listening on ${port}\n`);
  context.become(KIND, {});
  return yield* context.serve();
}
const daemon: DaemonDefinition<object> = {
  kind: KIND,
  register(world) {
    world.callback<undefined, SocketEvent>(`${KIND}.socket`, ({ host }, event) => {
      if (event.type === 'closed') world.network.close(event.connection, 'server');
      if (event.type !== 'message' || event.message.kind !== 'request') return;
      const { message, connection } = event;
      const body = message.target === '/health' ? 'ok\n' : `hello from ${host.state.hostname}\n`;
      world.network.send(connection, 'server', {
        kind: 'response',
        trace: message.trace,
        status: 200,
        reason: 'OK',
        version: '1.0',
        headers: [
          ['Server', 'BaseHTTP/0.6 Python/3.11.2'],
          ['Content-Type', 'text/plain'],
          ['Content-Length', String(body.length)],
        ],
        body: message.method === 'HEAD' ? '' : body,
        bytes: 150 + body.length,
      });
      world.network.close(connection, 'server');
    });
  },
};
export function registerPython(registry: PluginRegistry): void {
  registry.program(KIND, python);
  registry.daemon(daemon);
}
