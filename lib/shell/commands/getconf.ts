/** getconf(1) of glibc 2.36. Not modelled: -a, -v, OPEN_MAX and CHILD_MAX, other variables that the tables below do not have. */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import type { Command, Tool, ToolRun } from './tool';

/** What a file system limits. Source: pathconf(3) on ext4. */
const OF_PATHS: Readonly<Record<string, string>> = {
  LINK_MAX: '65000',
  MAX_CANON: '255',
  MAX_INPUT: '255',
  NAME_MAX: '255',
  PATH_MAX: '4096',
  PIPE_BUF: '4096',
  FILESIZEBITS: '64',
  _POSIX_CHOWN_RESTRICTED: '1',
  _POSIX_NO_TRUNC: '1',
};
/** Source: sysconf(3), confstr(3), limits.h on x86-64. */
const OF_SYSTEM: Readonly<Record<string, string>> = {
  ARG_MAX: '2097152',
  BC_BASE_MAX: '99',
  CHAR_BIT: '8',
  CHAR_MAX: '127',
  CHAR_MIN: '-128',
  CLK_TCK: '100',
  GNU_LIBC_VERSION: 'glibc 2.36',
  GNU_LIBPTHREAD_VERSION: 'NPTL 2.36',
  HOST_NAME_MAX: '64',
  INT_MAX: '2147483647',
  INT_MIN: '-2147483648',
  IOV_MAX: '1024',
  LINE_MAX: '2048',
  LOGIN_NAME_MAX: '256',
  LOGNAME_MAX: '256',
  LONG_BIT: '64',
  NGROUPS_MAX: '65536',
  PAGESIZE: '4096',
  PAGE_SIZE: '4096',
  PATH: '/bin:/usr/bin',
  RE_DUP_MAX: '32767',
  SSIZE_MAX: '32767',
  SYMLOOP_MAX: 'undefined',
  TTY_NAME_MAX: '32',
  UCHAR_MAX: '255',
  UINT_MAX: '4294967295',
  ULONG_MAX: '18446744073709551615',
  USHRT_MAX: '65535',
  WORD_BIT: '32',
  _POSIX_VERSION: '200809',
  POSIX2_VERSION: '200809',
  _XOPEN_VERSION: '700',
};

export const getconf: Command = {
  name: 'getconf',
  package: 'libc-bin',
  paths: ['/usr/bin/getconf'],
  synopsis: 'getconf [-v specification] variable_name [pathname]',
  summary: 'Query system configuration variables.',
  run: function* (tool): ToolRun {
    const [name, path, ...more] = tool.args;
    if (name === '-a' || (name === '-v' && path !== undefined)) return tool.fail(`not modelled: ${name}`);
    if (name === undefined || name === '-v' || more.length > 0) return usage(tool);
    const ofPath = OF_PATHS[name];
    // A variable of the system takes no path, one of a file system must have it.
    if ((ofPath === undefined) !== (path === undefined))
      return ofPath !== undefined || name in OF_SYSTEM ? usage(tool) : unknown(tool, name);
    if (path !== undefined && (name === 'NAME_MAX' || name === 'LINK_MAX')) {
      const info = tool.stat(path);
      if (info instanceof FileError) return tool.fail(`pathconf: ${path}: ${errnoText(info.errno)}`, 3);
    }
    const value = ofPath ?? ofSystem(tool, name);
    if (value === undefined) return unknown(tool, name);
    tool.line(value);
    yield* tool.drain();
    return 0;
  },
};

function usage(tool: Tool): number {
  const { name } = tool;
  tool.note(`Usage: ${name} [-v specification] variable_name [pathname]\n       ${name} -a [pathname]\n`);
  return 2;
}

function unknown(tool: Tool, name: string): never {
  return tool.fail(`Unrecognized variable \`${name}'`, 2);
}

function ofSystem(tool: Tool, name: string): string | undefined {
  if (name === '_NPROCESSORS_ONLN' || name === '_NPROCESSORS_CONF')
    return String(tool.context.host.state.cores);
  return OF_SYSTEM[name];
}
