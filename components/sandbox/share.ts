'use client';

/** A sandbox on its way out and in: files, link, pictures. */
import { toast } from 'sonner';
import { summaryOf } from '@/lib/client/autosave';
import { EMPTY_RUN } from '@/lib/client/run-state';
import { encodeSandbox, MOST_LINK } from '@/lib/client/sandbox-link';
import { pictureOf, type PictureColours } from '@/lib/views/sandbox-picture';
import { zipOf } from '@/lib/client/sandbox-zip';
import { freshRunId, savedRuns } from '@/lib/client/saved-runs';
import { readDocument } from '@/lib/session/sandbox/door';
import type { SandboxDocument } from '@/lib/session/sandbox/document';
import type { Bench } from './commands';

export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function documentOf({ builder }: Bench): Promise<SandboxDocument | undefined> {
  return (await builder.ask({ kind: 'document' }, 'document'))?.document;
}
function slugOf(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'sandbox'
  );
}

/** The address that carries the whole sandbox; also put on the clipboard. */
export async function shareLink(bench: Bench): Promise<string | undefined> {
  const sandbox = await documentOf(bench);
  if (sandbox === undefined) return undefined;
  const packed = await encodeSandbox(sandbox);
  if (packed === undefined) {
    toast.error(
      `This sandbox is too large for a link (${MOST_LINK / 1000} kB). Export it as a file instead.`,
    );
    return undefined;
  }
  const link = `${window.location.origin}/sandbox#s=${packed}`;
  try {
    await navigator.clipboard.writeText(link);
    bench.builder.say('The link is on the clipboard');
    toast('The link is on the clipboard.');
  } catch {
    bench.builder.say('The link stands in the field');
  }
  return link;
}

export async function exportDocument(bench: Bench): Promise<void> {
  const sandbox = await documentOf(bench);
  if (sandbox === undefined) return;
  const text = `${JSON.stringify(sandbox, undefined, 1)}\n`;
  download(`${slugOf(sandbox.title)}.faultline-sandbox.json`, new Blob([text], { type: 'application/json' }));
  bench.builder.say('Exported as a file');
}

/** Keeps the file's sandbox as a run of its own and opens it. */
export async function importDocument(file: File, bench: Bench): Promise<void> {
  const read = readDocument(await file.text());
  if (!read.ok) {
    toast.error(read.message);
    bench.builder.say(read.message);
    return;
  }
  await openAsRun(read.document);
}
export async function openAsRun(sandbox: SandboxDocument): Promise<void> {
  const id = freshRunId('sandbox');
  const run = {
    format: 'faultline-run' as const,
    version: 1 as const,
    engine: '',
    scenario: { id: 'sandbox', files: { 'sandbox.json': JSON.stringify(sandbox) } },
    seed: sandbox.seed,
    inputs: [],
    at: 0,
    savedAt: new Date().toISOString(),
    title: sandbox.title,
    hash: '',
  };
  const stored = await savedRuns.save(summaryOf(id, run, EMPTY_RUN), run);
  if (stored.ok) window.location.assign(`/sandbox?run=${encodeURIComponent(id)}`);
  else toast.error(stored.problem.title, { description: stored.problem.detail });
}

export async function exportZip(bench: Bench, what: 'lab' | 'scenario'): Promise<void> {
  const reply = await bench.builder.ask({ kind: 'files', what }, 'files');
  if (reply === undefined) return;
  const files = Object.fromEntries(
    Object.entries(reply.files).map(([path, text]) => [`${reply.name}/${path}`, text]),
  );
  download(`${reply.name}.zip`, new Blob([zipOf(files)], { type: 'application/zip' }));
  bench.builder.say(`Exported ${reply.name}.zip, ${Object.keys(files).length} files`);
}

export async function exportPicture({ handles, builder }: Bench, format: 'svg' | 'png'): Promise<void> {
  const { topology, hosts, sandbox } = handles.client.store.getState();
  const title = sandbox?.title ?? 'Sandbox';
  const { svg, width, height } = pictureOf(topology, hosts, { title, colours: coloursOfPage() });
  const blob = new Blob([svg], { type: 'image/svg+xml' });
  if (format === 'svg') download(`${slugOf(title)}.svg`, blob);
  else {
    const png = await rasterise(blob, width, height);
    if (png === undefined) {
      toast.error('The picture could not be drawn.');
      return;
    }
    download(`${slugOf(title)}.png`, png);
  }
  builder.say(`Exported the picture as ${format.toUpperCase()}`);
}
async function rasterise(svg: Blob, width: number, height: number): Promise<Blob | undefined> {
  const address = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(2, 8000 / Math.max(width, height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), 'image/png'));
  } catch {
    return undefined;
  } finally {
    URL.revokeObjectURL(address);
  }
}
function coloursOfPage(): PictureColours {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim() || '#888888';
  return {
    ground: token('ink-0'),
    card: token('ink-2'),
    line: token('line-strong'),
    text: token('text'),
    faint: token('faint'),
    holder: token('holder'),
    tones: Object.fromEntries(
      ['internet', 'dmz', 'app', 'data', 'office', 'neutral'].map((tone) => [tone, token(`zone-${tone}`)]),
    ),
    health: { ok: token('line-strong'), risk: token('risk'), broken: token('broken'), off: token('faint') },
  };
}
