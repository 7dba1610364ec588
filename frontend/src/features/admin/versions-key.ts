/** Under which key the versions of what lies at `path` are kept. */
export function versionsKey(path: string): string[] {
  return ["admin", "versions", path];
}
