/**
 * What is being typed, kept until it is saved: an error, a reload or a closed tab loses nothing.
 * Kept per form (`key`) with the version it was typed against, so that an old draft is not laid over a newer record.
 */
export type Draft = { values: Record<string, unknown>; version: string | null; at: number };

export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const PREFIX = "kemai.draft.";
const OLDEST = 7 * 24 * 3600 * 1000;

export function draftKey(object: string, id: string | null, purpose = "form"): string {
  return `${purpose}:${object}:${id ?? "new"}`;
}

export function createDraftStore(storage: DraftStorage | null, now: () => number = Date.now) {
  return {
    read(key: string): Draft | null {
      const text = storage?.getItem(PREFIX + key);
      if (!text) return null;
      try {
        const draft = JSON.parse(text) as Draft;
        if (typeof draft.values !== "object" || draft.values === null) return null;
        if (now() - draft.at > OLDEST) return null;
        return draft;
      } catch {
        return null;
      }
    },
    write(key: string, values: Record<string, unknown>, version: string | null): void {
      try {
        if (Object.keys(values).length === 0) storage?.removeItem(PREFIX + key);
        else storage?.setItem(PREFIX + key, JSON.stringify({ values, version, at: now() }));
      } catch {
        // A full or forbidden store must not stop anybody from typing.
      }
    },
    clear(key: string): void {
      try {
        storage?.removeItem(PREFIX + key);
      } catch {
        // As above.
      }
    },
  };
}

function browserStorage(): DraftStorage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}

export const drafts = createDraftStore(browserStorage());
