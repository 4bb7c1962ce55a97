/** The tools that work on files, processes and the system. */
import type { Command } from './tool';

export const FILE_COMMANDS: readonly Command[] = [];
