/**
 * What the real openssl printed is printed on a simulated host.
 * `FAULTLINE_RECORD=1 npx vitest run lib/daemons/openssl/recorded.test.ts` asks the installed openssl anew.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ToolLab } from '../tool-lab';
import { OPENSSL_PACKAGES, register } from './index';

interface RecordedStep {
  /** A command line: words, quoted with ' when they have spaces. */
  run: string;
  stdin?: string;
  /** New keys, numbers and dates are in it: they are set aside. */
  fresh?: boolean;
  out?: string;
  err?: string;
  exit?: number;
}
/** Commands in one folder, one after the other. */
interface RecordedCase {
  name: string;
  /** Beside the certificates of lib/protocols/x509/fixtures. */
  files?: Record<string, string>;
  steps: RecordedStep[];
}
interface Recording {
  /** Seconds since 1970. */
  at: number;
  cases: RecordedCase[];
}

const CERTIFICATES = path.join(import.meta.dirname, '../../protocols/x509/fixtures');
const FOLDER = '/work';

function filesOf(recorded: RecordedCase): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(CERTIFICATES))
    if (/\.(pem|key|csr)$/.test(name)) files[name] = readFileSync(path.join(CERTIFICATES, name), 'utf8');
  return { ...files, ...recorded.files };
}
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');

/** What may differ: the thread's number always; with `fresh`, all that is new each time. */
function settled(text: string, fresh: boolean | undefined): string {
  const threads = text.replace(/^[0-9A-F]{16}:error/gm, 'THREAD:error');
  if (fresh !== true) return threads;
  return threads
    .replace(/[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT/g, 'DATE')
    .replace(/\b\d{12}Z/g, 'DATE')
    .replace(/(-----BEGIN [^-]+-----\n)[\s\S]*?(-----END)/g, '$1…\n$2')
    .replace(/^[.+*]+$/gm, '…')
    .replace(/^ +([0-9a-f]{2}:)*[0-9a-f]{2}:?\n/gm, 'HEX\n')
    .replace(/^(HEX\n)+/gm, 'HEX\n')
    .replace(/([0-9A-F]{2}:){10,}[0-9A-F]{2}/g, 'HEX')
    .replace(/(serial=)[0-9A-F]{30,}/g, '$1HEX')
    .replace(/Modulus=[0-9A-F]+/g, 'Modulus=HEX');
}

/** Asks the real one. */
function record(recorded: RecordedCase): RecordedCase {
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-openssl-'));
  for (const [name, text] of Object.entries(filesOf(recorded))) writeFileSync(path.join(folder, name), text);
  const steps = recorded.steps.map((step) => {
    const [program = '', ...args] = wordsOf(step.run);
    const done = spawnSync(program, args, { cwd: folder, encoding: 'utf8', input: step.stdin ?? '' });
    return {
      run: step.run,
      ...(step.stdin === undefined ? {} : { stdin: step.stdin }),
      ...(step.fresh === undefined ? {} : { fresh: step.fresh }),
      out: settled(done.stdout, step.fresh),
      err: settled(done.stderr, step.fresh),
      exit: done.status ?? -1,
    };
  });
  rmSync(folder, { recursive: true });
  return { ...recorded, steps };
}

/** Plays the same commands on a simulated host whose clock stands where the recording's did. */
function play(recorded: RecordedCase, at: number): RecordedStep[] {
  const lab = new ToolLab([register], { epoch: at * 1_000_000 });
  const files = Object.fromEntries(
    Object.entries(filesOf(recorded)).map(([name, text]) => [`${FOLDER}/${name}`, { text }]),
  );
  lab
    .segment('lan', '10.0.1.0/24')
    .host('a', { eth0: 'lan 10.0.1.11/24' }, { packages: OPENSSL_PACKAGES, files });
  return recorded.steps.map((step) => {
    const words = wordsOf(step.run);
    const done =
      words[0] === 'cat'
        ? { stdout: lab.file('a', `${FOLDER}/${words[1] ?? ''}`) ?? '', stderr: '', exit: 0 }
        : lab.run('a', words, { cwd: FOLDER, stdin: step.stdin ?? '' });
    return {
      ...step,
      out: settled(done.stdout, step.fresh),
      err: settled(done.stderr, step.fresh),
      exit: done.exit ?? -1,
    };
  });
}

const FILE = path.join(import.meta.dirname, 'fixtures', 'recorded.json');
let recording = JSON.parse(readFileSync(FILE, 'utf8')) as Recording;
if (process.env['FAULTLINE_RECORD'] !== undefined) {
  recording = { at: Math.floor(Date.now() / 1000), cases: recording.cases.map(record) };
  writeFileSync(FILE, `${JSON.stringify(recording, undefined, 1)}\n`);
}

describe('openssl prints what the real one printed', () => {
  test.each(recording.cases.map((recorded) => [recorded.name, recorded] as const))('%s', (_, recorded) => {
    const played = play(recorded, recording.at);
    for (const [i, step] of recorded.steps.entries()) expect(played[i]).toEqual(step);
  });
});
