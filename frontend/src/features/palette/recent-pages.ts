export type RecentPage = { path: string; label: string; icon: string };

const KEY = "km-recent";

/** Per browser session: the next person at this computer does not see the last one's customers. */
export function recentPages(): RecentPage[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as RecentPage[];
  } catch {
    return [];
  }
}

export function rememberPage(page: RecentPage): void {
  try {
    const rest = recentPages().filter((known) => known.path !== page.path);
    sessionStorage.setItem(KEY, JSON.stringify([page, ...rest].slice(0, 5)));
  } catch {
    // Only a comfort.
  }
}
