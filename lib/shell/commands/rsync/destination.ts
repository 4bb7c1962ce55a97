/** Where the files go: a directory that may have to be made, or one file. Source: `main.c` `get_local_name` of 3.2.7. */
import type { Errno } from '../../../world/files.contract';
import type { Step } from '../tool';
import { type FileList, fullName } from './file-list';
import type { RsyncSettings } from './options';
import type { Report } from './report';
import { Abandoned, makePath, type TransferSides } from './receiver';
import { type Identity, reasonOf, type Tree } from './tree';

interface Place {
  readonly settings: RsyncSettings;
  readonly tree: Tree;
  readonly identity: Identity;
  readonly report: Report;
}

/** @throws Abandoned */
export function* findDestination(
  place: Place,
  written: string,
  list: FileList,
): Step<TransferSides['destination']> {
  const { settings, tree, identity, report } = place;
  const path = written === '' ? '.' : written;
  const entries = list.parts.flatMap((part) => part.entries);
  const total = entries.length;
  const endsWithSlash = path.endsWith('/');
  const bare = path.replace(/(?<=.)\/+$/, '');
  let found = yield* tree.call({ do: 'stat', path, follow: true });
  if (settings.mkpath && found.info === undefined && (path.includes('/') || total > 1)) {
    const wanted = total > 1 || endsWithSlash ? bare : bare.slice(0, Math.max(0, bare.lastIndexOf('/')));
    yield* makeMissing(place, wanted);
    found = yield* tree.call({ do: 'stat', path, follow: true });
  }
  if (found.info?.kind === 'directory') return { path: bare, isFile: false, isMissing: false };
  if (found.info !== undefined) {
    if (total > 1)
      throw new Abandoned(
        'ERROR: destination must be a directory when copying more than 1 file\n',
        3,
        'main.c(769)',
        'Receiver',
      );
    if (entries[0]?.info.kind === 'directory')
      throw new Abandoned(
        'ERROR: cannot overwrite non-directory with a directory\n',
        3,
        'main.c(775)',
        'Receiver',
      );
  } else if (found.errno !== undefined && found.errno !== 'ENOENT')
    throw new Abandoned(
      `rsync: [Receiver] ERROR: cannot stat destination "${fullName(identity, path)}": ${reasonOf(found.errno)}\n`,
      3,
      'main.c(781)',
      'Receiver',
    );
  if (total > 1 || endsWithSlash) {
    if (found.info !== undefined)
      throw new Abandoned('ERROR: destination path is not a directory\n', 1, 'main.c(792)', 'Receiver');
    if (!settings.dryRun) yield* makeDirectory(place, bare);
    if (entries.some(({ name }) => name === '.')) report.made('.');
    if (tellsNames(settings)) report.message(`created directory ${bare}\n`);
    return { path: bare, isFile: false, isMissing: settings.dryRun };
  }
  const cut = path.lastIndexOf('/');
  if (cut > 0) {
    const above = path.slice(0, cut);
    const { errno } = yield* tree.call({ do: 'stat', path: above, follow: true });
    if (errno !== undefined)
      throw new Abandoned(
        `rsync: [Receiver] change_dir#3 "${fullName(identity, above)}" failed: ${reasonOf(errno)}\n`,
        3,
        'main.c(829)',
        'Receiver',
      );
  }
  return { path, isFile: true, isMissing: false };
}

function* makeDirectory(place: Place, path: string): Step {
  const { errno } = yield* place.tree.call({ do: 'mkdir', path, mode: 0o777 });
  if (errno !== undefined) throw cannotMake(place, path, errno);
}
function cannotMake({ identity }: Place, path: string, errno: Errno): Abandoned {
  return new Abandoned(
    `rsync: [Receiver] mkdir "${fullName(identity, path)}" failed: ${reasonOf(errno)}\n`,
    11,
    'main.c(800)',
    'Receiver',
  );
}

/** `--mkpath` */
function* makeMissing(place: Place, path: string): Step {
  const { settings, tree, report } = place;
  if (settings.dryRun) return;
  const made = yield* makePath(tree, path);
  if (typeof made !== 'number') throw cannotMake(place, path, made);
  if (made > 0 && tellsNames(settings))
    report.message(`created ${made} director${made === 1 ? 'y' : 'ies'} for ${path}\n`);
}

function tellsNames({ verbose, itemize, progress, outFormat }: RsyncSettings): boolean {
  return verbose > 0 || itemize > 0 || progress === 'files' || outFormat?.includes('%i') === true;
}
