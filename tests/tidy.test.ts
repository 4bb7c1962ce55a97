import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { sourcesUnder, tokens } from './source-tokens';

const root = process.cwd();
const folders = ['app', 'components', 'lib', 'tests'].filter((folder) => existsSync(folder));
const sources = sourcesUnder(root, folders);
const PAGE_LINES = 60;

test('the test saw files', () => {
  expect(sources.length).toBeGreaterThan(20);
});

test('no drawer for everything: utils, helpers, types, common, index of exports only', () => {
  const drawer = /\/(utils?|helpers?|types|common|misc)(\.tsx?$|\/)/;
  expect(sources.map((source) => source.path).filter((file) => drawer.test(file))).toEqual([]);
  const barrels = sources.filter(({ path: file, text }) => /\/index\.tsx?$/.test(file) && isBarrel(text));
  expect(barrels.map((source) => source.path)).toEqual([]);
});

test('default exports stand only where Next asks for them', () => {
  const found = sources
    .filter((source) => !source.path.startsWith('app/'))
    .flatMap(({ path: file, text }) => defaultExports(text).map((line) => `${file}:${line}`));
  expect(found).toEqual([]);
});

test('no any', () => {
  const found = sources.flatMap(({ path: file, text }) => anys(text).map((line) => `${file}:${line}`));
  expect(found).toEqual([]);
});

test(`a page holds at most ${PAGE_LINES} lines`, () => {
  const pages = sources.filter(
    (source) => /^app\/.*\.tsx$/.test(source.path) && !source.path.includes('.test.'),
  );
  expect(pages.length).toBeGreaterThan(0);
  const long = pages.filter((page) => page.text.trimEnd().split('\n').length > PAGE_LINES);
  expect(long.map((page) => page.path)).toEqual([]);
});

test('the top level is the one of docs/ARCHITECTURE.md', () => {
  const rooms = ['app', 'components', 'docs', 'lib', 'public', 'scenarios', 'scripts', 'tests'];
  const made = ['node_modules', 'test-results', 'playwright-report', 'coverage', 'out'];
  const present = readdirSync(root).filter((name) => !name.startsWith('.') && statSync(name).isDirectory());
  expect(present.filter((name) => !rooms.includes(name) && !made.includes(name))).toEqual([]);
});

describe('README', () => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const scripts = Object.keys(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).scripts);
  const subcommands = [...readFileSync('lib/cli/main.ts', 'utf8').matchAll(/^ {2}'?(\w+)'?: \{/gm)].map(
    (match) => match[1],
  );

  test('every command exists', () => {
    const npm = [...readme.matchAll(/npm (?:run (\w+)|(start|test)\b)/g)].map(
      (match) => match[1] ?? match[2],
    );
    const faultline = [...readme.matchAll(/npx faultline (\w+)/g)].map((match) => match[1]);
    expect(npm).toEqual(expect.arrayContaining(['start', 'test']));
    expect(faultline.length).toBeGreaterThan(0);
    expect(npm.filter((name) => !scripts.includes(String(name)))).toEqual([]);
    expect(faultline.filter((name) => !subcommands.includes(name))).toEqual([]);
  });

  test('every file it links to is there', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)/g)].map((match) => String(match[1]));
    const local = links.filter((link) => !/^\w+:/.test(link));
    expect(local.filter((link) => !existsSync(path.join(root, link)))).toEqual([]);
  });
});

describe('what is judged is recognised', () => {
  test('default exports', () => {
    const text =
      "export default 1;\nexport { a as default };\nexport { default as b } from 'b';\n// export default";
    expect(defaultExports(text)).toEqual([1, 2]);
  });

  test('any', () => {
    expect(anys('const a: any = b as any;\nlet c: Map<string, any[]>;\ntype D = (x: any) => any;')).toEqual([
      1, 1, 2, 3, 3,
    ]);
    expect(
      anys("const any = 'any'; a.any(); const b = { any: 1 }; // any\nmatch(any, all); x = any;"),
    ).toEqual([]);
  });

  test('barrels', () => {
    expect(isBarrel("export { a } from './a';\nexport * from './b';")).toBe(true);
    expect(isBarrel("import { a } from './a';\nexport const b = a;")).toBe(false);
  });
});

function defaultExports(text: string): number[] {
  const all = tokens(text);
  return all
    .filter((token, i) => {
      if (token.text !== 'default' || token.kind !== 'word') return false;
      const before = all[i - 1]?.text;
      const reExported = all[i + 1]?.text === 'as';
      return before === 'export' || (before === 'as' && !reExported && all[i + 1]?.text !== 'from');
    })
    .map((token) => token.line);
}

/** `any` where a type stands: after a colon, `as`, `=>`, `|`, `&`, or inside `< >`. */
function anys(text: string): number[] {
  const all = tokens(text);
  return all
    .filter((token, i) => {
      if (token.kind !== 'word' || token.text !== 'any') return false;
      const [before, after] = [all[i - 1]?.text ?? '', all[i + 1]?.text ?? ''];
      if (after === '(' || after === ':' || after === '.') return false;
      if (before === 'as' || before === '<' || after === '>' || after === '[') return true;
      return /^(:|=>|\||&|satisfies)$/.test(before);
    })
    .map((token) => token.line);
}

function isBarrel(text: string): boolean {
  const all = tokens(text);
  const words = all.filter((token) => /^(const|let|function|class|type|interface|import)$/.test(token.text));
  return words.length === 0 && all.some((token) => token.text === 'from');
}
