/** A sandbox as files for elsewhere: a lab for real machines, or a scenario's folder. */
import type { SandboxDocument } from './document';
import { labFiles } from './export-lab';
import { scenarioFiles } from './export-scenario';
import type { SandboxReply } from './view';

export function exportFiles(document: SandboxDocument, what: 'lab' | 'scenario'): SandboxReply | string {
  if (Object.keys(document.hosts).length === 0) return 'There is nothing to export yet.';
  const name = slugOf(document.title);
  if (what === 'lab') return { kind: 'files', name: `${name}-lab`, files: labFiles(document) };
  const files = scenarioFiles(document, name);
  return typeof files === 'string' ? files : { kind: 'files', name, files };
}

/** The title as the name of a folder. */
export function slugOf(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40)
      .replace(/-+$/, '') || 'sandbox'
  );
}
