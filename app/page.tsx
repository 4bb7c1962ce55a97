import { Catalogue } from '@/components/catalogue/catalogue';
import { scenarioCards } from './scenario-library';

export default function Home() {
  return <Catalogue scenarios={scenarioCards()} />;
}
