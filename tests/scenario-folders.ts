/** The scenarios of this repository, as the loader takes them. */
import path from 'node:path';
import { readFolder, scenarioFolders } from '../lib/cli/folders';
import type { ScenarioSource } from '../lib/session/messages';

export function sourcesOfScenarios(): ScenarioSource[] {
  return scenarioFolders('scenarios').map((folder) => ({
    id: path.basename(folder),
    files: readFolder(folder),
  }));
}
