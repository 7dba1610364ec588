import { creatable, createPath, flatMenu } from "@/access/menu";
import type { Me, MenuItem } from "@/api/types";

export type Command = {
  key: string;
  label: string;
  icon: string;
  path: string;
  words: string;
  /** Set on commands that open the form for a new record, over the page one is on. */
  creates?: string;
  /** Set on commands that do something where one is. */
  run?: () => void;
};

/** "ke hu xu qiu" is found by kehuxuqiu, xuqiu, khxq, xq: from any syllable on, in full or by initials. */
function typings(pinyin: string): string[] {
  const syllables = pinyin.split(" ").filter(Boolean);
  return syllables.flatMap((_, from) => {
    const rest = syllables.slice(from);
    return [rest.join(""), rest.map((syllable) => syllable[0]).join("")];
  });
}

function wordsOf(item: MenuItem): string {
  return [item.label, item.key, item.also ?? "", ...typings(item.pinyin ?? "")].join(" ").toLowerCase();
}

export function pageCommands(me: Me): Command[] {
  return flatMenu(me.menu).map((item) => ({
    key: `page-${item.key}`,
    label: item.label,
    icon: item.icon ?? item.key,
    path: item.path,
    words: wordsOf(item),
  }));
}

export function createCommands(me: Me, label: (noun: string) => string): Command[] {
  return creatable(me).map((item) => ({
    key: `new-${item.key}`,
    label: label(item.label),
    icon: item.icon ?? item.key,
    path: createPath(item.object ?? ""),
    creates: item.object ?? "",
    words: `${label(item.label)} xinjian xj new create ${wordsOf(item)}`.toLowerCase(),
  }));
}

/** Every word typed must begin a word of the command, or stand inside its Chinese name. */
export function commandMatches(command: Command, typed: string): boolean {
  const words = command.words.split(/\s+/);
  return typed
    .toLowerCase()
    .trim()
    .split(/\s+/)
    .every(
      (part) => command.label.toLowerCase().includes(part) || words.some((word) => word.startsWith(part)),
    );
}
