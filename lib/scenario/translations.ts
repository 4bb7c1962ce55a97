/**
 * Texts of a scenario in other languages: `brief.cs.md`, `debrief.cs.md` and, for
 * everything that stands in scenario.yaml, `texts.cs.yaml`. All three or none; a text
 * that is missing and a text that belongs to nothing are errors.
 */
import { type Report, suggestion } from './kinds';
import type { Scenario } from './schema';
import { type Texts, textsSchema } from './schema-texts';
import { checkConditions } from './variant-checks';
import { type Drawn, substituteTree } from './variants';
import { type ScenarioProblem, YamlFile } from './yaml-file';

/** By language: each text of scenario.yaml that a learner reads, and how it reads there. */
export type Translations = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Files of a language: kind and language. */
const FILES = /^(brief(?=\..*md$)|debrief(?=\..*md$)|texts(?=\..*yaml$))\.([a-z]{2})\.(?:md|yaml)$/;
/** What else may stand in the folder. Hidden files are the author's own. */
const OTHERS = /^(?:scenario\.yaml|(?:brief|debrief|README)\.md|hosts\/.+|(?:.*\/)?\..*)$/;

/** Reads what stands beside scenario.yaml in other languages. `files` are as they are on disk, but for brief and debrief. */
export function readTranslations(
  scenario: Scenario,
  files: Readonly<Record<string, string>>,
  { drawn, variants }: { drawn: Drawn; variants: Scenario['variants'] },
): { translations: Translations; problems: ScenarioProblem[] } {
  const problems: ScenarioProblem[] = [];
  const translations: Record<string, Record<string, string>> = {};
  for (const language of languagesIn(scenario, files, problems)) {
    const name = `texts.${language}.yaml`;
    const missing = [`brief.${language}.md`, `debrief.${language}.md`, name].filter(
      (file) => (files[file] ?? '').trim() === '',
    );
    for (const name of missing)
      problems.push(
        whole(
          name,
          `is ${files[name] === undefined ? 'missing' : 'empty'}: ${language} needs all three texts`,
        ),
      );
    if (missing.includes(name)) continue;
    const yaml = new YamlFile(name, files[name] ?? '');
    if (drawn.size > 0 && !yaml.isBroken) {
      checkConditions(yaml.document, variants, (offset, message) => yaml.problem(offset, message));
      substituteTree(yaml.document, drawn, (offset, message) => yaml.problem(offset, message));
    }
    const texts = yaml.isBroken ? undefined : yaml.checked(textsSchema);
    if (texts !== undefined) translations[language] = pairsOf(scenario, texts, yaml.report);
    problems.push(...yaml.problems);
  }
  return { translations, problems };
}

/** Languages of which there is a file; a name that nobody reads is told. */
function languagesIn(
  { language: own }: Scenario,
  files: Readonly<Record<string, string>>,
  problems: ScenarioProblem[],
): string[] {
  const languages = new Set<string>();
  for (const name of Object.keys(files)) {
    const [, kind, language] = FILES.exec(name) ?? [];
    if (language === own)
      problems.push(
        whole(name, `belongs to nothing: ${own} is the scenario's own language (${kind ?? ''}.md)`),
      );
    else if (language !== undefined) languages.add(language);
    else if (!OTHERS.test(name))
      problems.push(
        whole(
          name,
          'belongs to nothing: beside scenario.yaml stand brief.md, debrief.md, hosts/HOST/… and, for other languages, brief.cs.md, debrief.cs.md and texts.cs.yaml',
        ),
      );
  }
  return [...languages].sort();
}
function whole(file: string, message: string): ScenarioProblem {
  return { severity: 'error', file, line: 1, column: 1, message };
}

/** The texts of both, side by side; what has no partner is told. */
function pairsOf(scenario: Scenario, texts: Texts, report: Report): Record<string, string> {
  const pairs = new Pairs(report);
  pairs.text(scenario.title, texts.title);
  pairs.text(scenario.summary, texts.summary);
  pairs.list(['teaches'], scenario.teaches, texts.teaches);
  pairs.list(['needs'], scenario.needs, texts.needs);
  const said = scenario.timeline.flatMap(({ id, say }) =>
    say === undefined ? [] : [{ id, text: say.text }],
  );
  pairs.record(['says'], said, texts.says);
  const senders = new Set(scenario.timeline.flatMap(({ say }) => say?.from ?? []));
  pairs.known(['senders'], Object.keys(texts.senders), [...senders]);
  for (const [name, translated] of Object.entries(texts.senders)) pairs.text(name, translated);
  pairs.record(
    ['pager'],
    scenario.pager.map(({ id, title }) => ({ id, text: title })),
    texts.pager,
  );
  pairGoals(scenario, texts, pairs, report);
  pairs.list(
    ['hints'],
    scenario.hints.map(({ text }) => text),
    texts.hints.map((hint) => (typeof hint === 'string' ? hint : hint.text)),
  );
  pairQuestions(scenario, texts, pairs);
  const mechanism = scenario.debrief?.mechanism;
  if (mechanism === undefined && texts.mechanism !== undefined)
    report(['mechanism'], 'scenario.yaml has no debrief.mechanism');
  else if (mechanism !== undefined && texts.mechanism === undefined)
    report([], 'mechanism is missing: scenario.yaml has one');
  else if (mechanism !== undefined) pairs.text(mechanism, texts.mechanism ?? '');
  return pairs.table;
}

function pairGoals(scenario: Scenario, texts: Texts, pairs: Pairs, report: Report): void {
  const { objectives, guards, tomorrow } = scenario;
  const goals = [...objectives, ...guards, ...(tomorrow === undefined ? [] : [tomorrow])];
  for (const { id, title, detail, why } of pairs.both(['objectives'], goals, texts.objectives)) {
    const translated = texts.objectives[id];
    if (translated === undefined) continue;
    pairs.text(title, translated.title);
    pairs.text(why, translated.why);
    if (detail !== '' && translated.detail === undefined)
      report(['objectives', id], 'detail is missing: scenario.yaml has one');
    else if (detail === '' && translated.detail !== undefined)
      report(['objectives', id, 'detail'], 'scenario.yaml has no such text');
    else if (translated.detail !== undefined) pairs.text(detail, translated.detail);
  }
}
function pairQuestions(scenario: Scenario, texts: Texts, pairs: Pairs): void {
  for (const { id, text, choices, evidence } of pairs.both(
    ['diagnosis'],
    scenario.diagnosis,
    texts.diagnosis,
  )) {
    const translated = texts.diagnosis[id];
    if (translated === undefined) continue;
    pairs.text(text, translated.text);
    pairs.list(['diagnosis', id, 'evidence'], evidence, translated.evidence);
    for (const choice of pairs.both(['diagnosis', id, 'choices'], choices, translated.choices)) {
      pairs.text(choice.text, translated.choices[choice.id]?.text ?? '');
      pairs.text(choice.why, translated.choices[choice.id]?.why ?? '');
    }
  }
}

class Pairs {
  readonly table: Record<string, string> = {};
  constructor(private readonly report: Report) {}

  text(original: string, translated: string): void {
    this.table[original] = translated;
  }
  list(path: readonly string[], originals: readonly string[], translated: readonly string[]): void {
    if (originals.length !== translated.length)
      this.report(path, `has ${translated.length}, and scenario.yaml has ${originals.length}`);
    else originals.forEach((original, index) => this.text(original, translated[index] ?? ''));
  }
  record(
    path: readonly string[],
    originals: readonly { id: string; text: string }[],
    translated: Readonly<Record<string, string>>,
  ): void {
    for (const { id, text } of this.both(path, originals, translated)) this.text(text, translated[id] ?? '');
  }
  /** Those that are translated; the others, and what translates nothing, are told. */
  both<Original extends { id: string }>(
    path: readonly string[],
    originals: readonly Original[],
    translated: Readonly<Record<string, unknown>>,
  ): Original[] {
    const ids = originals.map(({ id }) => id);
    this.known(path, Object.keys(translated), ids);
    for (const id of ids)
      if (!Object.hasOwn(translated, id)) this.report(path, `"${id}" of scenario.yaml is missing here`);
    return originals.filter(({ id }) => Object.hasOwn(translated, id));
  }
  known(path: readonly string[], given: readonly string[], ids: readonly string[]): void {
    for (const id of given)
      if (!ids.includes(id))
        this.report([...path, id], `belongs to nothing in scenario.yaml${suggestion(id, ids)}`);
  }
}
