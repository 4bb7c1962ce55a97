/**
 * Reads a scenario folder: YAML, variants, shape, references, translations. Every
 * problem names the file, line and column; nothing is thrown for bad input.
 */
import { isMap, type Node } from 'yaml';
import type { Path } from './kinds';
import { checkReferences } from './references';
import { type Scenario, scenarioSchema, type Variants, variantsSchema } from './schema';
import { readTranslations, type Translations } from './translations';
import { checkConditions, checkVariants } from './variant-checks';
import { type Drawn, drawVariants, substituteText, substituteTree, takenAddresses } from './variants';
import { type ScenarioProblem, YamlFile } from './yaml-file';

export type { ScenarioProblem } from './yaml-file';

export interface LoadedScenario {
  scenario: Scenario | undefined;
  problems: ScenarioProblem[];
  /** Text files of the folder by path relative to it, with the variants' values. */
  files: Readonly<Record<string, string>>;
  /** What the seed has drawn. */
  drawn: Drawn;
  translations: Translations;
  /** An error about a place in scenario.yaml, found by somebody who knows more than the loader. */
  problemAt(path: Path, message: string): ScenarioProblem;
}

const FILE = 'scenario.yaml';
/** Variants are put into their tree, not into their text. */
const OWN_TREE = /^texts\.[a-z]{2}\.yaml$/;
const NOTHING: Drawn = new Map();

/** Loads a scenario from the texts of its folder, with the variants that the seed draws. */
export function loadScenario(files: Readonly<Record<string, string>>, seed = 1): LoadedScenario {
  try {
    return new Loading(files, seed).load();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refused(files, 'the file is nested too deeply');
  }
}
function refused(files: Readonly<Record<string, string>>, message: string): LoadedScenario {
  const problemAt = (_path: Path, text: string): ScenarioProblem => ({
    severity: 'error',
    file: FILE,
    line: 1,
    column: 1,
    message: text,
  });
  return {
    scenario: undefined,
    problems: [problemAt([], message)],
    files,
    drawn: NOTHING,
    translations: {},
    problemAt,
  };
}

class Loading {
  /** Of the files beside scenario.yaml. */
  readonly #problems: ScenarioProblem[] = [];

  constructor(
    private readonly files: Readonly<Record<string, string>>,
    private readonly seed: number,
  ) {}

  load(): LoadedScenario {
    const text = this.files[FILE];
    if (text === undefined) return refused(this.files, 'there is no scenario.yaml in this folder');
    const yaml = new YamlFile(FILE, text);
    const result = { yaml, scenario: undefined, files: this.files, drawn: NOTHING, translations: {} };
    if (yaml.isBroken) return this.#result(result);
    const variants = this.#variants(yaml);
    const drawn =
      variants === undefined
        ? NOTHING
        : drawVariants(variants, this.seed, {
            taken: takenAddresses(text),
            report: (name, message) => yaml.report(['variants', name], message),
          });
    if (variants !== undefined) {
      checkVariants(yaml.document, variants, { texts: this.files, report: yaml.report });
      checkConditions(yaml.document, variants, (offset, message) => yaml.problem(offset, message));
      substituteTree(yaml.document, drawn, (offset, message) => yaml.problem(offset, message));
    }
    const files = variants === undefined ? this.files : this.#substituted(drawn);
    const scenario = yaml.checked(scenarioSchema);
    if (scenario === undefined) return this.#result({ ...result, files, drawn });
    checkReferences(scenario, files, yaml.report);
    const { translations, problems } = readTranslations(scenario, files, { drawn, variants: variants ?? {} });
    this.#problems.push(...problems);
    return this.#result({ yaml, scenario, files, drawn, translations });
  }
  #variants(yaml: YamlFile): Variants | undefined {
    const { contents } = yaml.document;
    const node = isMap(contents) ? contents.get('variants', true) : undefined;
    if (node === undefined) return undefined;
    const checked = variantsSchema.safeParse(yaml.value(node as Node));
    // What is wrong with it is told with the rest of the file.
    return checked.success ? checked.data : undefined;
  }
  #substituted(drawn: Drawn): Record<string, string> {
    const substituted: Record<string, string> = {};
    for (const [file, text] of Object.entries(this.files)) {
      substituted[file] =
        file === FILE || OWN_TREE.test(file)
          ? text
          : substituteText(text, drawn, (message, at) => {
              const before = text.slice(0, at).split('\n');
              this.#problems.push({
                severity: 'error',
                file,
                line: before.length,
                column: (before.at(-1)?.length ?? 0) + 1,
                message,
              });
            });
    }
    return substituted;
  }
  #result({
    yaml,
    scenario,
    ...rest
  }: Pick<LoadedScenario, 'scenario' | 'files' | 'drawn' | 'translations'> & {
    yaml: YamlFile;
  }): LoadedScenario {
    const problems = [...yaml.problems, ...this.#problems];
    const isBroken = problems.some(({ severity }) => severity === 'error');
    return {
      ...rest,
      scenario: isBroken ? undefined : scenario,
      problems,
      problemAt: (path, message) => {
        const before = yaml.problems.length;
        yaml.report(path, message);
        return yaml.problems.splice(before)[0] ?? refused({}, message).problemAt(path, message);
      },
    };
  }
}
