import type { Metadata } from 'next';
import { SandboxScreen } from '@/components/sandbox/sandbox-screen';

export const metadata: Metadata = {
  title: 'Sandbox',
  description: 'Build a system, run it, break it, and see why.',
};

export default function Sandbox() {
  return <SandboxScreen />;
}
