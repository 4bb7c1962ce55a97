/**
 * The floors of docs/ARCHITECTURE.md as tables, and what breaks them. Imports go down: never up,
 * never sideways into another room of the same floor, never from one island to another.
 */

import path from 'node:path';
import { importsOf, isTestMaterial, type Source } from './source-tokens';

/** From the cellar to the roof. A room is a folder. */
export const FLOORS: readonly (readonly string[])[] = [
  ['lib/std'],
  ['lib/kernel', 'lib/text', 'lib/protocols'],
  ['lib/world'],
  ['lib/daemons', 'lib/faults', 'lib/objectives', 'lib/shell'],
  ['lib/scenario'],
  ['lib/session'],
  ['lib/client', 'lib/views', 'lib/cli'],
  ['components'],
  ['app'],
];

/** The rooms that must run in the worker, in Node and in tests alike. */
export const CORE_ROOMS = FLOORS.slice(0, 6).flat();

/** In these rooms each folder is an island: files beside the folders belong to the room itself. */
const ISLANDS = ['lib/daemons', 'lib/protocols', 'components/panels'];

/** Of what lies behind the worker's boundary, the browser's side sees plain data only. */
const PLAIN_DATA = [
  'lib/session/messages',
  'lib/session/catalog',
  'lib/session/run-file',
  'lib/session/sandbox/(door|document|intents|links|palette|view|starters)',
];

type Sight = {
  readonly who: RegExp;
  readonly sees: RegExp;
  readonly told: string;
};

/** Rooms that see less than all that lies below them. `sees` is matched against a path without ending. */
const SIGHTS: readonly Sight[] = [
  {
    who: /^components\/editor\//,
    sees: /^(components|lib\/client|lib\/views)\/|^lib\/session\/(messages|run-file)$|^lib\/daemons\/[^/]+\/grammar$/,
    told: 'the editor sees lib/client, lib/views, the plain data of lib/session and lib/daemons/*/grammar',
  },
  {
    who: /^components\/(?!editor\/)/,
    sees: /^(components|lib\/client|lib\/views)\/|^lib\/session\/(messages|run-file|sandbox\/(door|document|intents|links|palette|view|starters))$/,
    told: 'components see lib/client, lib/views and the plain data of lib/session',
  },
  {
    who: /^lib\/(client|views)\//,
    sees: new RegExp(`^lib/(client|views|std|text)/|^(${PLAIN_DATA.join('|')})$|^lib/session/worker$`),
    told: `lib/client and lib/views see lib/std, lib/text, ${PLAIN_DATA.join(', ')}`,
  },
  {
    who: /^lib\/daemons\/[^/]+\/(grammar|directives|directives\/[^/]+)\.ts$/,
    sees: /^lib\/(text|std)\/|^lib\/daemons\/[^/]+\/(grammar|directives|directives\/[^/]+)$/,
    told: 'a grammar and its directives see lib/text and lib/std',
  },
];

type PackageRule = { readonly name: RegExp; readonly in: RegExp; readonly told: string };

/** Packages that stand in few places, in the whole house. */
const KEPT_PACKAGES: readonly PackageRule[] = [
  {
    name: /^zod$/,
    in: /^lib\/scenario\/schema(\/|[\w-]*\.ts$)|^lib\/session\/(messages|run-file|sandbox\/door)\.ts$|^app\/.*route\.ts$/,
    told: 'zod stands at the doors: the scenario schema, messages, saved runs, server requests',
  },
  {
    name: /^xstate$/,
    in: /^lib\/protocols\/([^/]+\/machine|adapter)\.ts$|^components\/studio\//,
    told: 'xstate stands in lib/protocols/*/machine.ts, its adapter and the studio’s wizards',
  },
];

/** All that floors B to 4 import from outside; another package needs a line here, and a reason. */
const CORE_PACKAGES: readonly PackageRule[] = [
  { name: /^(zod|xstate)$/, in: /./, told: '' },
  { name: /^yaml$/, in: /^lib\/scenario\//, told: 'scenario files are YAML' },
  { name: /^@noble\//, in: /^lib\/protocols\/x509\//, told: 'certificates are real ones' },
];

/** Every breach as `file:line: what is wrong`. */
export function breaches(sources: readonly Source[]): string[] {
  return sources
    .filter((source) => !isTestMaterial(source.path))
    .flatMap((source) =>
      importsOf(source.text).flatMap(({ specifier, line }) => {
        const target = resolve(source.path, specifier);
        const wrong =
          target === undefined
            ? wrongPackage(source.path, packageOf(specifier))
            : wrongFile(source.path, target);
        return wrong === undefined ? [] : [`${source.path}:${line}: "${specifier}": ${wrong}`];
      }),
    );
}

/** The room that a file stands in. */
export function roomOf(file: string): string | undefined {
  return FLOORS.flat().find((room) => file.startsWith(`${room}/`));
}

function wrongFile(from: string, to: string): string | undefined {
  const here = roomOf(from);
  const there = roomOf(to);
  if (here === undefined) return `${from} stands on no floor`;
  if (to.endsWith('.css')) return undefined;
  if (there === undefined) return 'it stands outside the house';
  const [floorHere, floorThere] = [floorOf(here), floorOf(there)];
  if (floorThere > floorHere) return `up, from ${here} to ${there}`;
  if (floorThere === floorHere && here !== there) return `sideways, from ${here} to ${there}`;
  const [islandHere, islandThere] = [islandOf(from), islandOf(to)];
  if (here === there && islandHere !== undefined && islandThere !== undefined && islandHere !== islandThere) {
    return `sideways, from the island ${islandHere} to ${islandThere}`;
  }
  const sight = SIGHTS.find(({ who }) => who.test(from));
  return sight === undefined || sight.sees.test(withoutEnding(to)) ? undefined : sight.told;
}

function wrongPackage(from: string, name: string): string | undefined {
  const kept = KEPT_PACKAGES.find((rule) => rule.name.test(name) && !rule.in.test(from));
  if (kept !== undefined) return kept.told;
  const here = roomOf(from);
  if (here === undefined || !CORE_ROOMS.includes(here)) return undefined;
  if (CORE_PACKAGES.some((rule) => rule.name.test(name) && rule.in.test(from))) return undefined;
  return 'floors B to 4 run in a worker, in Node and in tests alike; packages they may use are listed in tests/floors.ts';
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

function islandOf(file: string): string | undefined {
  const room = ISLANDS.find((candidate) => file.startsWith(`${candidate}/`));
  if (room === undefined) return undefined;
  const [folder, ...inside] = file.slice(room.length + 1).split('/');
  return inside.length === 0 ? undefined : `${room}/${folder}`;
}

/** The path inside the project, or undefined for a package. */
function resolve(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('@/')) return path.posix.normalize(specifier.slice(2));
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(from), specifier);
  return undefined;
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function withoutEnding(file: string): string {
  return file.replace(/\.tsx?$/, '');
}
