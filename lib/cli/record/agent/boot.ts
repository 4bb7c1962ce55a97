import type { Boot } from '../protocol';
export async function boot(_given: Boot): Promise<string[]> { return []; }
export async function shutDown(): Promise<null> { return null; }
