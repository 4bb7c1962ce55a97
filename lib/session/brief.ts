/** What the page shows of a scenario before anything happens, and its texts in their languages. */
import type { Run } from '../scenario/run';
import type { Brief, RunInput } from './messages';
import { objectiveViews } from './objective-views';

export function briefOf(run: Run<RunInput>): Brief {
  const { scenario } = run;
  return {
    scenario: scenario.id,
    title: scenario.title,
    track: scenario.track,
    difficulty: scenario.difficulty,
    minutes: scenario.minutes,
    text: run.files['brief.md'] ?? '',
    teaches: [...scenario.teaches],
    languages: languagesOf(run),
    texts: textsIn(run, 'brief'),
    translations: run.translations,
    needs: [...scenario.needs],
    objectives: objectiveViews(run),
    hints: scenario.hints.length,
    questions: scenario.diagnosis.map(({ id, text, several, choices }) => ({
      id,
      text,
      several,
      choices: choices.map((choice) => ({ id: choice.id, text: choice.text })),
    })),
    slo:
      scenario.slo === undefined
        ? undefined
        : { availability: scenario.slo.availability / 100, windowText: windowText(scenario.slo.window) },
    seed: run.kernel.seed,
    start: scenario.start,
  };
}

/** A text of the scenario's folder by language: `brief.cs.md` beside `brief.md`. */
export function textsIn(run: Run<RunInput>, name: 'brief' | 'debrief'): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const language of languagesOf(run)) {
    const text = run.files[`${name}.${language}.md`] ?? run.files[`${name}.md`];
    if (text !== undefined) texts[language] = text;
  }
  return texts;
}
/** The scenario's own language first, then those of the files beside: brief.cs.md. */
function languagesOf({ scenario, files }: Run<RunInput>): string[] {
  const others = Object.keys(files).flatMap((name) => /^brief\.([a-z]{2})\.md$/.exec(name)?.[1] ?? []);
  return [scenario.language, ...others.sort()];
}
function windowText(window: string): string {
  const hours = /^(\d+)h$/.exec(window)?.[1];
  return hours !== undefined && Number(hours) % 24 === 0
    ? `over ${Number(hours) / 24} days`
    : `over ${window}`;
}
