/** ssh-keygen(1): making keys, fingerprints, known_hosts. Texts recorded in truth/host/b09. */
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { parseOptions } from '../command-options';
import { homeOf } from './client-options';
import {
  bitsOf,
  fingerprint,
  hostKeyFiles,
  type KeyType,
  makeKeyPair,
  parsePrivate,
  parsePublicLine,
  publicLine,
  shortType,
} from './keys';

export function* sshKeygen(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), { short: 'AceF:f:HilN:C:t:b:qyR:vP:pE:a:' });
  if (parsed.problem !== undefined) {
    yield* context.err(
      `ssh-keygen: ${parsed.problem.kind === 'missing' ? 'option requires an argument' : 'unknown option'} -- ${parsed.problem.option}\nusage: ssh-keygen [-q] [-a rounds] [-b bits] [-C comment] [-f output_keyfile]\n                  [-m format] [-N new_passphrase] [-O option]\n                  [-t dsa | ecdsa | ecdsa-sk | ed25519 | ed25519-sk | rsa]\n                  [-w provider] [-Z cipher]\n`,
    );
    return 1;
  }
  const given = new Map(parsed.options.map((option) => [option.name, option.value]));
  if (given.has('A')) return yield* allHostKeys(context);
  if (given.has('R')) return yield* remove(context, given.get('R') ?? '', given.get('f'));
  if (given.has('F')) return yield* find(context, given.get('F') ?? '', given.get('f'));
  if (given.has('l')) return yield* show(context, given.get('f') ?? `${homeOf(context)}/.ssh/id_ed25519.pub`);
  if (given.has('y'))
    return yield* publicHalf(context, given.get('f') ?? `${homeOf(context)}/.ssh/id_ed25519`);
  if (given.has('H')) {
    yield* context.err('ssh-keygen: not modelled: hashed names\n');
    return 1;
  }
  if (given.has('p')) {
    yield* context.err('not modelled: passphrases\n');
    return 1;
  }
  return yield* generate(context, given);
}

/** Missing host keys of /etc/ssh. */
function* allHostKeys(context: ProgramContext): Generator<Wait, number, Wake> {
  const seed = `${context.host.name}:${context.kernel.random(`ssh-keygen:${context.host.name}`).nextUint32()}`;
  const made: string[] = [];
  for (const [path, spec] of Object.entries(hostKeyFiles(context.host.state.hostname, seed))) {
    const key = path.replace(/\.pub$/, '');
    if (path === key && !context.fs.exists(path)) made.push(path);
    if (!made.includes(key)) continue;
    const failed = context.fs.writeFile(path, spec.text ?? '', context.who, { mode: spec.mode ?? 0o644 });
    if (failed !== undefined) {
      yield* context.err(`Could not create ${path}: Permission denied\n`);
      return 1;
    }
  }
  if (made.length > 0) {
    const names = made.map((path) => (/host_(.+)_key/.exec(path)?.[1] ?? '').toUpperCase());
    yield* context.out(`ssh-keygen: generating new host keys: ${names.join(' ')} \n`);
  }
  return 0;
}

function* generate(
  context: ProgramContext,
  given: ReadonlyMap<string, string>,
): Generator<Wait, number, Wake> {
  const type = (given.get('t') ?? 'rsa').toLowerCase();
  if (type !== 'rsa' && type !== 'ed25519' && type !== 'ecdsa') {
    yield* context.err(`unknown key type ${type}\n`);
    return 255;
  }
  const bits = given.get('b');
  if (type === 'rsa' && bits !== undefined && (Number(bits) < 1024 || Number(bits) > 16_384)) {
    yield* context.err(
      Number(bits) < 1024
        ? 'Invalid RSA key length: minimum is 1024 bits\n'
        : 'Invalid RSA key length: maximum is 16384 bits\n',
    );
    return 255;
  }
  const quiet = given.has('q');
  if (!quiet) yield* context.out(`Generating public/private ${type} key pair.\n`);
  const usual = `${homeOf(context)}/.ssh/id_${type}`;
  const path =
    given.get('f') ?? ((yield* ask(context, `Enter file in which to save the key (${usual}): `)) || usual);
  const full = context.resolve(path);
  if (context.fs.exists(full)) {
    yield* context.out(`${path} already exists.\n`);
    const answer = yield* ask(context, 'Overwrite (y/n)? ');
    if (!/^y/i.test(answer)) return 1;
  }
  if (given.get('N') === undefined) {
    yield* ask(context, 'Enter passphrase (empty for no passphrase): ');
    yield* ask(context, 'Enter same passphrase again: ');
  } else if (given.get('N') !== '') {
    yield* context.err('not modelled: passphrases\n');
    return 1;
  }
  const user = context.host.user(context.who.uid)?.name ?? 'root';
  const seed = `${context.host.name}:${user}:${context.kernel.random(`ssh-keygen:${context.host.name}`).nextUint32()}`;
  const pair = makeKeyPair(
    seed,
    given.get('C') ?? `${user}@${context.host.state.hostname}`,
    type satisfies KeyType,
  );
  const directory = full.slice(0, full.lastIndexOf('/'));
  if (!context.fs.exists(directory)) {
    context.fs.mkdir(directory, 0o700, context.who);
    if (!quiet) yield* context.out(`Created directory '${directory}'.\n`);
  }
  const failed =
    context.fs.writeFile(full, pair.privateText, context.who, { mode: 0o600 }) ??
    context.fs.writeFile(`${full}.pub`, publicLine(pair), context.who, { mode: 0o644 });
  if (failed !== undefined) {
    yield* context.err(
      `Saving key "${path}" failed: ${failed.errno === 'EACCES' ? 'Permission denied' : 'No such file or directory'}\n`,
    );
    return 1;
  }
  if (!quiet)
    yield* context.out(
      `Your identification has been saved in ${path}\nYour public key has been saved in ${path}.pub\nThe key fingerprint is:\n${fingerprint(pair)} ${pair.comment}\nThe key's randomart image is:\nnot modelled: randomart\n`,
    );
  return 0;
}
function* ask(context: ProgramContext, prompt: string): Generator<Wait, string, Wake> {
  yield* context.out(prompt);
  return (yield* context.readLine()).trim();
}

function* show(context: ProgramContext, path: string): Generator<Wait, number, Wake> {
  const text = context.fs.readFile(context.resolve(path), context.who);
  if (text instanceof FileError) {
    yield* context.err(
      `ssh-keygen: ${path}: ${text.errno === 'EACCES' ? 'Permission denied' : 'No such file or directory'}\n`,
    );
    return 255;
  }
  const single = parsePrivate(text);
  const keys = single === undefined ? text.split('\n').map(parsePublicLine) : [single];
  const found = keys.filter((key) => key !== undefined);
  if (found.length === 0) {
    yield* context.err(`${path} is not a public key file.\n`);
    return 255;
  }
  for (const key of found)
    yield* context.out(
      `${bitsOf(key.type)} ${fingerprint(key)} ${key.comment === '' ? 'no comment' : key.comment} (${shortType(key.type)})\n`,
    );
  return 0;
}
function* publicHalf(context: ProgramContext, path: string): Generator<Wait, number, Wake> {
  const text = context.fs.readFile(context.resolve(path), context.who);
  const key = text instanceof FileError ? undefined : parsePrivate(text);
  if (key === undefined) {
    yield* context.err(
      text instanceof FileError
        ? `${path}: No such file or directory\n`
        : `Load key "${path}": error in libcrypto\n`,
    );
    return 255;
  }
  yield* context.out(publicLine(key));
  return 0;
}
function* remove(
  context: ProgramContext,
  host: string,
  file: string | undefined,
): Generator<Wait, number, Wake> {
  const path = file ?? `${homeOf(context)}/.ssh/known_hosts`;
  const text = context.fs.readFile(context.resolve(path), context.who);
  if (text instanceof FileError) {
    yield* context.err(`Cannot stat ${path}: No such file or directory\n`);
    return 255;
  }
  const kept: string[] = [];
  let removed = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (!(line.split(/\s/)[0] ?? '').split(',').includes(host)) {
      kept.push(line);
      continue;
    }
    removed += 1;
    yield* context.out(`# Host ${host} found: line ${index + 1}\n`);
  }
  if (removed === 0) {
    yield* context.err(`Host ${host} not found in ${path}\n`);
    return 1;
  }
  context.fs.writeFile(context.resolve(`${path}.old`), text, context.who, { mode: 0o600 });
  context.fs.writeFile(context.resolve(path), kept.join('\n'), context.who);
  yield* context.out(`${path} updated.\nOriginal contents retained as ${path}.old\n`);
  return 0;
}
function* find(
  context: ProgramContext,
  host: string,
  file: string | undefined,
): Generator<Wait, number, Wake> {
  const path = file ?? `${homeOf(context)}/.ssh/known_hosts`;
  const text = context.fs.readFile(context.resolve(path), context.who);
  let found = 1;
  for (const [index, line] of (text instanceof FileError ? '' : text).split('\n').entries()) {
    if (!(line.split(/\s/)[0] ?? '').split(',').includes(host)) continue;
    found = 0;
    yield* context.out(`# Host ${host} found: line ${index + 1} \n${line}\n`);
  }
  return found;
}
