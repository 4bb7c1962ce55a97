/**
 * update-ca-certificates(8) of Debian's ca-certificates 20230311: a link for each certificate, the bundle of all, and
 * the hash links. Not modelled: hooks in /etc/ca-certificates/update.d (named when there are any).
 */
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun } from '../../world/process.contract';
import { rehashDirectory } from './rehash';
import { Quit, Session, type Step } from './session';

interface Places {
  readonly list: string;
  readonly packaged: string;
  readonly local: string;
  readonly certificates: string;
  readonly hooks: string;
  readonly bundle: string;
}
const PLACES: Readonly<Record<string, keyof Places>> = {
  '--certsconf': 'list',
  '--certsdir': 'packaged',
  '--localcertsdir': 'local',
  '--certbundle': 'bundle',
  '--etccertsdir': 'certificates',
  '--hooksdir': 'hooks',
};
const DEFAULTS: Places = {
  list: '/etc/ca-certificates.conf',
  packaged: '/usr/share/ca-certificates',
  local: '/usr/local/share/ca-certificates',
  certificates: '/etc/ssl/certs',
  hooks: '/etc/ca-certificates/update.d',
  bundle: 'ca-certificates.crt',
};

export function* updateCaCertificates(context: ProgramContext): ProgramRun {
  const session = new Session(context, 'rehash', []);
  try {
    const code = yield* update(session);
    yield* session.flush();
    return code;
  } catch (problem) {
    if (!(problem instanceof Quit)) throw problem;
    yield* session.flush();
    return problem.code;
  }
}

interface Call {
  readonly places: Places;
  readonly verbose: boolean;
  readonly fresh: boolean;
  /** All that packages bring, whatever the list says. */
  readonly all: boolean;
}
/** undefined: only help is wanted. */
function callOf(args: readonly string[]): Call | undefined {
  let places = DEFAULTS;
  const flags = new Set<string>();
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    const place = PLACES[word];
    if (place !== undefined) places = { ...places, [place]: args[++i] ?? '' };
    else if (/^(--verbose|-v|--fresh|-f|--default|-d)$/.test(word))
      flags.add(word.replace(/^-+/, '')[0] ?? '');
    else return undefined;
  }
  return { places, verbose: flags.has('v'), fresh: flags.has('f') || flags.has('d'), all: flags.has('d') };
}

function* update(session: Session): Step<number> {
  const call = callOf(session.context.argv.slice(1));
  if (call === undefined) {
    yield* session.print(`${session.context.argv[0] ?? ''}: [--verbose] [--fresh]\n`);
    return 0;
  }
  const { places } = call;
  const list = session.readFile(places.list);
  const lines = typeof list === 'string' ? list.split('\n').filter((line) => line !== '') : [];
  if (call.fresh || lines.length === 0) yield* clear(session, places);
  yield* session.print(`Updating certificates in ${places.certificates}...\n`);
  const wanted = yield* wantedFiles(session, call, lines);
  const added = yield* linkAll(session, places, wanted);
  const removed = lines
    .filter((line) => line.startsWith('!'))
    .filter((line) => unlink(session, places, line.slice(1)));
  if (added + removed.length > 0) {
    removeOrphans(session, places);
    yield* rehashDirectory(session, places.certificates, call.verbose);
  }
  yield* writeBundle(session, places, wanted);
  yield* session.print(`${added} added, ${removed.length} removed; done.\n`);
  yield* hooks(session, places.hooks);
  return 0;
}

/** Links into the places of certificates go, and those to nowhere. */
function* clear(session: Session, places: Places): Step {
  const { fs, who } = session.context;
  yield* session.print(`Clearing symlinks in ${places.certificates}...\n`);
  for (const path of pathsIn(session, places.certificates)) {
    const target = fs.readlink(path, who);
    const isOurs =
      typeof target === 'string' && (target.startsWith(places.packaged) || target.startsWith(places.local));
    if (isOurs) fs.unlink(path, who);
  }
  removeOrphans(session, places);
  yield* session.print('done.\n');
}
function removeOrphans(session: Session, places: Places): void {
  const { fs, who } = session.context;
  for (const path of pathsIn(session, places.certificates))
    if (typeof fs.readlink(path, who) === 'string' && fs.stat(path, who) instanceof FileError)
      fs.unlink(path, who);
}
function pathsIn(session: Session, directory: string): string[] {
  const names = session.context.fs.readdir(directory, session.context.who);
  return names instanceof FileError ? [] : names.map((name) => `${directory}/${name}`);
}

/** Those of the list, then those of the local administrator. */
function* wantedFiles(session: Session, call: Call, lines: readonly string[]): Step<readonly string[]> {
  const { places } = call;
  const wanted = call.all ? filesBelow(session, places.packaged) : [];
  for (const line of lines.filter((one) => !/^[#!]/.test(one))) {
    const path = `${places.packaged}/${line}`;
    if (session.readFile(path) instanceof FileError)
      yield* session.say(`W: ${path} not found, but listed in ${places.list}.\n`);
    else if (!wanted.includes(path)) wanted.push(path);
  }
  return [...wanted, ...filesBelow(session, places.local)];
}
/** `*.crt` below a directory, sorted. */
function filesBelow(session: Session, directory: string): string[] {
  const { fs, who } = session.context;
  return pathsIn(session, directory)
    .flatMap((path) => {
      const found = fs.stat(path, who);
      if (found instanceof FileError) return [];
      if (found.kind === 'directory') return filesBelow(session, path);
      return found.kind === 'file' && path.endsWith('.crt') ? [path] : [];
    })
    .toSorted();
}

function linkOf(places: Places, path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.crt$/, '');
  return `${places.certificates}/${name.replace(/[ ,]/g, '_').replace(/[()]/g, '=')}.pem`;
}
function* linkAll(session: Session, places: Places, wanted: readonly string[]): Step<number> {
  const { fs, who } = session.context;
  let added = 0;
  for (const path of wanted) {
    const link = linkOf(places, path);
    if (fs.readlink(link, who) === path) continue;
    fs.unlink(link, who);
    if (fs.symlink(path, link, who) !== undefined)
      return yield* session.fail(`ln: failed to create symbolic link '${link}': Permission denied\n`);
    added += 1;
  }
  return added;
}
function unlink(session: Session, places: Places, name: string): boolean {
  const { fs, who } = session.context;
  const link = linkOf(places, name);
  return typeof fs.readlink(link, who) === 'string' && fs.unlink(link, who) === undefined;
}

/** Departs: written even when there is none, as Mozilla's hundred and forty would make sure of. */
function* writeBundle(session: Session, places: Places, wanted: readonly string[]): Step {
  const { fs, who } = session.context;
  const path = `${places.certificates}/${places.bundle}`;
  const text = wanted
    .map((file) => session.readFile(file))
    .map((part) => (typeof part !== 'string' || part.endsWith('\n') ? part : `${part}\n`))
    .join('');
  const problem = fs.writeFile(`${path}.new`, text, who, { mode: 0o644 });
  if (problem === undefined) {
    fs.rename(`${path}.new`, path, who);
    return;
  }
  yield* session.say(`/usr/sbin/update-ca-certificates: 101: cannot create ${path}.new: Permission denied\n`);
  throw new Quit(2);
}

function* hooks(session: Session, directory: string): Step {
  const found = session.context.fs.stat(directory, session.context.who);
  if (found instanceof FileError) return;
  yield* session.print(`Running hooks in ${directory}...\n`);
  for (const hook of pathsIn(session, directory)) yield* session.say(`not modelled: ${hook}\n`);
  yield* session.print('done.\n');
}
