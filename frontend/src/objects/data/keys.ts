/** Names of what is kept in the query cache; every write to an object touches `all(object)`. */
export const keys = {
  meta: (object: string) => ["meta", object] as const,
  all: (object: string) => ["records", object] as const,
  lists: (object: string) => ["records", object, "list"] as const,
  list: (object: string, query: Record<string, string>) => ["records", object, "list", query] as const,
  total: (object: string, query: Record<string, string>) => ["records", object, "total", query] as const,
  one: (object: string, id: string) => ["records", object, "one", id] as const,
  timeline: (object: string, id: string) => ["records", object, "timeline", id] as const,
  history: (object: string, id: string) => ["records", object, "history", id] as const,
  shares: (object: string, id: string) => ["records", object, "shares", id] as const,
  boards: (object: string) => ["records", object, "board"] as const,
  board: (object: string, query: Record<string, string>) => ["records", object, "board", query] as const,
  job: (id: string) => ["jobs", id] as const,
  imports: (object: string) => ["imports", object] as const,
  importRun: (id: string) => ["imports", "one", id] as const,
};
