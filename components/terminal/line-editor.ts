/**
 * The line under the cursor, edited as readline does. Pure: a state and a key
 * give a state and what has to happen. It knows neither xterm nor the worker.
 */
import type { Key, KeyName } from './keys';

export interface LineState {
  text: string;
  cursor: number;
  history: readonly string[];
  /** Position in the history; its length stands for the new line. */
  entry: number;
  /** The new line, while the history is shown. */
  draft: string;
  killed: string;
  search: { query: string; entry: number; before: { text: string; cursor: number } } | undefined;
}

export type LineEffect =
  | { kind: 'submit'; text: string }
  | {
      kind: 'interrupt' | 'end-of-file' | 'suspend' | 'quit' | 'complete' | 'clear-screen' | 'bell' | 'leave';
    };

export interface LineStep {
  state: LineState;
  effect?: LineEffect;
}

export const EMPTY_LINE: LineState = {
  text: '',
  cursor: 0,
  history: [],
  entry: 0,
  draft: '',
  killed: '',
  search: undefined,
};

export function pressKey(state: LineState, key: Key): LineStep {
  if (state.search !== undefined) return searchKey(state, state.search, key);
  return key.kind === 'text' ? { state: insert(state, key.text) } : named(state, key.name);
}

export function insert(state: LineState, text: string): LineState {
  return edit(
    state,
    state.text.slice(0, state.cursor) + text + state.text.slice(state.cursor),
    state.cursor + text.length,
  );
}

/** A line that was given up or sent: the next starts empty, the history stays. */
export function nextLine(state: LineState, sent?: string): LineState {
  const history =
    sent === undefined || sent.trim() === '' || state.history.at(-1) === sent
      ? state.history
      : [...state.history, sent];
  return { ...EMPTY_LINE, history, entry: history.length, killed: state.killed };
}

export function withHistory(state: LineState, history: readonly string[]): LineState {
  return {
    ...state,
    history,
    entry: state.entry === state.history.length ? history.length : Math.min(state.entry, history.length),
  };
}

function edit(state: LineState, text: string, cursor: number): LineState {
  return { ...state, text, cursor };
}

function named(state: LineState, name: KeyName): LineStep {
  const { text, cursor } = state;
  switch (name) {
    case 'enter':
      return { state: nextLine(state, text), effect: { kind: 'submit', text } };
    case 'tab':
      return { state, effect: { kind: 'complete' } };
    case 'interrupt':
      return { state: nextLine(state), effect: { kind: 'interrupt' } };
    case 'end-of-file':
      return text === ''
        ? { state, effect: { kind: 'end-of-file' } }
        : cut(state, cursor, stepRight(text, cursor), { keep: false });
    case 'suspend':
    case 'quit':
    case 'clear-screen':
      return { state, effect: { kind: name } };
    case 'escape':
      return { state, effect: { kind: 'leave' } };
    case 'search':
      return {
        state: { ...state, search: { query: '', entry: state.history.length, before: { text, cursor } } },
      };
    case 'cancel':
      return { state: nextLine(state) };
    case 'up':
      return recall(state, state.entry - 1);
    case 'down':
      return recall(state, state.entry + 1);
    default:
      return movement(state, name);
  }
}

function movement(state: LineState, name: KeyName): LineStep {
  const { text, cursor } = state;
  const to = (place: number): LineStep => ({ state: { ...state, cursor: place } });
  switch (name) {
    case 'left':
      return to(stepLeft(text, cursor));
    case 'right':
      return to(stepRight(text, cursor));
    case 'home':
      return to(0);
    case 'end':
      return to(text.length);
    case 'word-left':
      return to(wordLeft(text, cursor));
    case 'word-right':
      return to(wordRight(text, cursor));
    default:
      return change(state, name);
  }
}

function change(state: LineState, name: KeyName): LineStep {
  const { text, cursor } = state;
  switch (name) {
    case 'backspace':
      return cursor === 0
        ? { state, effect: { kind: 'bell' } }
        : cut(state, stepLeft(text, cursor), cursor, { keep: false });
    case 'delete':
      return cut(state, cursor, stepRight(text, cursor), { keep: false });
    case 'kill-right':
      return cut(state, cursor, text.length, { keep: true });
    case 'kill-left':
      return cut(state, 0, cursor, { keep: true });
    case 'kill-word':
      return cut(state, blankLeft(text, cursor), cursor, { keep: true });
    case 'word-delete-left':
      return cut(state, wordLeft(text, cursor), cursor, { keep: true });
    case 'word-delete-right':
      return cut(state, cursor, wordRight(text, cursor), { keep: true });
    case 'yank':
      return { state: insert(state, state.killed) };
    case 'last-argument':
      return { state: insert(state, state.history.at(-1)?.trim().split(/\s+/).at(-1) ?? '') };
    case 'upper-word':
    case 'lower-word': {
      const end = wordRight(text, cursor);
      const word = text.slice(cursor, end);
      const changed = name === 'upper-word' ? word.toUpperCase() : word.toLowerCase();
      return { state: edit(state, text.slice(0, cursor) + changed + text.slice(end), end) };
    }
    case 'transpose': {
      if (cursor === 0 || text.length < 2) return { state, effect: { kind: 'bell' } };
      const at = Math.min(cursor, text.length - 1);
      return {
        state: edit(
          state,
          text.slice(0, at - 1) + (text[at] ?? '') + (text[at - 1] ?? '') + text.slice(at + 1),
          at + 1,
        ),
      };
    }
    default:
      return { state };
  }
}

function cut(state: LineState, from: number, to: number, { keep }: { keep: boolean }): LineStep {
  const gone = state.text.slice(from, to);
  const next = edit(state, state.text.slice(0, from) + state.text.slice(to), from);
  return { state: keep && gone !== '' ? { ...next, killed: gone } : next };
}

function recall(state: LineState, entry: number): LineStep {
  if (entry < 0 || entry > state.history.length) return { state, effect: { kind: 'bell' } };
  const draft = state.entry === state.history.length ? state.text : state.draft;
  const text = entry === state.history.length ? draft : (state.history[entry] ?? '');
  return { state: { ...state, entry, draft, text, cursor: text.length } };
}

function searchKey(state: LineState, search: NonNullable<LineState['search']>, key: Key): LineStep {
  if (key.kind === 'text')
    return { state: find(state, { ...search, query: search.query + key.text }, search.entry) };
  switch (key.name) {
    case 'search':
      return { state: find(state, search, search.entry - 1) };
    case 'backspace':
      return { state: find(state, { ...search, query: search.query.slice(0, -1) }, state.history.length) };
    case 'cancel':
    case 'interrupt':
      return { state: { ...state, ...search.before, search: undefined } };
    case 'escape':
      return { state: { ...state, search: undefined } };
    default:
      return named({ ...state, search: undefined }, key.name);
  }
}

/** The newest entry at or before `from` that contains the query. */
function find(state: LineState, search: NonNullable<LineState['search']>, from: number): LineState {
  for (let entry = Math.min(from, state.history.length - 1); entry >= 0; entry -= 1) {
    const text = state.history[entry] ?? '';
    const place = text.indexOf(search.query);
    if (place >= 0) return { ...state, text, cursor: place, search: { ...search, entry } };
  }
  return { ...state, search };
}

const isHighHalf = (text: string, index: number) => /[\ud800-\udbff]/.test(text[index] ?? '');
const stepRight = (text: string, cursor: number) =>
  Math.min(text.length, cursor + (isHighHalf(text, cursor) ? 2 : 1));
const stepLeft = (text: string, cursor: number) =>
  Math.max(0, cursor - (isHighHalf(text, cursor - 2) ? 2 : 1));

function wordLeft(text: string, cursor: number): number {
  return cursor - (/[\p{L}\p{N}]*[^\p{L}\p{N}]*$/u.exec(text.slice(0, cursor))?.[0].length ?? 0);
}
function wordRight(text: string, cursor: number): number {
  return cursor + (/^[^\p{L}\p{N}]*[\p{L}\p{N}]*/u.exec(text.slice(cursor))?.[0].length ?? 0);
}
/** Ctrl-W: back to the blank before the word. */
function blankLeft(text: string, cursor: number): number {
  let at = text.slice(0, cursor).trimEnd().length;
  while (at > 0 && /\S/.test(text.charAt(at - 1))) at--;
  return at;
}

/** The line after a completion: the common beginning of all words, and a blank when there is one word only. */
export function complete(state: LineState, from: number, words: readonly string[]): LineState {
  const start = Math.max(0, Math.min(from, state.cursor));
  const shared = commonStart(words);
  const typed = state.text.slice(start, state.cursor);
  if (shared.length < typed.length && words.length !== 1) return state;
  const done = words.length === 1 && !/[/=\s]$/.test(shared) ? `${shared} ` : shared;
  return edit(state, state.text.slice(0, start) + done + state.text.slice(state.cursor), start + done.length);
}

export function commonStart(words: readonly string[]): string {
  const [first = '', ...others] = words;
  let length = first.length;
  for (const word of others) while (!word.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}
