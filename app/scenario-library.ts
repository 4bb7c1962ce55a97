/**
 * The scenarios of this installation, read from `scenarios/` when the pages are
 * built. Only what the catalogue lists; whether a scenario is right, its own
 * loader and `faultline check` say.
 */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { CardTexts, ScenarioCard } from '@/components/catalogue/catalogue-view';
import { readFolder } from '@/lib/cli/folders';
import type { ScenarioSource } from '@/lib/session/messages';

const FOLDER = path.join(process.cwd(), 'scenarios');

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
  return { id, files: readFolder(path.join(FOLDER, id)) };
}

export function cardOf(id: string, { files }: ScenarioSource): ScenarioCard {
  const about = fieldsOf(files['scenario.yaml'] ?? '');
  const number = (name: string, otherwise: number) => {
    const value = about(name);
    return typeof value === 'number' ? value : otherwise;
  };
  const texts = textsOf(about, { title: id, summary: firstSentences(files['brief.md'] ?? ''), teaches: [] });
  return {
    id,
    ...texts,
    track: textIn(about, 'track', 'Other'),
    difficulty: number('difficulty', 1),
    minutes: number('minutes', 20),
    language: textIn(about, 'language', 'en'),
    translations: Object.fromEntries(
      Object.entries(files).flatMap(([name, text]) => {
        const language = /^texts\.([a-z]{2})\.yaml$/.exec(name)?.[1];
        return language === undefined ? [] : [[language, textsOf(fieldsOf(text), texts)]];
      }),
    ),
  };
}

type Fields = (name: string) => unknown;
function fieldsOf(yaml: string): Fields {
  const parsed: unknown = parse(yaml);
  return (name) => (typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined);
}
function textIn(fields: Fields, name: string, otherwise: string): string {
  const value = fields(name);
  return typeof value === 'string' ? value.trim() : otherwise;
}
/** What a card says; `otherwise` where the file says nothing. */
function textsOf(fields: Fields, otherwise: CardTexts): CardTexts {
  const teaches = fields('teaches');
  return {
    title: textIn(fields, 'title', otherwise.title),
    summary: textIn(fields, 'summary', otherwise.summary),
    teaches: Array.isArray(teaches)
      ? teaches.filter((entry) => typeof entry === 'string')
      : otherwise.teaches,
  };
}

/** The brief's first paragraph without its markup, when the scenario has no summary. */
function firstSentences(markdown: string): string {
  const paragraph =
    markdown.split(/\n\s*\n/).find((block) => block.trim() !== '' && !block.trim().startsWith('#')) ?? '';
  return paragraph.replace(/[`*_]/g, '').replace(/\s+/g, ' ').trim();
}
