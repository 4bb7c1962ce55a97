/** Paths as text. */

/** How `to` is named seen from the directory `from`; both absolute and clean. */
export function relativePath(from: string, to: string): string {
  const start = from.split('/').filter((part) => part !== '');
  const end = to.split('/').filter((part) => part !== '');
  let common = 0;
  while (common < start.length && common < end.length && start[common] === end[common]) common++;
  const parts = [...start.slice(common).map(() => '..'), ...end.slice(common)];
  return parts.length === 0 ? '.' : parts.join('/');
}

/** dirname(1) of one name. */
export function directoryName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') return path.startsWith('/') ? '/' : '.';
  const cut = trimmed.lastIndexOf('/');
  if (cut < 0) return '.';
  return trimmed.slice(0, cut).replace(/\/+$/, '') || '/';
}
