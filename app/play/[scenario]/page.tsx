import type { Metadata } from 'next';
import { PlayScreen } from '@/components/workbench/play-screen';
import { cardOf, scenarioIds, scenarioSource } from '../../scenario-library';

interface Props {
  params: Promise<{ scenario: string }>;
}

/** Pages exist for installed scenarios only. */
export const dynamicParams = false;

export function generateStaticParams() {
  return scenarioIds().map((scenario) => ({ scenario }));
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { scenario } = await params;
  return { title: cardOf(scenario, scenarioSource(scenario)).title };
}

export default async function Play({ params }: Props) {
  const { scenario } = await params;
  const source = scenarioSource(scenario);
  return <PlayScreen scenario={source} card={cardOf(scenario, source)} />;
}
