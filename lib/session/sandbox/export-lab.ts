export function labFiles(): Record<string, string> {
  return {};
}
