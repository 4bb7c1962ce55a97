/**
 * The scenarios of this installation, read from `scenarios/` when the pages are
 * built. Only what the catalogue lists; whether a scenario is right, its own
 * loader and `faultline check` say.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { ScenarioCard } from '@/components/catalogue/catalogue-view';
import type { ScenarioSource } from '@/lib/session/messages';

const FOLDER = path.join(process.cwd(), 'scenarios');
/** Larger files are no configuration. */
const MOST_BYTES = 1_000_000;

export function scenarioIds(): string[] {
  const present = statSync(FOLDER, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!present) return [];
  return readdirSync(FOLDER)
    .filter(
      (name) => statSync(path.join(FOLDER, name, 'scenario.yaml'), { throwIfNoEntry: false }) !== undefined,
    )
    .sort();
}

/** The easiest first: that is where somebody new begins. */
export function scenarioCards(): ScenarioCard[] {
  return scenarioIds()
    .map((id) => cardOf(id, scenarioSource(id)))
    .sort((a, b) => a.difficulty - b.difficulty || a.minutes - b.minutes || (a.id > b.id ? 1 : -1));
}

export function scenarioSource(id: string): ScenarioSource {
  const folder = path.join(FOLDER, id);
  return {
    id,
    files: Object.fromEntries(
      textFiles(folder).map((file) => [path.relative(folder, file), readFileSync(file, 'utf8')]),
    ),
  };
}

function textFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return textFiles(file);
      return entry.isFile() && statSync(file).size <= MOST_BYTES && !readFileSync(file).includes(0)
        ? [file]
        : [];
    });
}

export function cardOf(id: string, { files }: ScenarioSource): ScenarioCard {
  const about: unknown = parse(files['scenario.yaml'] ?? '');
  const field = (name: string): unknown =>
    typeof about === 'object' && about !== null ? Reflect.get(about, name) : undefined;
  const text = (name: string, otherwise: string) => {
    const value = field(name);
    return typeof value === 'string' ? value.trim() : otherwise;
  };
  const number = (name: string, otherwise: number) => {
    const value = field(name);
    return typeof value === 'number' ? value : otherwise;
  };
  const teaches = field('teaches');
  return {
    id,
    title: text('title', id),
    track: text('track', 'Other'),
    summary: text('summary', firstSentences(files['brief.md'] ?? '')),
    difficulty: number('difficulty', 1),
    minutes: number('minutes', 20),
    teaches: Array.isArray(teaches) ? teaches.filter((entry) => typeof entry === 'string') : [],
  };
}

/** The brief's first paragraph without its markup, when the scenario has no summary. */
function firstSentences(markdown: string): string {
  const paragraph =
    markdown.split(/\n\s*\n/).find((block) => block.trim() !== '' && !block.trim().startsWith('#')) ?? '';
  return paragraph.replace(/[`*_]/g, '').replace(/\s+/g, ' ').trim();
}
