/** The lines of track_interface, track_script, track_file and track_process (vrrp_track.c, track_file.c). */

import type { Tracked } from '../config';
import type { Words } from './reader';
import { complain, findInterface, type Scope } from './scope';

/** Something that can be tracked, with its own default weight. */
interface Known {
  readonly name: string;
  readonly weight: number;
  readonly isReversed: boolean;
}

/** What the kinds say differently. */
interface Phrases {
  readonly noun: string;
  readonly keyword: string;
  readonly badWeight: (owner: string, words: Words) => string;
  /** ±254 is brought to ±253 */
  readonly clamps: boolean;
  readonly unknownWeightOption: (owner: string, tracked: string, option: string) => string;
  /** an unknown option of the weight drops the line */
  readonly isStrict: boolean;
}

const SCRIPT: Phrases = {
  noun: 'track script',
  keyword: 'track_script',
  badWeight: (owner, [tracked]) =>
    `(${owner}) track script ${tracked}: weight must be between [-253..253] inclusive, ignoring...`,
  clamps: true,
  unknownWeightOption: (owner, tracked, option) =>
    `(${owner}) unknown track_script ${tracked} weight option ${option} - ignoring`,
  isStrict: false,
};
const FILE: Phrases = {
  noun: 'track file',
  keyword: 'track_file',
  badWeight: (owner, [tracked]) =>
    `(${owner}) weight for track file ${tracked} must be in [-254..254] inclusive. Ignoring...`,
  clamps: false,
  unknownWeightOption: (owner, tracked, option) =>
    `(${owner}) unknown track file ${tracked} weight option ${option} - ignoring`,
  isStrict: true,
};
const PROCESS: Phrases = {
  noun: 'track process',
  keyword: 'track_process',
  badWeight: (owner, [tracked]) =>
    `(${owner}) weight for track process ${tracked} must be in [-254..254] inclusive. Ignoring...`,
  clamps: false,
  unknownWeightOption: (owner, tracked, option) =>
    `(${owner}) unknown track_process ${tracked} weight option ${option} - ignoring`,
  isStrict: false,
};

/** Reads one line into the list; what is refused is left out, with keepalived's message. */
export type LineReader = (scope: Scope, owner: string, list: Tracked[], words: Words) => void;

function trackedLine(phrases: Phrases, known: (scope: Scope) => readonly Known[]): LineReader {
  return (scope, owner, list, words) => {
    const tracked = words[0] ?? '';
    const found = known(scope).find(({ name }) => name === tracked);
    if (found === undefined) {
      complain(scope, `(${owner}) ${phrases.noun} ${tracked} not found, ignoring...`);
      return;
    }
    if (list.some(({ name }) => name === tracked)) {
      complain(scope, `(${owner}) duplicate ${phrases.keyword} ${tracked} - ignoring`);
      return;
    }
    let { weight, isReversed } = found;
    if (words[1] !== undefined && words[1] !== 'weight') {
      complain(scope, `(${owner}) unknown ${phrases.noun} option ${words[1]} - ignoring`);
      return;
    }
    if (words.length === 2) {
      complain(scope, `(${owner}) weight without value specified for ${phrases.noun} ${tracked} - ignoring`);
      return;
    }
    if (words[2] !== undefined) {
      const read = scope.reader.integer(words[2], { lowest: -254, highest: 254, tolerant: true });
      if (read === undefined) complain(scope, phrases.badWeight(owner, words));
      else weight = phrases.clamps ? clamped(scope, owner, tracked, read) : read;
    }
    if (words[3] === 'reverse') isReversed = true;
    else if (words[3] === 'noreverse') isReversed = false;
    else if (words[3] !== undefined) {
      complain(scope, phrases.unknownWeightOption(owner, tracked, words[3]));
      if (phrases.isStrict) return;
    }
    list.push({ name: tracked, weight, isReversed });
  };
}

function clamped(scope: Scope, owner: string, tracked: string, weight: number): number {
  if (Math.abs(weight) !== 254) return weight;
  complain(scope, `(${owner}) weight for ${tracked} cannot be +/-254. Setting to +/-253`);
  return Math.sign(weight) * 253;
}

export const scriptLine = trackedLine(SCRIPT, (scope) => scope.vrrp.scripts);
export const fileLine = trackedLine(FILE, (scope) => scope.vrrp.files);
export const processLine = trackedLine(PROCESS, (scope) => scope.vrrp.processes);

export const interfaceLine: LineReader = (scope, owner, list, words) => {
  const tracked = words[0] ?? '';
  if (findInterface(scope, tracked) === undefined) {
    complain(scope, `(${owner}) tracked interface ${tracked} doesn't exist`);
    return;
  }
  if (list.some(({ name }) => name === tracked)) {
    complain(scope, `(${owner}) duplicate track_interface ${tracked} - ignoring`);
    return;
  }
  if (words[1] !== undefined && words[1] !== 'weight') {
    complain(scope, `(${owner}) unknown track_interface ${tracked} option ${words[1]} - ignoring`);
    return;
  }
  if (words.length === 2) {
    complain(scope, `(${owner}) weight without value specified for track_interface ${tracked} - ignoring`);
    return;
  }
  let weight = 0;
  if (words[2] !== undefined) {
    const read = scope.reader.integer(words[2], { lowest: -254, highest: 254, tolerant: true });
    if (read === undefined)
      complain(
        scope,
        `(${owner}) weight ${words[2]} for ${tracked} must be between [-253..253] inclusive. Ignoring...`,
      );
    else weight = clamped(scope, owner, tracked, read);
  }
  const isReversed = words[3] === 'reverse';
  if (words[3] !== undefined && !isReversed) {
    complain(scope, `(${owner}) unknown track_interace ${tracked} weight option ${words[3]} - ignoring`);
  }
  list.push({ name: tracked, weight, isReversed });
};

/** BFD is not modelled: without a `bfd_instance` in the file no name can be found. */
export function bfdLines(scope: Scope, owner: string, words: Words): void {
  scope.reader.valueBlock(words, ([name = '']) => {
    if (!scope.notModelled.has('bfd_instance'))
      complain(scope, `(${owner}) track bfd ${name} not found, ignoring...`);
  });
}
