/**
 * What stands in backticks in brief and hints: paths must exist, commands must
 * be installed, settings must be there, on the start host or one that is named.
 */
import { ROOT } from '../../world/files';
import { FileError } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import type { Stage } from './stage';

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const BUILT_IN = new Set(
  'cd echo export alias type help history jobs fg bg kill set unset source exit logout read test printf pwd wait trap umask ulimit'.split(
    ' ',
  ),
);
const SETTING = /^(net|kernel|vm|fs)(\.[a-z0-9_-]+)+$/;

/** Sentences about what does not exist at this moment of the stage's world. */
export function wrongMentions(stage: Stage): string[] {
  const { scenario, run } = stage;
  const texts = Object.entries(run.files)
    .filter(([name]) => /^brief(\.[a-z]{2})?\.md$/.test(name))
    .map(([where, text]) => ({ where, text, hosts: [] as string[] }));
  scenario.hints.forEach(({ text, highlight }, index) => {
    texts.push({ where: `hint ${index + 1}`, text, hosts: [...highlight] });
    for (const [language, table] of Object.entries(run.translations))
      texts.push({
        where: `hint ${index + 1} in ${language}`,
        text: table[text] ?? '',
        hosts: [...highlight],
      });
  });
  const named = Object.keys(scenario.lab.hosts).filter((host) =>
    texts.some(({ text, hosts }) => hosts.includes(host) || new RegExp(`\\b${host}\\b`).test(text)),
  );
  const hosts = [...new Set([scenario.start.host, ...named])].flatMap(
    (name) => run.world.findHost(name) ?? [],
  );
  return texts.flatMap(({ where, text }) =>
    spansOf(text).flatMap((span) => {
      const wrong = wrongAbout(span, hosts);
      return wrong === undefined ? [] : [`${where}: \`${span}\`: ${wrong}`];
    }),
  );
}
function spansOf(text: string): string[] {
  const fenced = [...text.matchAll(/```[^\n]*\n([\s\S]*?)```/g)].flatMap(([, body = '']) => body.split('\n'));
  const inline = [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, body = '']) => body,
  );
  return [...fenced, ...inline].map((span) => span.trim()).filter((span) => span !== '');
}

function wrongAbout(span: string, hosts: readonly Host[]): string | undefined {
  if (/^\/[\w.@/-]*$/.test(span))
    return hosts.some((host) => host.fs.exists(span)) ? undefined : 'there is no such path';
  if (SETTING.test(span))
    return hosts.some((host) => host.sysctl(span) !== undefined) ? undefined : 'there is no such setting';
  const words = span.split(/\s+/).filter((word) => !/^\w+=/.test(word));
  while (['sudo', 'time', 'watch'].includes(words[0] ?? '')) words.shift();
  const [command = '', ...rest] = words;
  if (!/^[a-z][\w.+-]*$/.test(command)) return undefined;
  const isCommand = isInstalled(command, hosts);
  // A word alone or a line of a file may be anything; with an option or a path it is meant as a command.
  const looksLikeOne = rest.some((word) => /^-{1,2}[a-zA-Z]/.test(word));
  if (!isCommand) return looksLikeOne ? `there is no command ${command}` : undefined;
  const missing = rest.find((word) => /^\/(etc|var|usr|srv|opt|home)\/[\w.@/-]+$/.test(word));
  if (missing !== undefined && !hosts.some((host) => host.fs.exists(missing)))
    return `there is no ${missing}`;
  return undefined;
}
function isInstalled(command: string, hosts: readonly Host[]): boolean {
  if (BUILT_IN.has(command)) return true;
  return hosts.some((host) =>
    FOLDERS.some((folder) => !(host.fs.stat(`${folder}/${command}`, ROOT) instanceof FileError)),
  );
}
