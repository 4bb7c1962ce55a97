/** Commands that a tool runs through the shell: system(3), popen(3). */
import { byteLength } from '../../std/bytes';
import type { ExitStatus, SpawnOptions, Stream } from '../../world/process.contract';
import type { Step, Tool } from './tool';

/** Starts `sh -c command`; undefined when there is no shell. */
export function startShell(
  tool: Tool,
  command: string,
  options: Partial<SpawnOptions> = {},
): number | undefined {
  const pid = tool.context.spawn({
    argv: ['sh', '-c', command],
    path: '/bin/sh',
    fds: tool.standardStreams(),
    ...options,
  });
  return typeof pid === 'number' ? pid : undefined;
}

const NO_SHELL: ExitStatus = { code: 127, signal: undefined };

/** system(3). */
export function* runShell(tool: Tool, command: string): Step<ExitStatus> {
  yield* tool.flush();
  const pid = startShell(tool, command);
  return pid === undefined ? NO_SHELL : yield* tool.context.wait(pid);
}

/** popen(3): one end of a pipe, the other is the child's. */
export interface ChildPipe {
  readonly stream: Stream;
  readonly pid: number | undefined;
}

export function openPipe(tool: Tool, command: string, side: 'read' | 'write'): ChildPipe {
  const { reader, writer } = tool.context.host.streams.pipe();
  const fds = tool.standardStreams();
  const [ours, theirs] = side === 'read' ? [reader, writer] : [writer, reader];
  ours.retain();
  theirs.retain();
  fds.set(side === 'read' ? 1 : 0, theirs);
  const pid = startShell(tool, command, { fds });
  theirs.close();
  return { stream: ours, pid };
}

/** pclose(3). */
export function* closePipe(tool: Tool, pipe: ChildPipe): Step<ExitStatus> {
  pipe.stream.close();
  return pipe.pid === undefined ? NO_SHELL : yield* tool.context.wait(pipe.pid);
}

/** What a command prints. */
export function* captureShell(tool: Tool, command: string): Step<string> {
  yield* tool.flush();
  const pipe = openPipe(tool, command, 'read');
  const text = yield* tool.context.readAll(pipe.stream);
  yield* closePipe(tool, pipe);
  return text;
}

/** Writes all, waiting while the reader is slow; false when nobody reads any more. */
export function* writeAll(stream: Stream, text: string): Step<boolean> {
  if (byteLength(text) === 0) return true;
  for (;;) {
    const result = stream.write(text);
    if (result !== undefined) return result === true;
    yield { streams: [stream] };
  }
}
