// `npm start`: installs and builds what is missing, then serves. Node's own modules only.

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBuilt, SERVER } from './build.mjs';
import { at, fail, portIsTaken } from './project.mjs';

const port = Number(process.env.PORT || 3000);
const host = process.env.HOST || '0.0.0.0';

if (!Number.isInteger(port) || port < 1 || port > 65535) {
  fail(`PORT is "${process.env.PORT}": a number between 1 and 65535 is needed.`);
}
await refuseTakenPort();
await ensureBuilt();
await refuseTakenPort();
await serve();

async function refuseTakenPort() {
  let taken;
  try {
    taken = await portIsTaken(port, host);
  } catch (error) {
    fail(`Cannot listen on port ${port} (${error.code}). Choose another one:  PORT=3001 npm start`);
  }
  if (taken) {
    fail(`Port ${port} is taken by another program. Choose another one:  PORT=${port + 1} npm start`);
  }
}

async function serve() {
  const server = spawn(process.execPath, [SERVER], {
    cwd: at('.next', 'standalone'),
    stdio: ['ignore', 'ignore', 'inherit'],
    // HOSTNAME is the machine's name in many shells; Next would listen on that address alone.
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), HOSTNAME: host },
  });
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      stopping = true;
      server.kill(signal);
    });
  }
  stopWithNpm(() => {
    stopping = true;
    server.kill('SIGTERM');
  });
  server.on('close', (code) => process.exit(stopping ? 0 : (code ?? 1)));

  const address = `http://localhost:${port}`;
  if (await answers(address)) {
    console.log(`\nFaultline is ready: open  ${address}\nCtrl-C stops it.`);
  }
}

/** A signal to npm ends npm and the shell between, not what they started: the port would stay taken. */
function stopWithNpm(stop) {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 500).unref();
}

async function answers(address) {
  for (let tries = 0; tries < 300; tries++) {
    try {
      await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(10_000) });
      return true;
    } catch {
      await sleep(100);
    }
  }
  console.error(`The server was started, but ${address} does not answer.`);
  return false;
}
