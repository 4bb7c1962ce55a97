/** Tools that become another command: env, nice, nohup, setsid, stdbuf and their like. */
import type { SpawnOptions } from '../../world/process.contract';
import { errnoText } from './errno-text';
import { quoteValue } from './quoting';
import type { Tool, ToolRun } from './tool';

/** execvp(3): this process goes on as the command, or the exit code is 126 or 127. */
export function* become(
  tool: Tool,
  argv: readonly string[],
  settings: {
    readonly options?: Partial<SpawnOptions>;
    readonly say?: (name: string, reason: string) => void;
  } = {},
): ToolRun {
  yield* tool.flush();
  const [name = ''] = argv;
  const say =
    settings.say ??
    ((command: string, reason: string): void => tool.complain(`${quoteValue(command)}: ${reason}`));
  const path = tool.find(name);
  if (/^E[A-Z]+$/.test(path)) {
    const errno = path === 'EACCES' ? 'EACCES' : 'ENOENT';
    say(name, errnoText(errno));
    return errno === 'ENOENT' ? 127 : 126;
  }
  const run = tool.context.exec({ argv, path: tool.resolve(path), ...settings.options });
  if (!('errno' in run)) return yield* run;
  if (run.errno === 'ENOEXEC') {
    const shell = tool.context.exec({
      argv: ['sh', path, ...argv.slice(1)],
      path: '/bin/sh',
      ...settings.options,
    });
    if (!('errno' in shell)) return yield* shell;
  }
  say(name, errnoText(run.errno));
  return run.errno === 'ENOENT' ? 127 : 126;
}
