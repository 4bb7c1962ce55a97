// Where the project is, and the small things every script here needs. Node's own modules only:
// these scripts run before anything is installed.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A path inside the project. */
export const at = (...parts) => path.join(root, ...parts);

/** Prints why the script cannot go on, and ends it. */
export function fail(message) {
  console.error(`\n${message}`);
  process.exit(1);
}

/** Runs a program with the terminal as its own; resolves to its exit code. */
export function run(command, args, { env = {}, stdio = 'inherit', timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio,
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    });
    child.on('error', () => resolve(127));
    child.on('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}

/** Runs the JavaScript entry of an installed package, without going through npx. */
export function runTool(entry, args, options) {
  return run(process.execPath, [at('node_modules', entry), ...args], options);
}

/** Every file under `folder`, in a fixed order; `keep` decides by the path inside the project. */
export function filesUnder(folder, keep = () => true) {
  const found = [];
  const walk = (inside) => {
    let entries;
    try {
      entries = readdirSync(at(inside), { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inner = path.posix.join(inside, entry.name);
      if (entry.isDirectory()) walk(inner);
      else if (keep(inner)) found.push(inner);
    }
  };
  walk(folder);
  return found;
}

/** One hash over the names and contents of `files`. */
export function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(at(file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** True when something already listens on `port`. */
export function portIsTaken(port, host) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(true) : reject(error)));
    probe.listen(port, host, () => probe.close(() => resolve(false)));
  });
}

/** A port that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
